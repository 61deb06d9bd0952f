// TCP_INFO: the stack's figures in Linux's struct tcp_info.
#pragma once

#include <sys/socket.h>

#include "shim/common/protocol.h"

namespace tapstack::shim {

// Fills at most *length bytes; an errno or 0.
int get_tcp_info(SlotId id, void* value, socklen_t* length);

}  // namespace tapstack::shim
