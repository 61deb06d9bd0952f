// The end of a passive open: a handshake that is complete becomes a connection in the listener's
// accept queue.
#pragma once

#include "transport/tcp/input.h"

namespace tapstack::transport::tcp {

// A connection in SYN-RECEIVED from what was kept of its SYN, in the accept queue of the record's
// listener, with its port held. kNoIndex: no room.
mem::Index open_passively(Arrival& a, const HalfOpen& record);

// The ACK in `a` completes the handshake of `record`, which is in no table any more: makes the
// connection and lets it have the segment. Without room the peer is told by a RST.
void complete_passive_open(Arrival& a, const HalfOpen& record);

// An ACK for which there is nothing here but a listener: whether it returns a SYN cookie, in which
// case it has been dealt with.
bool take_cookie(Arrival& a, mem::Index listener);

}  // namespace tapstack::transport::tcp
