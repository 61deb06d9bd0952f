// Urgent data between a handle and the core (RFC 6093). The kernel's pair has it too (MSG_OOB,
// Linux 5.15): it keeps the mark, answers recv(MSG_OOB), SIOCATMARK and SO_OOBINLINE on the handle,
// shows POLLPRI and sends SIGURG. So the core keeps urgent octets in its queue, and the pump moves
// each on as what it is.
#pragma once

#include "shim/engine/works.h"

namespace tapstack::shim {

// The core hands the urgent octet out with the others: the handle sorts it out.
void keep_urgent_in_queue(Works& works, SocketId id);

// What may be moved to the handle in one piece: up to `most` bytes, to the mark, or the urgent
// octet, with the flags of that sendmsg.
struct Stretch {
  size_t bytes = 0;
  int flags = 0;
};
Stretch stretch_to_move(Works& works, const Slot& slot, size_t most);
// An urgent octet was announced that has not been moved yet.
bool is_urgent_coming(Works& works, const Slot& slot);

// The program is about to write with MSG_OOB: from now on the pump looks for marks. 0 or an errno.
int expect_urgent(Slot& slot);
// The next byte to be read from the end is one that was written with MSG_OOB.
bool is_at_mark(int end);

}  // namespace tapstack::shim
