// RFC 7413 4.2.2: a server lets a connection in by its SYN, when that brings a good cookie.
#pragma once

#include "transport/tcp/input.h"

namespace tapstack::transport::tcp {

// `a.seg` is a SYN for `record.listener`, which `record` was made of. True: there is a connection
// now that has the SYN's text and waits to be accepted. Otherwise the handshake goes on as ever;
// `record` says whether the SYN-ACK brings a cookie.
bool accept_by_syn(Arrival& a, HalfOpen& record);

}  // namespace tapstack::transport::tcp
