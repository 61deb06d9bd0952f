// PACKET_RX_RING: frames in memory that the program has mapped, laid out as Linux does
// (Documentation/networking/packet_mmap.rst). The program may write there what it likes: of all
// that is read from it only whether a frame's status is TP_STATUS_KERNEL counts.
//
// What finds no free frame waits in the core, whose queue bounds it and counts what is lost; it
// goes on when the program asks (poll), when more comes in, or after a moment.
#pragma once

#include <array>

#include "shim/common/packet_records.h"
#include "shim/engine/packet_ring_state.h"
#include "shim/engine/works.h"

namespace tapstack::shim {

// Makes the ring that `wanted` asks for, or takes it away. An errno as packet_set_ring's.
int set_ring(Works& works, Slot& slot, const RingRecord& wanted);
// The slot goes.
void drop_ring(Works& works, Slot& slot);
// The engine goes on in another process: nothing is mapped here any more.
void unmap_rings(Works& works);
// A descriptor of the memory for the program, and its size; -1: there is none.
int copy_ring_memory(const Slot& slot);
// Moves frames that wait in the core into the ring, as many as fit, and wakes the program.
void fill_ring(Works& works, Slot& slot);
// POLLIN of packet_poll: the frame that was filled last is the program's still. If so, the handle
// shows it.
bool show_ring(Works& works, Slot& slot);
// Some ring is full while more waits: when to look again; never() if none is.
Instant next_ring_look(const Works& works);
// That moment has come.
void look_at_rings(Works& works);

}  // namespace tapstack::shim
