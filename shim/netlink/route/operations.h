// The types of rtnetlink messages that the stack knows, and who serves each.
#pragma once

#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::route {

struct Operation {
  uint16_t type;   // RTM_*
  uint8_t family;  // AF_*; AF_UNSPEC: all that have no row of their own
  int (*serve)(Call& call, const Message& request);             // null: there is none
  int (*dump)(Call& call, const Message& request, Cursor& at);  // null: there is none
};

// The row of a type and family, or of the type for all families; null: neither.
const Operation* find_operation(uint16_t type, uint8_t family);

}  // namespace tapstack::shim::netlink::route
