// A program may have put a capability aside without giving it up: ping keeps CAP_NET_ADMIN
// permitted but not effective. What the program may take back, the device may use while it is
// opened.
#pragma once

namespace tapstack::tapif {

// Makes CAP_NET_ADMIN effective in the calling thread for as long as the object lives, if it is
// permitted (capabilities(7)); otherwise changes nothing.
class NetAdminPrivilege {
 public:
  NetAdminPrivilege();
  ~NetAdminPrivilege();
  NetAdminPrivilege(const NetAdminPrivilege&) = delete;
  NetAdminPrivilege& operator=(const NetAdminPrivilege&) = delete;

 private:
  bool was_raised_ = false;
};

}  // namespace tapstack::tapif
