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
                     (int64_t{1} << std::min<uint8_t>(record.retransmits, 16));
  return std::min(d, Duration::ms(kConfig.tcp_rto_max_ms));
}

}  // namespace

void add_half_open(Tables& t, Context& ctx, net::Network& network, const HalfOpen& record) {
  auto id = t.half_opens.allocate();
  if (id.is_null()) {
    ctx.drop(DropReason::kTcpHalfOpenTableFull);
    remove_half_open(t, ctx, t.half_open_by_age.head);
    id = t.half_opens.allocate();
  }
  HalfOpen& added = *t.half_opens.get(id);
  added = record;
  added.age_link = ListLink{};
  added.sent_at = ctx.now;
  ++t.listeners.get(added.listener)->half_open;
  t.flows.insert(t.flows.hash(added.flow), kFirstHalfOpen + id.index);
  push_back<&HalfOpen::age_link>(t.half_opens, t.half_open_by_age, id.index);
  ctx.timers.arm(timer_of(id.index), ctx.now + timeout_of(added));
  send_syn_ack(t, ctx, network, added);
}

void remove_half_open(Tables& t, Context& ctx, mem::Index index) {
  HalfOpen& record = t.half_opens.at(index);
  if (Listener* l = t.listeners.get(record.listener)) --l->half_open;
  t.flows.remove(t.flows.hash(record.flow), kFirstHalfOpen + index);
  remove<&HalfOpen::age_link>(t.half_opens, t.half_open_by_age, index);
  ctx.timers.disarm(timer_of(index));
  t.half_opens.release_at(index);
}

void remove_half_opens_of(Tables& t, Context& ctx, ListenerId listener) {
  for (mem::Index i = t.half_opens.next_live(0); i != mem::kNoIndex;
       i = t.half_opens.next_live(i + 1)) {
    if (t.half_opens.at(i).listener == listener) remove_half_open(t, ctx, i);
  }
}

void send_syn_ack(Tables& t, Context& ctx, net::Network& network, HalfOpen& record) {
  const Listener* listener = t.listeners.get(record.listener);
  if (listener == nullptr) return;
  Outgoing out;
  out.flow = record.flow;
  out.seq = record.iss;
  out.ack = record.irs + 1;
  out.flags = flag::kSyn | flag::kAck;
  out.wnd = static_cast<uint16_t>(std::min(receive_limit(listener->settings), uint32_t{0xffff}));
  out.options =
      syn_ack_options(record.advertised_mss_bytes, record.agreed,
                      {timestamp_value(ctx.now, record.timestamp_offset), record.timestamp_recent});
  transmit(ctx, network, out, record.route, ip_settings(listener->settings)).ignore();
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
  transmit(ctx, network, out, record.route, ip_settings(listener->settings)).ignore();
}

void on_half_open_timer(Tables& t, Context& ctx, net::Network& network, mem::Index index) {
  HalfOpen& record = t.half_opens.at(index);
  if (record.retransmits >= kConfig.tcp_synack_retries) {
    ctx.counters.count(Mib::kTcpAttemptFails);
    remove_half_open(t, ctx, index);
    return;
  }
  ++record.retransmits;
  ctx.counters.count(Mib::kTcpRetransSegs);
  ctx.timers.arm(timer_of(index), ctx.now + timeout_of(record));
  send_syn_ack(t, ctx, network, record);
}

}  // namespace tapstack::transport::tcp
