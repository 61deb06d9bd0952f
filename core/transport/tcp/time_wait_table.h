// The TIME-WAIT records: they expire in the order in which they were made or restarted, so one
// timer serves them all.
#pragma once

#include "net/network.h"
#include "transport/tcp/tables.h"

namespace tapstack::transport::tcp {

// Adds a copy of `record`, which expires two MSL from now. When the table is full the oldest goes:
// better a short TIME-WAIT than none for the newest (Linux refuses the newest instead).
void add_time_wait(Tables& tables, Context& ctx, const TimeWait& record);
// The peer's FIN came again: two MSL from now.
void restart_time_wait(Tables& tables, Context& ctx, mem::Index index);
void remove_time_wait(Tables& tables, Context& ctx, mem::Index index);
// The timer: whatever is over by now goes.
void expire_time_waits(Tables& tables, Context& ctx);
// <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>
void send_time_wait_ack(Context& ctx, net::Network& network, const TimeWait& record);

}  // namespace tapstack::transport::tcp
