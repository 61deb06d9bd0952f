// Options of sockets that speak of interfaces: SO_BINDTODEVICE and group membership.
#pragma once

#include <sys/socket.h>

#include "shim/common/protocol.h"

namespace tapstack::shim {

// The interface numbered `index` (from 1), or named; false if there is none.
bool interface_numbered(unsigned index, InterfaceRecord& record);
bool interface_named(const char* name, InterfaceRecord& record);

// SO_BINDTODEVICE as socket(7) has it. Both answer an errno or 0.
int get_bound_device(SlotId id, void* value, socklen_t* length);
int bind_to_device(SlotId id, const void* value, socklen_t length);

// IP_ADD_MEMBERSHIP (join) and IP_DROP_MEMBERSHIP with an ip_mreq or ip_mreqn.
int change_membership(SlotId id, bool join, const void* value, socklen_t length);

}  // namespace tapstack::shim
