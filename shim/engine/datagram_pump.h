// Messages between a datagram socket of the core (UDP, ping, raw) and its handle.
#pragma once

#include "shim/engine/works.h"

namespace tapstack::shim {

// Moves what can be moved, both ways, and wakes the program when an error waits for it. The slot
// may be free afterwards.
void pump_datagrams(Works& works, Slot& slot);

// kCheckSend.
int check_send(Works& works, Slot& slot, const Request& request);

// Every datagram socket that may have waited for the network hears of `error`, once.
void fail_datagrams(Works& works, Error error);

}  // namespace tapstack::shim
