#include "tapif/net_admin.h"

#include <cstring>

#include "tapif/os.h"

namespace tapstack::tapif {
namespace {

constexpr unsigned kBit = CAP_TO_MASK(CAP_NET_ADMIN);
constexpr unsigned kWord = CAP_TO_INDEX(CAP_NET_ADMIN);

__user_cap_header_struct this_thread() { return {_LINUX_CAPABILITY_VERSION_3, 0}; }

bool set(__user_cap_data_struct* sets) {
  __user_cap_header_struct header = this_thread();
  return os::call(SYS_capset, os::pointer(&header), os::pointer(sets)) == 0;
}

}  // namespace

NetAdmin::NetAdmin() {
  __user_cap_header_struct header = this_thread();
  if (os::call(SYS_capget, os::pointer(&header), os::pointer(before_)) != 0) return;
  if ((before_[kWord].effective & kBit) != 0 || (before_[kWord].permitted & kBit) == 0) return;
  Sets raised;
  std::memcpy(raised, before_, sizeof raised);
  raised[kWord].effective |= kBit;
  is_raised_ = set(raised);
}

NetAdmin::~NetAdmin() {
  if (is_raised_) set(before_);
}

}  // namespace tapstack::tapif
