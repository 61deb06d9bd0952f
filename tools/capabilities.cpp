#include "tools/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tapstack::tools {

bool keep_capabilities_over_exec() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, sets) != 0) return false;
  for (auto& set : sets) set.inheritable = set.permitted;
  if (::syscall(SYS_capset, &header, sets) != 0) return false;
  for (unsigned capability = 0; capability < 32 * _LINUX_CAPABILITY_U32S_3; ++capability) {
    if ((sets[capability / 32].permitted >> (capability % 32) & 1) == 0) continue;
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) return false;
  }
  return true;
}

}  // namespace tapstack::tools
