// The timers of what is outstanding: the retransmission time-out and, before it, the loss probe's.
#pragma once

#include "transport/tcp/work.h"

namespace tapstack::transport::tcp {

// The retransmission timer, counted from `from` (RFC 6298 5); earlier where the program's own limit
// is (RFC 5482).
void set_retransmit_timer(Work& w, Instant from);
// The timers of what is outstanding, anew: RFC 6298 5.3, RFC 7765, RFC 8985 7.2.
void start_retransmit_timers(Work& w);
void start_probe_timer(Work& w);
// After a time-out that was taken back: the path has just shown a very long round trip, or ACKs
// were lost. What is outstanding was sent before that, so its time-out counts from then.
void bring_retransmit_timer_forward(Work& w);

}  // namespace tapstack::transport::tcp
