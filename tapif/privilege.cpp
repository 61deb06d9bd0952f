#include "tapif/privilege.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace tapstack::tapif {
namespace {

constexpr uint32_t kNetAdmin = 1u << CAP_NET_ADMIN;

// Sets or clears the effective bit; false when there was nothing to change or it is not permitted.
bool set_effective(bool wanted) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};  // 0: the calling thread
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, sets) != 0) return false;
  const bool is_effective = (sets[0].effective & kNetAdmin) != 0;
  if (is_effective == wanted || (sets[0].permitted & kNetAdmin) == 0) return false;
  sets[0].effective ^= kNetAdmin;
  return ::syscall(SYS_capset, &header, sets) == 0;
}

}  // namespace

NetAdminPrivilege::NetAdminPrivilege() : was_raised_(set_effective(true)) {}

NetAdminPrivilege::~NetAdminPrivilege() {
  if (was_raised_) set_effective(false);
}

}  // namespace tapstack::tapif
