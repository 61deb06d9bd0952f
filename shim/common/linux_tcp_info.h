// The stack's figures of a connection as Linux's struct tcp_info.
#pragma once

// The kernel's header knows later members than <netinet/tcp.h>; the two cannot be included
// together.
#include <linux/tcp.h>

#include "core/api/types.h"

namespace tapstack::shim {

tcp_info to_linux(const TcpInfo& from);

}  // namespace tapstack::shim
