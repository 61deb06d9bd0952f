#include "app/dns_exchange.h"

#include <algorithm>

namespace tapstack::app {
namespace {

using wire::DnsCode;
using wire::DnsView;

constexpr int64_t kTimeoutMaxS = 30;  // RES_MAXRETRANS

uint8_t bit(uint8_t server) { return static_cast<uint8_t>(1u << server); }

}  // namespace

DnsExchange::DnsExchange(const DnsSettings& settings, const wire::DnsQuestion& question,
                         Random::Seed seed)
    : settings_(settings), question_(question), by_stream_(settings.uses_stream) {
  Random random(seed);
  for (uint16_t& id : ids_) id = static_cast<uint16_t>(random.next_u32());
  if (settings_.servers.count == 0) return;
  state_ = DnsExchangeState::kAsking;
  next_ = Instant();
}

// As res_send(3) has it: each round doubles the time, and its servers share it.
Duration DnsExchange::timeout() const {
  int64_t seconds = int64_t{settings_.timeout_s} << round_;
  if (round_ > 0) seconds /= settings_.servers.count;
  return Duration::s(std::clamp<int64_t>(seconds, 1, kTimeoutMaxS));
}

wire::DnsQuery DnsExchange::query_for(uint8_t server) const {
  wire::DnsQuery query{.id = ids_[server], .question = question_};
  query.wants_recursion = settings_.wants_recursion;
  query.asks_authentic = settings_.asks_authentic;
  query.disables_checking = settings_.disables_checking;
  query.edns_payload_bytes = (plain_ & bit(server)) != 0 ? 0 : settings_.edns_payload_bytes;
  query.asks_dnssec = settings_.asks_dnssec;
  return query;
}

DnsOutput DnsExchange::poll(Instant now, std::span<uint8_t, wire::kDnsQueryBytesMax> out) {
  if (state_ != DnsExchangeState::kAsking || now < next_) return {};
  if (is_out_) ask_next(now);  // it had its time
  if (state_ != DnsExchangeState::kAsking) return {};
  is_out_ = true;
  if (by_stream_) was_streamed_ = static_cast<uint8_t>(was_streamed_ | bit(server_));
  next_ = now + timeout();
  return {emit(out, query_for(server_)), server_, by_stream_};
}

// The next server that has not turned out to be useless, in this round or the next one.
void DnsExchange::ask_next(Instant now) {
  is_out_ = false;
  by_stream_ = settings_.uses_stream;
  next_ = now;
  do {
    if (++server_ < settings_.servers.count) continue;
    server_ = 0;
    if (++round_ == settings_.attempts || useless_ + 1u == 1u << settings_.servers.count) {
      state_ = DnsExchangeState::kFailed;
      next_ = Instant::never();
      return;
    }
  } while ((useless_ & bit(server_)) != 0);
}

// RFC 5452 9.1: the id and the question must be those that went to this server. One that could not
// make sense of the question may leave it out.
bool DnsExchange::is_expected(const DnsView& message, uint8_t server) const {
  if (!message.is_response() || message.opcode() != 0 || message.id() != ids_[server]) return false;
  const bool is_answer =
      message.code() == DnsCode::kNoError || message.code() == DnsCode::kNameError;
  if (message.questions() == 0) return !is_answer;
  const auto question = message.question();
  return question && *question == question_;
}

DnsExchange::Verdict DnsExchange::judge(const DnsView& message, uint8_t server) const {
  if (message.is_truncated()) return Verdict::kTruncated;
  // RFC 6891 7: servers from before EDNS answer so.
  const bool had_edns = query_for(server).edns_payload_bytes != 0;
  const bool dislikes =
      message.code() == DnsCode::kFormatError || message.code() == DnsCode::kNotImplemented;
  if (had_edns && dislikes) return Verdict::kDislikesEdns;
  if (read_dns_answer(message, question_).outcome == DnsOutcome::kTrouble) return Verdict::kTrouble;
  // A lame server's: it neither knows nor asks others.
  const bool is_empty = message.code() == DnsCode::kNoError && message.answers() == 0;
  const bool is_lame = is_empty && !message.is_authoritative() && !message.is_recursive();
  return is_lame ? Verdict::kTrouble : Verdict::kAnswer;
}

bool DnsExchange::input(Instant now, uint8_t server, std::span<const uint8_t> bytes,
                        bool by_stream) {
  const auto message = DnsView::parse(bytes);
  const bool is_ours = state_ == DnsExchangeState::kAsking && server < settings_.servers.count;
  if (!is_ours || !message || !is_expected(*message, server)) return false;
  Verdict verdict = judge(*message, server);
  // RFC 7766 5: what was cut is asked for over TCP, and cannot be cut there.
  if (verdict == Verdict::kTruncated && by_stream) verdict = Verdict::kTrouble;
  if (verdict == Verdict::kAnswer) {
    state_ = DnsExchangeState::kAnswered;
    next_ = Instant::never();
    return true;
  }
  if (verdict == Verdict::kTrouble) {
    trouble_ = message->code() == DnsCode::kNoError ? DnsCode::kServerFailure : message->code();
    on_unreachable(now, server);
    return false;
  }
  if (verdict == Verdict::kTruncated && (was_streamed_ & bit(server)) != 0) return false;
  if (verdict == Verdict::kDislikesEdns) plain_ = static_cast<uint8_t>(plain_ | bit(server));
  by_stream_ = verdict == Verdict::kTruncated || by_stream;
  server_ = server;
  is_out_ = false;
  next_ = now;
  return false;
}

void DnsExchange::on_unreachable(Instant now, uint8_t server) {
  if (state_ != DnsExchangeState::kAsking) return;
  useless_ = static_cast<uint8_t>(useless_ | bit(server));
  if (server == server_) ask_next(now);
}

}  // namespace tapstack::app
