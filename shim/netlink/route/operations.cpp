#include "shim/netlink/route/operations.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "shim/netlink/route/link.h"

namespace tapstack::shim::netlink::route {
namespace {

constexpr Operation kOperations[] = {
    {RTM_GETLINK, AF_UNSPEC, get_link, dump_links},
};

}  // namespace

const Operation* find_operation(uint16_t type, uint8_t family) {
  const Operation* general = nullptr;
  for (const Operation& operation : kOperations) {
    if (operation.type != type) continue;
    if (operation.family == family) return &operation;
    if (operation.family == AF_UNSPEC) general = &operation;
  }
  return general;
}

}  // namespace tapstack::shim::netlink::route
