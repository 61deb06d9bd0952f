#include "shim/engine/interface_flags.h"

#include <linux/if.h>

namespace tapstack::shim {

uint32_t interface_flags(const api::InterfaceInfo& info) {
  uint32_t flags =
      info.is_loopback ? uint32_t{IFF_LOOPBACK} : uint32_t{IFF_BROADCAST | IFF_MULTICAST};
  if (info.settings.is_up) flags |= uint32_t{IFF_UP | IFF_RUNNING | IFF_LOWER_UP};
  return flags;
}

}  // namespace tapstack::shim
