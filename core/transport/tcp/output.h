// What goes out next. Input, timers and user calls leave facts; here they become segments, one at a
// time, when the device has room for one.
#pragma once

#include "net/network.h"
#include "transport/tcp/work.h"

namespace tapstack::transport::tcp {

// Sends at most one segment (or superframe) of the connection: RST, SYN, text, FIN, probe, or ACK.
// False: there was nothing to send; its timers are set for what it waits for. An orphan may be gone
// afterwards (w.is_gone).
bool output_connection(Work& w, net::Network& network);

}  // namespace tapstack::transport::tcp
