// NETLINK_SOCK_DIAG: lists of sockets, and their end (sock_diag(7)).
#pragma once

#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::diag {

extern const Family kFamily;

}  // namespace tapstack::shim::netlink::diag
