// Messages on their way to programs: onto the handle, as far as SO_RCVBUF allows.
#pragma once

#include "shim/engine/works.h"
#include "shim/netlink/socket.h"

namespace tapstack::shim::netlink {

// Puts messages in front of the program as one datagram. `group`: the multicast group that they
// went to, 0 for none. False: there was no room; overrun() is the caller's to decide.
bool deliver(Slot& slot, const Socket& socket, ConstBytes messages, uint32_t group = 0);
// Something for the program was lost: ENOBUFS, once until it has read all that came before
// (netlink_overrun).
void overrun(Works& works, Slot& slot, Socket& socket);
// Makes an error that waits show on the handle, as for datagrams (README.md, "Datagrams").
void show_error(Works& works, Slot& slot);
// Whether SO_RCVBUF has room for more; nothing of a dump waits elsewhere.
bool has_room(const Slot& slot, const Socket& socket);

// To every member of `group` of `protocol`.
void multicast(Works& works, int protocol, uint32_t group, ConstBytes messages);
// Whether anyone is.
bool has_members(Works& works, int protocol, uint32_t group);

}  // namespace tapstack::shim::netlink
