// The protocols of netlink that the stack has. A row each.
#include "shim/netlink/family.h"
#include "shim/netlink/route/route_family.h"

namespace tapstack::shim::netlink {
namespace {

constexpr const Family* kFamilies[] = {
    &route::kFamily,
};

}  // namespace

const Family* find_family(int64_t protocol) {
  for (const Family* family : kFamilies) {
    if (family->protocol == protocol) return family;
  }
  return nullptr;
}

}  // namespace tapstack::shim::netlink
