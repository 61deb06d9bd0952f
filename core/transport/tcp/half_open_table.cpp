#include "transport/tcp/half_open_table.h"

#include <algorithm>

#include "transport/tcp/handshake.h"
#include "transport/tcp/path.h"
#include "transport/tcp/timestamps.h"

namespace tapstack::transport::tcp {
namespace {

timer::TimerId timer_of(mem::Index index) {
  return timer::make(timer::TimerKind::kTcpHalfOpen, index);
}

// RFC 6298 5.5: doubles with each retransmission.
Duration timeout_of(const HalfOpen& record) {
  const Duration d = Duration::ms(kConfig.tcp_rto_initial_ms) *
                     (int64_t{1} << std::min<uint8_t>(record.timeouts, 16));
  return std::min(d, Duration::ms(kConfig.tcp_rto_max_ms));
}

void emit_syn_ack(Tables& t, Context& ctx, net::Network& network, const HalfOpen& record,
                  uint32_t timestamp) {
  const Listener* listener = t.listeners.get(record.listener);
  if (listener == nullptr) return;
  Outgoing out;
  out.flow = record.flow;
  out.seq = record.iss;
  out.ack = record.irs + 1;
  out.flags = flag::kSyn | flag::kAck;
  if (record.agreed.ecn) out.flags |= flag::kEce;
  out.wnd = static_cast<uint16_t>(std::min(receive_limit(listener->settings), uint32_t{0xffff}));
  out.options = syn_ack_options(record.advertised_mss_bytes, record.agreed,
                                {timestamp, record.timestamp_recent});
  if (record.gives_cookie) {
    out.options.fast_open =
        t.fast_open_cookies.make(record.flow.remote.address, record.flow.local.address);
    out.options.fast_open->is_experimental = record.is_cookie_experimental;
  }
  const IpSettings ip = ip_settings(listener->settings, record.route);
  transmit(ctx, network, out, record.route, ip).ignore();
}

}  // namespace

bool has_half_open_room(const Tables& t, const Listener& l) {
  return t.half_opens.used() < kConfig.tcp_half_open && !is_syn_queue_full(l);
}

void keep_half_open(Tables& t, Context& ctx, const HalfOpen& record) {
  const auto id = t.half_opens.allocate();
  TAPSTACK_ASSERT(!id.is_null());
  t.half_opens.at(id.index) = record;
  ++t.listeners.get(record.listener)->half_open;
  t.flows.insert(t.flows.hash(record.flow), kFirstHalfOpen + id.index);
  ctx.timers.arm(timer_of(id.index), ctx.now + timeout_of(record));
}

void add_half_open(Tables& t, Context& ctx, net::Network& network, HalfOpen record) {
  record.sent_at = ctx.now;
  keep_half_open(t, ctx, record);
  send_syn_ack(t, ctx, network, record);
}

void remove_half_open(Tables& t, Context& ctx, mem::Index index) {
  HalfOpen& record = t.half_opens.at(index);
  if (Listener* l = t.listeners.get(record.listener)) --l->half_open;
  t.flows.remove(t.flows.hash(record.flow), kFirstHalfOpen + index);
  ctx.timers.disarm(timer_of(index));
  t.half_opens.release_at(index);
}

void remove_half_opens_of(Tables& t, Context& ctx, ListenerId listener) {
  for (mem::Index i = t.half_opens.next_live(0); i != mem::kNoIndex;
       i = t.half_opens.next_live(i + 1)) {
    if (t.half_opens.at(i).listener == listener) remove_half_open(t, ctx, i);
  }
}

void send_syn_ack(Tables& t, Context& ctx, net::Network& network, const HalfOpen& record) {
  emit_syn_ack(t, ctx, network, record, timestamp_value(ctx.now, record.timestamp_offset));
}

void send_cookie(Tables& t, Context& ctx, net::Network& network, HalfOpen record) {
  record.agreed = keepable_in_cookie(record.agreed);
  record.iss = t.cookies.make(record.flow, record.irs, record.agreed.peer_mss_bytes, ctx.now);
  Listener& listener = *t.listeners.get(record.listener);
  listener.has_sent_cookies = true;
  listener.cookie_sent_at = ctx.now;
  ctx.counters.count(Mib::kTcpExtSyncookiesSent);
  const uint32_t now_value = timestamp_value(ctx.now, record.timestamp_offset);
  emit_syn_ack(t, ctx, network, record, cookie_timestamp(now_value, record.agreed));
}
void send_challenge_ack(Tables& t, Context& ctx, net::Network& network, const HalfOpen& record) {
  const Listener* listener = t.listeners.get(record.listener);
  if (listener == nullptr) return;
  Outgoing out;
  out.flow = record.flow;
  out.seq = record.iss + 1;
  out.ack = record.irs + 1;
  out.flags = flag::kAck;
  const uint32_t offered = std::min(receive_limit(listener->settings), uint32_t{0xffff});
  out.wnd = static_cast<uint16_t>(offered >> record.agreed.receive_shift);
  if (record.agreed.timestamps) {
    out.options.timestamps = wire::TcpTimestamps{timestamp_value(ctx.now, record.timestamp_offset),
                                                 record.timestamp_recent};
  }
  ctx.counters.count(Mib::kTcpExtTCPChallengeACK);
  const IpSettings ip = ip_settings(listener->settings, record.route);
  transmit(ctx, network, out, record.route, ip).ignore();
}

void on_half_open_timer(Tables& t, Context& ctx, net::Network& network, mem::Index index) {
  HalfOpen& record = t.half_opens.at(index);
  const Settings& settings = t.listeners.get(record.listener)->settings;
  const uint32_t defer = settings.defer_accept_timeouts;
  const uint32_t retries =
      settings.syn_retries != 0 ? settings.syn_retries : kConfig.tcp_synack_retries;
  const bool is_waiting = record.is_acked && record.timeouts < defer;
  if (record.timeouts >= retries && !is_waiting) {
    ctx.counters.count(Mib::kTcpAttemptFails);
    remove_half_open(t, ctx, index);
    return;
  }
  // Who has acknowledged the SYN-ACK is left in peace until the last time-out before the end of the
  // deferral: the ACK of that one completes the connection even without text.
  const bool is_asked_again = !record.is_acked || record.timeouts + 1u >= defer;
  ++record.timeouts;
  ctx.timers.arm(timer_of(index), ctx.now + timeout_of(record));
  if (!is_asked_again) return;
  ++record.retransmits;
  ctx.counters.count(Mib::kTcpRetransSegs);
  send_syn_ack(t, ctx, network, record);
}

}  // namespace tapstack::transport::tcp
