// Interfaces as options of sockets name them, and SO_BINDTODEVICE.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "shim/common/protocol.h"

namespace tapstack::shim {

// The interface numbered `index` (from 1), or named; false if there is none.
bool interface_numbered(unsigned index, InterfaceRecord& record);
bool interface_named(const char* name, InterfaceRecord& record);
// The number of the interface that has `address`; 0 if none has.
int interface_with(in_addr address, InterfaceRecord& record);

// SO_BINDTODEVICE as socket(7) has it. Both answer an errno or 0.
int get_bound_device(SlotId id, void* value, socklen_t* length);
int bind_to_device(SlotId id, const void* value, socklen_t length);

}  // namespace tapstack::shim
