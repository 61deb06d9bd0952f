// STATUS (RFC 9293 3.10.6), errors, figures and settings.
#include <algorithm>

#include "transport/tcp/handshake.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/output_plan.h"
#include "transport/tcp/path.h"
#include "transport/tcp/send_room.h"
#include "transport/tcp/user_calls.h"
#include "transport/tcp/user_find.h"

namespace tapstack::transport::tcp {
namespace {

uint32_t us(Duration d) { return static_cast<uint32_t>(std::min<int64_t>(d.us(), UINT32_MAX)); }

uint64_t total_us(Duration d) { return static_cast<uint64_t>(d.us()); }

// Octets that receive() will hand out in the end: the urgent one apart.
uint32_t readable_bytes(const Connection& c) {
  const ReceiveVariables& v = c.rcv.vars();
  const uint32_t held = c.rcv.queue().length;
  const bool is_apart =
      v.has_urgent && !c.settings.oob_inline && v.up.after(v.read) && v.up.since(v.read) <= held;
  return is_apart ? held - 1 : held;
}

TcpRepair repair_of(const Connection& c) {
  switch (c.recovery.phase()) {
    case RecoveryPhase::kReduced:
      return TcpRepair::kReduced;
    case RecoveryPhase::kFast:
      return TcpRepair::kFastRecovery;
    case RecoveryPhase::kLoss:
      return TcpRepair::kLossRecovery;
    case RecoveryPhase::kOpen:
      break;
  }
  const bool has_gaps = c.sent.has_sacked() || c.duplicates.count() > 0;
  return has_gaps ? TcpRepair::kDisorder : TcpRepair::kNone;
}

void fill_sending(const Connection& c, TcpInfo& i) {
  const SendVariables& v = c.snd.vars();
  i.send_mss = text_mss(c);
  i.cwnd_bytes = c.congestion.cwnd_bytes();
  const uint32_t ssthresh = c.congestion.ssthresh_bytes();
  i.ssthresh_bytes = ssthresh == kWindowMax ? TcpInfo::kNoSsthresh : ssthresh;
  i.send_window = v.wnd_bytes;
  i.unacked_bytes = v.nxt.since(v.una);
  i.delivery_rate = c.rate.best().bytes_per_s;
  i.is_delivery_app_limited = c.rate.best().is_app_limited;
  i.sacked_bytes = c.sent.sacked_bytes();
  i.lost_bytes = c.sent.lost_bytes();
  i.retransmitting_bytes = c.sent.again_bytes();
  i.send_queue_bytes = c.snd.queued_bytes();
  i.not_sent_bytes = c.snd.unsent_bytes();
  i.probes = static_cast<uint8_t>(c.silence.window_probes + c.silence.keepalive_probes);
  i.syn_text_acked = c.fast_open.is_text_acked;
  i.pacing_bytes_per_s = c.congestion.pacing_bytes_per_s();
  i.max_pacing_bytes_per_s = c.settings.max_pacing_bytes_per_s;
  i.delivered_bytes = v.acked_bytes + c.sent.sacked_bytes();
  const bool is_syn_with_text = c.fast_open.syn_text_bytes > 0 && c.fast_open.is_text_acked;
  i.is_syn_delivered = v.syn_acked && !is_syn_with_text;
  i.text_segments_out = c.figures.text_segments_out;
  i.duplicates_reported = c.figures.dsacks_in;
  i.bytes_sent = v.sent_bytes + c.figures.retransmitted_bytes;
  i.bytes_acked = v.acked_bytes;
  i.bytes_retransmitted = c.figures.retransmitted_bytes;
  i.retransmits_total = c.figures.retransmits;
  i.retransmits_now = c.silence.retransmits;  // RFC 9293 3.8.3, SHLD-9
  i.reordering = c.figures.reordering;
  i.reordered = c.figures.reordered;
}

}  // namespace

Result<ConnectionStatus> status(const Tcp& tcp, ConnectionId id) {
  const Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  const ReceiveVariables& rcv = c->rcv.vars();
  ConnectionStatus s;
  s.state = c->state;
  s.local = c->flow.local;
  s.remote = c->flow.remote;
  s.interface = c->route.interface;
  s.error = c->error;
  s.readable_bytes = readable_bytes(*c);
  s.unsent_bytes = c->snd.queued_bytes();
  s.not_sent_bytes = c->snd.unsent_bytes();
  s.is_quick_ack = is_synchronized(c->state) ? !c->acks.is_interactive() : c->settings.quick_ack;
  s.is_deferred = c->fast_open.is_deferred;
  s.path_mtu_bytes = c->route.mtu_bytes;
  s.is_connected = c->was_established && c->state != State::kClosed;
  s.peer_closed =
      rcv.fin_received || c->receive_shut || (c->was_established && c->state == State::kClosed);
  s.send_closed = c->snd.vars().fin_queued || is_send_closed(c->state);
  s.has_send_report = c->marks.has_report();
  s.is_writable = s.is_connected && !s.send_closed && has_worthwhile_room(*c);
  // RFC 9293 3.8.5, MUST-33.
  if (rcv.has_urgent && rcv.up.after(rcv.read)) s.urgent_offset = rcv.up.since(rcv.read) - 1;
  s.has_urgent = s.urgent_offset && !rcv.urgent_taken && *s.urgent_offset < c->rcv.queue().length;
  s.at_urgent_mark = rcv.has_urgent && rcv.up.since(rcv.read) == 1;
  return s;
}

Error take_error(Tcp& tcp, ConnectionId id) {
  Connection* c = find_connection(tcp, id);
  return c == nullptr ? Error::kBadHandle : take_error_of(*c);
}

Result<TcpInfo> info(const Tcp& tcp, Instant now, ConnectionId id) {
  const Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  TcpInfo i;
  i.state = c->state;
  i.repair = repair_of(*c);
  i.backoff = c->rtt.backoff();
  i.send_scale = c->agreed.send_shift;
  i.receive_scale = c->agreed.receive_shift;
  i.timestamps = c->agreed.timestamps;
  i.sack = c->agreed.sack;
  i.ecn = c->ecn.is_on();
  i.window_scaling = c->agreed.window_scaling;
  i.rto_us = us(c->rtt.rto());
  i.delayed_ack_us = kConfig.tcp_delayed_ack_ms * 1000;
  i.srtt_us = us(c->rtt.srtt());
  i.rttvar_us = us(c->rtt.rttvar());
  i.min_rtt_us = us(c->rtt.min_rtt());
  i.receive_mss = c->acks.segment_bytes();
  i.path_mtu = c->route.mtu_bytes;
  i.advertised_mss = c->advertised_mss_bytes;
  i.receive_window = c->rcv.vars().wnd_bytes();
  i.receive_queue_bytes = c->rcv.queue().length;
  i.bytes_received = c->rcv.vars().received_bytes;
  i.receive_rtt_us = us(c->tuning.round_trip());
  i.text_segments_in = c->figures.text_segments_in;
  i.out_of_order_in = c->figures.out_of_order_in;
  i.segments_in = c->figures.segments_in;
  i.segments_out = c->figures.segments_out;
  i.busy_us = total_us(c->send_clock.busy(now));
  i.window_limited_us = total_us(c->send_clock.spent(SendPhase::kWindowLimited, now));
  i.buffer_limited_us = total_us(c->send_clock.spent(SendPhase::kBufferLimited, now));
  i.last_data_sent_us = (now - c->figures.last_text_sent_at).us();
  i.last_data_received_us = (now - c->figures.last_text_received_at).us();
  i.last_ack_received_us = (now - c->figures.last_ack_received_at).us();
  fill_sending(*c, i);
  return i;
}

Result<TcpInfo> info(const Tcp& tcp, ListenerId id) {
  const Listener* l = tcp.tables().listeners.get(id);
  if (l == nullptr) return Error::kBadHandle;
  TcpInfo i;
  i.state = TcpState::kListen;
  i.accept_queue = l->acceptable.count;
  i.backlog = l->backlog;
  return i;
}

Result<Settings> settings(const Tcp& tcp, ConnectionId id) {
  const Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  return c->settings;
}

Result<SendReport> take_send_report(Tcp& tcp, ConnectionId id) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  const auto report = c->marks.take_report(tcp.tables().marks, c->snd.vars().iss + 1);
  return report ? Result<SendReport>(*report) : Error::kWouldBlock;
}

