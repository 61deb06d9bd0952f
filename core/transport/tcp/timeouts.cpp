#include "transport/tcp/timeouts.h"

#include <algorithm>

#include "transport/tcp/lifecycle.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/output_plan.h"
#include "transport/tcp/path.h"
#include "transport/tcp/recovery_events.h"
#include "transport/tcp/retransmit_timers.h"

namespace tapstack::transport::tcp {
namespace {

// Retransmissions after which a connection that nobody owns is given up: Linux's
// tcp_orphan_retries.
constexpr uint32_t kOrphanRetries = 8;
constexpr uint8_t kBackoffMax = 16;

// TCP_USER_TIMEOUT (RFC 5482): no progress for longer than the program wants to wait.
bool is_user_timeout(const Work& w) {
  const Settings& s = w.c.settings;
  return s.user_timeout_ms != 0 &&
         w.ctx.now - w.c.silence.stalled_since >= Duration::ms(s.user_timeout_ms);
}

// RFC 9293 3.8.3, MUST-20: R2 is reached. What ICMP said meanwhile is the better reason.
void give_up(Work& w) {
  Connection& c = w.c;
  w.ctx.counters.count(Mib::kTcpExtTCPAbortOnTimeout);
  const Error why = c.soft_error != Error::kNone ? c.soft_error : Error::kTimedOut;
  finish(w, why, c.was_established ? Event::kReset : Event::kConnectFailed);
}

// RFC 9293 3.8.3, MUST-22, MUST-23: a SYN has an R2 of its own, which TCP_SYNCNT lowers.
void on_syn_timeout(Work& w) {
  Connection& c = w.c;
  const uint32_t usual =
      c.state == State::kSynSent ? kConfig.tcp_syn_retries : kConfig.tcp_synack_retries;
  const uint32_t retries = c.settings.syn_retries != 0 ? c.settings.syn_retries : usual;
  if (c.silence.retransmits >= retries || is_user_timeout(w)) {
    w.ctx.counters.count(Mib::kTcpAttemptFails);
    give_up(w);
    return;
  }
  ++c.silence.retransmits;
  c.rtt.on_timeout();
  c.wanted.syn = true;
  w.ctx.counters.count(Mib::kTcpExtTCPSynRetrans);
  w.ctx.counters.count(Mib::kTcpRetransSegs);
  set_retransmit_timer(w, w.ctx.now);
  mark_output(w);
}

// RFC 4821 7.7: of the segment that goes again, before it does.
void look_for_black_hole(Work& w) {
  Connection& c = w.c;
  if (c.sent.is_empty()) return;
  const uint32_t text = std::min(c.sent.front(w.tables.sent).range.length(), text_mss(c));
  const bool ip6 = c.route.source.is_ip6();
  if (c.black_hole.on_timeout(c.silence.retransmits, text, ip6, w.ctx.now)) update_mss(c);
}

// RFC 6298 5.4 to 5.6: again, or not any more.
void on_retransmit_timeout(Work& w, const net::Network& network) {
  Connection& c = w.c;
  if (!is_synchronized(c.state)) {
    on_syn_timeout(w);
    return;
  }
  const uint32_t retries_max =
      c.is_orphan ? std::min(kOrphanRetries, kConfig.tcp_retries2) : kConfig.tcp_retries2;
  if (c.silence.retransmits >= retries_max || is_user_timeout(w)) {
    give_up(w);
    return;
  }
  ++c.silence.retransmits;
  w.ctx.counters.count(Mib::kTcpExtTCPTimeouts);
  // R1: perhaps the path has changed (RFC 9293 3.8.3, MUST-20, RFC 1122 3.3.1.4).
  if (c.silence.retransmits >= kConfig.tcp_retries1) refresh_route(c, network, w.ctx.now);
  look_for_black_hole(w);
  on_retransmission_timeout(w, c.silence.retransmits > 1);
  c.rtt.on_timeout();
  set_retransmit_timer(w, w.ctx.now);
  mark_output(w);
}

// RFC 9293 3.8.6.1: probing goes on as long as the peer answers (MUST-37, MAY-8, SHLD-17);
// unanswered probes count as retransmissions do.
void on_persist_timeout(Work& w) {
  Connection& c = w.c;
  if (c.snd.vars().wnd_bytes == 0) {
    if (c.silence.window_probes >= kConfig.tcp_retries2 || is_user_timeout(w)) {
      give_up(w);
      return;
    }
    if (c.silence.window_probes == 0) c.silence.stalled_since = w.ctx.now;
    ++c.silence.window_probes;
    c.silence.persist_backoff =
        std::min<uint8_t>(static_cast<uint8_t>(c.silence.persist_backoff + 1), kBackoffMax);
    w.ctx.counters.count(Mib::kTcpExtTCPWinProbe);
  }
  c.wanted.probe = true;
  mark_output(w);
}

// RFC 9293 3.8.4, MAY-5: on a connection that asked for it (MUST-24) and that was silent so long
// (MUST-26); several probes must stay unanswered (MUST-29). With the meaning of Linux's
// TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT.
void on_keepalive_timeout(Work& w) {
  Connection& c = w.c;
  const Settings& s = c.settings;
  if (!s.keep_alive || !is_synchronized(c.state)) return;
  const Instant idle_at = c.silence.last_received_at + Duration::s(s.keepalive_idle_s);
  const bool has_outstanding = !c.snd.vars().is_all_acked() || has_unsent(c);
  if (c.silence.keepalive_probes == 0 && (has_outstanding || idle_at > w.ctx.now)) {
    // Retransmissions find a dead peer by themselves; or it was heard since the timer was set.
    c.deadlines.set(Deadline::kKeepAlive,
                    std::max(idle_at, w.ctx.now + Duration::s(s.keepalive_interval_s)));
    return;
  }
  const bool is_dead = s.user_timeout_ms == 0 ? c.silence.keepalive_probes >= s.keepalive_probes
                                              : c.silence.keepalive_probes > 0 &&
                                                    w.ctx.now - c.silence.last_received_at >=
                                                        Duration::ms(s.user_timeout_ms);
  if (is_dead) {
    w.ctx.counters.count(Mib::kTcpExtTCPAbortOnTimeout);
    finish_with_reset(w, c.soft_error != Error::kNone ? c.soft_error : Error::kTimedOut,
                      Event::kReset);
    return;
  }
  ++c.silence.keepalive_probes;
  c.wanted.keepalive = true;
  w.ctx.counters.count(Mib::kTcpExtTCPKeepAlive);
  c.deadlines.set(Deadline::kKeepAlive, w.ctx.now + Duration::s(s.keepalive_interval_s));
  mark_output(w);
}

bool take_due(Work& w, Deadline d) {
  if (w.is_gone || !w.c.deadlines.is_due(d, w.ctx.now)) return false;
  w.c.deadlines.clear(d);
  return true;
}

}  // namespace

void on_deadlines(Work& w, const net::Network& network) {
  if (take_due(w, Deadline::kDelayedAck)) {
    w.ctx.counters.count(Mib::kTcpExtDelayedACKs);
    w.c.acks.on_timeout();
    mark_output(w);
  }
  // Before the time-out: a probe that is due at the same time puts it off (RFC 8985 7.2).
  if (take_due(w, Deadline::kLossProbe)) on_probe_timeout(w);
  if (take_due(w, Deadline::kReordering)) on_reordering_timeout(w);
  if (take_due(w, Deadline::kPacing)) mark_output(w);
  if (take_due(w, Deadline::kRetransmit)) on_retransmit_timeout(w, network);
  if (take_due(w, Deadline::kPersist)) on_persist_timeout(w);
  if (take_due(w, Deadline::kKeepAlive)) on_keepalive_timeout(w);
  if (take_due(w, Deadline::kFinWait2)) {
    w.ctx.counters.count(Mib::kTcpExtTCPAbortOnTimeout);
    finish(w, Error::kNone, Event::kClosed);
  }
  arm(w);
}

}  // namespace tapstack::transport::tcp
