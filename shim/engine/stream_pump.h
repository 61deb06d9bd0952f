// Bytes and states between a TCP socket of the core and its handle.
#pragma once

#include "shim/engine/works.h"

namespace tapstack::shim {

// Moves what can be moved, both ways, and shows on the handle what the connection came to. The slot
// may be free afterwards.
void pump_stream(Works& works, Slot& slot);

// The handshake is under way: makes the handle not writable until it ends. `handle` is the
// program's.
void begin_connecting(Slot& slot, int handle);
// The handshake is over, or given up: the handle is writable again.
void end_connecting(Works& works, Slot& slot, SlotPhase phase);
// Sets the size of the handle's send buffer that the socket's options call for.
void limit_handle(Works& works, SocketId id, int handle);
// Takes back the byte of wake_readers().
void take_failure_byte(Slot& slot, int handle);

}  // namespace tapstack::shim
