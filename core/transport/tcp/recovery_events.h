// What ACKs and timers say about losses, and what follows for recovery and the window: the
// wiring between loss_detection, TailLossProbe, Frto, Undo, Prr and Congestion, each of which knows
// its own rule only.
#pragma once

#include "transport/tcp/ack_facts.h"
#include "transport/tcp/work.h"

namespace tapstack::transport::tcp {

void on_ack_facts(Work& w, const AckFacts& facts);

// RFC 6298 5.4 to 5.6: the first segment goes again. `again`: it fired before without progress.
void on_retransmission_timeout(Work& w, bool again);
// RFC 8985 6.2 step 5: the reordering window of something is over.
void on_reordering_timeout(Work& w);
// RFC 8985 7.3: nothing was heard about the tail.
void on_probe_timeout(Work& w);
// Nothing of what is outstanding can arrive (the path's MTU fell), or it was refused (the window
// was closed): it goes again, and congestion control need not hear of it.
void resend_everything(Connection& c, SentPool& pool);

}  // namespace tapstack::transport::tcp
