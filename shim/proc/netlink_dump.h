// What netlink says, for files that say the same in another form.
#pragma once

#include "shim/netlink/message.h"

namespace tapstack::shim::proc {

// A dump of one table, over a socket of its own that the program never sees.
class NetlinkDump {
 public:
  // Of rtnetlink. `type`: RTM_GET*; `family`: AF_INET, AF_INET6 or AF_UNSPEC.
  NetlinkDump(uint16_t type, uint8_t family);
  // Of `protocol` (NETLINK_*): what stands behind the header of the request.
  NetlinkDump(int protocol, uint16_t type, ConstBytes request);
  ~NetlinkDump();
  NetlinkDump(const NetlinkDump&) = delete;
  NetlinkDump& operator=(const NetlinkDump&) = delete;

  // The next entry, valid until the call after it. False: there is no more, or error() says why.
  bool next(netlink::Message& out);
  int error() const { return error_; }

 private:
  int fd_ = -1;
  int error_ = 0;
  bool is_over_ = false;
  ConstBytes rest_;
  alignas(4) uint8_t buffer_[32'768];
};

}  // namespace tapstack::shim::proc
