// CAP_NET_ADMIN in effect, where the process may have it.
#pragma once

#include <linux/capability.h>

namespace tapstack::tapif {

// While it lives, this thread has CAP_NET_ADMIN in effect if it is permitted to: ping keeps it
// permitted, but takes it out of effect before its first socket. Other threads are not concerned.
class NetAdmin {
 public:
  NetAdmin();
  NetAdmin(const NetAdmin&) = delete;
  NetAdmin& operator=(const NetAdmin&) = delete;
  ~NetAdmin();

 private:
  using Sets = __user_cap_data_struct[_LINUX_CAPABILITY_U32S_3];
  Sets before_ = {};
  bool is_raised_ = false;
};

}  // namespace tapstack::tapif
