// Packet sockets: frames between the core and a handle, as datagrams are (datagram_pump.h), or into
// a ring that the program has mapped (packet_ring.h).
#pragma once

#include <span>

#include "shim/common/packet_records.h"
#include "shim/engine/works.h"

namespace tapstack::shim {

// Moves one frame from the core to the handle. Bytes of the message; 0: none.
size_t pass_frame(Works& works, Slot& slot);
// `message`: FrameRecord and frame, as a hook wrote them; what has no record is a frame for where
// the socket is bound.
Error send_frame(Works& works, Slot& slot, ConstBytes message, bool has_record);

// How frames are described to programs.
FrameRecord record_of(const FrameInfo& info);

}  // namespace tapstack::shim
