// Sends on a stream of which more is wanted than that the bytes arrive: that their end is the end
// of a record (MSG_EOR), or that it is told when they went out or were acknowledged
// (SO_TIMESTAMPING). Bytes in the pair carry no such mark, so these come by request, past the pair;
// where the core has no room for that, their place in the pair is remembered.
#pragma once

#include "shim/engine/works.h"

namespace tapstack::shim {

// kSendMarked: the payload into the core, all of it or, with EAGAIN, nothing: there is no room, or
// bytes that were written before have not found any, or the socket is in no state to send. The
// program writes it to the handle then, where it has to wait or learns what is wrong, and says so:
// an errno.
int send_marked(Works& works, Slot& slot, const Request& request);
// kMarkWritten: what lies in the pair now ends with such a send. If the core has taken that already
// the mark is lost. 0.
int mark_written(Slot& slot, const Request& request);

}  // namespace tapstack::shim
