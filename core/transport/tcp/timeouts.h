// What happens when a deadline of a connection passes: USER, RETRANSMISSION and other time-outs of
// RFC 9293 3.10.8. Nothing is sent here: output is asked to.
#pragma once

#include "net/network.h"
#include "transport/tcp/work.h"

namespace tapstack::transport::tcp {

// Handles every deadline that is due at ctx.now. The connection may be gone afterwards.
void on_deadlines(Work& w, const net::Network& network);

}  // namespace tapstack::transport::tcp