void set_ecn_mode(Tcp& tcp, EcnMode mode) { tcp.tables().ecn = mode; }

Status change_settings(Tcp& tcp, Context& ctx, ConnectionId id, const Settings& settings) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  const bool keep_alive_began = settings.keep_alive && !c->settings.keep_alive;
  const bool no_delay_began = settings.no_delay && !c->settings.no_delay;
  c->settings = settings;
  const uint32_t limit = settings.receive_buffer_bytes;
  c->rcv.set_limit(clamped_window(settings, limit != 0 ? limit : c->rcv.limit_bytes()));
  Work w = work_on(tcp.tables(), ctx, id.index);
  if (!is_synchronized(c->state)) return {};
  update_mss(*c);
  if (settings.congestion != c->congestion.algorithm()) {
    c->congestion.change_algorithm(settings.congestion);
  }
  c->congestion.set_max_pacing_rate(settings.max_pacing_bytes_per_s);
  if (!settings.keep_alive) {
    c->deadlines.clear(Deadline::kKeepAlive);
  } else if (keep_alive_began || c->deadlines.is_set(Deadline::kKeepAlive)) {
    c->deadlines.set(
        Deadline::kKeepAlive,
        std::max(ctx.now, c->silence.last_received_at + Duration::s(settings.keepalive_idle_s)));
  }
  tell_of_room(w);
  // TCP_NODELAY lets go of what is queued, TCP_CORK or not, and so does the end of TCP_CORK.
  if (settings.no_delay && (no_delay_began || c->more)) c->wanted.push = true;
  if (settings.no_delay) c->more = false;
  mark_output(w);
  arm(w);
  return {};
}

void set_fast_open(Tcp& tcp, FastOpenMode mode) { tcp.tables().fast_open = mode; }

void set_fast_open_key(Tcp& tcp, const SecretKey& key) {
  tcp.tables().fast_open_cookies.set_key(key);
}

void forget_fast_open_servers(Tcp& tcp) { tcp.tables().fast_open_cache.forget(); }

bool may_fast_open(const Tcp& tcp) { return tcp.tables().fast_open.is_client(); }

Status set_quick_ack(Tcp& tcp, Context& ctx, ConnectionId id, int64_t value) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  c->settings.quick_ack = value != 0;
  if (!is_synchronized(c->state)) return {};
  const bool was_pending = c->acks.is_pending();
  c->acks.set_quick(value != 0);
  // Linux: an even value lets go of the ACK that waits, and no more.
  if (was_pending && value != 0 && value % 2 == 0) c->acks.set_quick(false);
  Work w = work_on(tcp.tables(), ctx, id.index);
  mark_output(w);
  return {};
}

Status change_settings(Tcp& tcp, ListenerId id, const Settings& settings) {
  Listener* l = tcp.tables().listeners.get(id);
  if (l == nullptr) return Error::kBadHandle;
  l->settings = settings;
  return {};
}

}  // namespace tapstack::transport::tcp
