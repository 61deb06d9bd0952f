#include "shim/common/capability.h"

#include <linux/capability.h>

#include "shim/common/sys.h"

namespace tapstack::shim {

bool has_capability(int number) {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  if (sys::call(SYS_capget, sys::pointer(&head), sys::pointer(data)) != 0) return false;
  return (data[CAP_TO_INDEX(number)].effective & CAP_TO_MASK(number)) != 0;
}

}  // namespace tapstack::shim
