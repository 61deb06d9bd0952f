#include "tapif/link_monitor.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace tapstack::tapif {

LinkMonitor::LinkMonitor(int fd_floor) {
  constexpr int kType = SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK;
  os::Fd fd(os::move_above(os::socket(AF_NETLINK, kType, NETLINK_ROUTE), fd_floor));
  sockaddr_nl links{};
  links.nl_family = AF_NETLINK;
  links.nl_groups = RTMGRP_LINK;
  if (os::call(SYS_bind, fd.get(), os::pointer(&links), sizeof links) == 0) fd_ = std::move(fd);
}

void LinkMonitor::drain() {
  char message;  // the rest of it is cut: that there was one is all
  long got;
  do {
    got = os::read(fd_.get(), &message, sizeof message);
  } while (got > 0 || got == -ENOBUFS || got == -EINTR);
}

}  // namespace tapstack::tapif
