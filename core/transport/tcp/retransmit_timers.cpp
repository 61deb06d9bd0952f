#include "transport/tcp/retransmit_timers.h"

#include <algorithm>

#include "transport/tcp/tail_loss_probe.h"

namespace tapstack::transport::tcp {
namespace {

// RFC 7765 3: with few segments outstanding the time counts from the oldest, not from this ACK, as
// no further ACKs would start a fast recovery.
constexpr uint32_t kFewSegments = 4;  // rrthresh

bool are_few_outstanding(const Connection& c) {
  const uint32_t unsent = segments_of(c.snd.unsent_bytes(), text_mss(c));
  return c.sent.outstanding_segments() + unsent < kFewSegments;
}

}  // namespace

void start_probe_timer(Work& w) {
  Connection& c = w.c;
  const bool is_wanted = c.agreed.sack && !c.sent.is_empty() && !c.recovery.is_repairing() &&
                         !c.sent.has_sacked() && !c.probe_of_tail.is_outstanding() &&
                         c.snd.vars().wnd_bytes > 0;
  if (!is_wanted) {
    c.deadlines.clear(Deadline::kLossProbe);
    return;
  }
  const Instant at = w.ctx.now + probe_timeout(c.rtt.srtt(), c.sent.outstanding_segments() == 1);
  c.deadlines.set(Deadline::kLossProbe, std::min(at, c.deadlines.at(Deadline::kRetransmit)));
}

void set_retransmit_timer(Work& w, Instant from) {
  Connection& c = w.c;
  Instant at = from + c.rtt.rto();
  if (c.settings.user_timeout_ms != 0) {
    at = std::min(at, c.silence.stalled_since + Duration::ms(c.settings.user_timeout_ms));
  }
  c.deadlines.set(Deadline::kRetransmit, std::max(at, w.ctx.now + Duration::ms(1)));
}

void start_retransmit_timers(Work& w) {
  Connection& c = w.c;
  if (c.sent.is_empty()) {
    c.deadlines.clear(Deadline::kRetransmit);
  } else {
    Instant from = w.ctx.now;
    if (are_few_outstanding(c)) from = std::min(from, c.sent.front(w.tables.sent).sent.at);
    set_retransmit_timer(w, from);
  }
  start_probe_timer(w);
}

void bring_retransmit_timer_forward(Work& w) {
  Connection& c = w.c;
  if (c.sent.is_empty() || !c.deadlines.is_set(Deadline::kRetransmit)) return;
  const Instant at = std::max(c.sent.front(w.tables.sent).sent.at + c.rtt.rto(),
                              w.ctx.now + Duration::ms(kConfig.tcp_rto_min_ms));
  c.deadlines.set(Deadline::kRetransmit, std::min(at, c.deadlines.at(Deadline::kRetransmit)));
}

}  // namespace tapstack::transport::tcp
