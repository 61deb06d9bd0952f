// capset: a program that gives up CAP_NET_ADMIN before its first socket (arping does) could open no
// device afterwards, while the kernel's stack is there without. So the engine starts before.
#include <linux/capability.h>

#include "shim/client/engine.h"
#include "shim/common/capability.h"
#include "shim/common/sys.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"

extern "C" int capset(cap_user_header_t header, const cap_user_data_t data) noexcept;

namespace tapstack::shim {

namespace real {
inline constinit Next<int(cap_user_header_t, const cap_user_data_t)> capset("capset");
}  // namespace real

namespace {

// Whether what stays is enough to send frames by, as a program does that goes on to use the
// network, and not enough to open a device.
bool is_left_with_sockets_only(const cap_user_data_t data) {
  if (usable(data) == nullptr || !has_capability(CAP_NET_ADMIN)) return false;
  constexpr uint32_t kAdmin = CAP_TO_MASK(CAP_NET_ADMIN), kRaw = CAP_TO_MASK(CAP_NET_RAW);
  return (data->permitted & kAdmin) == 0 && (data->permitted & kRaw) != 0;
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int capset(cap_user_header_t header, const cap_user_data_t data) noexcept {
  if (!sys::Passthrough::is_on() && !is_engine_started() && is_left_with_sockets_only(data)) {
    InterfaceRecord record;
    ask::interface(0, record);
  }
  return real::capset(header, data);
}
