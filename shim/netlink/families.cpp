// The protocols of netlink that the stack has. A row each.
#include "shim/netlink/diag/diag_family.h"
#include "shim/netlink/family.h"
#include "shim/netlink/generic/generic_family.h"
#include "shim/netlink/route/route_family.h"

namespace tapstack::shim::netlink {
namespace {

constexpr const Family* kFamilies[] = {
    &diag::kFamily,
    &generic::kFamily,
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
