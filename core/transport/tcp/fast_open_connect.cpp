#include "transport/tcp/fast_open_connect.h"

#include <algorithm>

#include "transport/tcp/notify.h"

namespace tapstack::transport::tcp {
namespace {

// The program, or the host, knows that the server asks for no proof (RFC 7413 5.1: only safe where
// addresses cannot be forged).
bool needs_no_cookie(const Tables& t, const Connection& c) {
  return c.settings.fast_open_no_cookie || t.fast_open.is_client_without_cookie();
}

// RFC 7413 4.2.1: as much as the server took last time. Room is left for all options that a box on
// the way might add, as on Linux.
uint32_t syn_text_bytes_max(const Tables& t, const Connection& c) {
  const FastOpenServer* server = t.fast_open_cache.find(c.flow.remote.address);
  const bool knows_mss = server != nullptr && server->mss_bytes != 0;
  const uint32_t mss = knows_mss ? server->mss_bytes : c.advertised_mss_bytes;
  return std::min<uint32_t>(mss, c.advertised_mss_bytes) - wire::tcp_option::kBytesMax;
}

}  // namespace

void plan_fast_open(const Tables& t, Instant now, Connection& c) {
  const IpAddress& server = c.flow.remote.address;
  c.fast_open.is_wanted = c.settings.fast_open_connect && t.fast_open.is_client() &&
                          !t.fast_open_cache.is_blocked(server, now);
  const FastOpenServer* known = t.fast_open_cache.find(server);
  const bool has_cookie = known != nullptr && !known->cookie.is_request();
  c.fast_open.is_deferred = c.fast_open.is_wanted && (has_cookie || needs_no_cookie(t, c));
}

uint32_t syn_text_room(const Tables& t, const Connection& c) {
  const uint32_t most = syn_text_bytes_max(t, c);
  return most - std::min(most, c.snd.unsent_bytes());
}

void attach_fast_open(Work& w, Outgoing& out) {
  Connection& c = w.c;
  if (!needs_no_cookie(w.tables, c)) {
    wire::TcpOptions with = out.options;
    const FastOpenServer* server = w.tables.fast_open_cache.find(c.flow.remote.address);
    with.fast_open = server != nullptr ? server->cookie : wire::TcpFastOpenCookie{};
    if (with.fast_open->is_request()) {
      with.fast_open->is_experimental = server != nullptr && server->asks_experimentally;
    }
    if (with.size_bytes() > wire::tcp_option::kBytesMax) return;
    out.options = with;
    c.fast_open.asked_experimentally = with.fast_open->is_experimental;
    if (with.fast_open->is_request()) return;
  }
  const uint32_t bytes = std::min(c.snd.unsent_bytes(), syn_text_bytes_max(w.tables, c));
  if (!c.snd.share_unsent(w.ctx.memory, bytes, out.text)) return;
  c.fast_open.syn_text_bytes = static_cast<uint16_t>(bytes);
}

// RFC 7413 4.1.3 and 4.2.2.
void on_fast_open_answer(Work& w, uint32_t text_bytes,
                         const std::optional<wire::TcpFastOpenCookie>& given) {
  Connection& c = w.c;
  const uint32_t offered = c.fast_open.syn_text_bytes;
  c.snd.on_syn_text_acked(w.ctx.memory, text_bytes);
  if (c.marks.on_acked(w.tables.marks, c.snd.vars().una, w.ctx.now)) raise(w, Event::kSendReport);
  c.fast_open.is_text_acked = text_bytes > 0 && text_bytes == offered;
  if (text_bytes > 0) w.ctx.counters.count(Mib::kTcpExtTCPFastOpenActive);
  if (offered > 0 && text_bytes == 0) w.ctx.counters.count(Mib::kTcpExtTCPFastOpenActiveFail);
  FastOpenCache& cache = w.tables.fast_open_cache;
  const IpAddress& server = c.flow.remote.address;
  cache.remember_mss(server, c.agreed.peer_mss_bytes, w.ctx.now);
  if (given && !given->is_request()) {
    cache.remember_cookie(server, *given);
  } else if (c.silence.retransmits > 0) {
    // 4.1.3.1: only the SYN without text came through.
    if (offered > 0 && text_bytes == 0) cache.block(server, w.ctx.now);
  } else if (offered == 0) {
    cache.note_refusal(server, c.fast_open.asked_experimentally);
  }
}

}  // namespace tapstack::transport::tcp
