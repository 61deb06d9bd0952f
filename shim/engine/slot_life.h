// How a slot is shut down and ends.
#pragma once

#include "shim/engine/works.h"

namespace tapstack::shim {

// Makes the handle answer EPIPE to writers; what was written before can still be read.
void refuse_writes(Works& works, Slot& slot);
// Makes the handle show end of file behind what was moved.
void show_end(Works& works, Slot& slot);

// The program has no handle any more (a hang-up, or its close): what it wrote is still sent, then
// the socket closes; at once when it left data unread (the core resets then) or wants no lingering.
void begin_close(Works& works, Slot& slot);
// Everything is moved: closes the socket in the core and the engine's end. The slot is free
// afterwards.
void finish_close(Works& works, Slot& slot);

// Tells the core which bytes the program has read meanwhile.
void credit_reads(Works& works, Slot& slot);

}  // namespace tapstack::shim
