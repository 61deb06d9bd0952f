// The stack's sockets with what only the engine knows of them, for those who look.
#pragma once

#include "shim/common/protocol.h"
#include "shim/engine/works.h"

namespace tapstack::shim {

// As api::list_next().
bool next_record(Works& works, SocketKind kind, uint32_t& position, SocketRecord& out);
// SO_MARK of the socket of a line.
uint32_t mark_of(Works& works, const api::ListedSocket& found);
// The record of a line that the core gave.
SocketRecord record_of(Works& works, const api::ListedSocket& found);

}  // namespace tapstack::shim
