// Asks the engine by a message of rtnetlink, as a program would over a socket: ioctls that change
// interfaces, routes and neighbours have one meaning with netlink's.
#pragma once

#include "shim/common/protocol.h"
#include "shim/netlink/message.h"
#include "shim/netlink/writer.h"

namespace tapstack::shim {

class Rtnetlink {
 public:
  explicit Rtnetlink(uint16_t type, uint16_t flags = 0);
  Rtnetlink(const Rtnetlink&) = delete;
  Rtnetlink& operator=(const Rtnetlink&) = delete;
  // Where the header of the type and attributes go.
  netlink::Writer& out() { return out_; }
  // Sends it; the errno that it is answered with, or 0. EPERM: this thread may not change the
  // network.
  int ask();
  // The first message of the answer, if there was one.
  std::optional<netlink::Message> answer() const;

 private:
  Request request_;
  Reply reply_;
  netlink::Writer out_;
};

}  // namespace tapstack::shim
