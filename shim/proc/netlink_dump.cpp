#include "shim/proc/netlink_dump.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "shim/hooks/result.h"
#include "shim/trace/call.h"

namespace tapstack::shim::proc {

// The hooks themselves make the calls: what they do, they do for the stack's netlink sockets.
NetlinkDump::NetlinkDump(uint16_t type, uint8_t family) {
  const trace::Silent silent;
  const KeepError keep;
  struct {
    nlmsghdr head;
    rtmsg body;
  } request{};
  request.head.nlmsg_len = sizeof request;
  request.head.nlmsg_type = type;
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.rtm_family = family;
  fd_ = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  const bool was_sent =
      fd_ >= 0 && ::send(fd_, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request);
  if (!was_sent) error_ = last_error();
}

NetlinkDump::~NetlinkDump() {
  const trace::Silent silent;
  const KeepError keep;
  if (fd_ >= 0) ::close(fd_);
}

bool NetlinkDump::next(netlink::Message& out) {
  while (error_ == 0 && !is_over_) {
    const std::optional<netlink::Message> message = netlink::take_message(rest_);
    if (!message) {
      const trace::Silent silent;
      const KeepError keep;
      const ssize_t got = ::recv(fd_, buffer_, sizeof buffer_, 0);
      if (got < 0 && last_error() == EINTR) continue;
      if (got <= 0) error_ = got < 0 ? last_error() : EPROTO;
      rest_ = got > 0 ? ConstBytes(buffer_, static_cast<size_t>(got)) : ConstBytes();
      continue;
    }
    is_over_ = message->header.nlmsg_type == NLMSG_DONE;
    if (message->header.nlmsg_type == NLMSG_ERROR) error_ = -message->fixed<int32_t>();
    if (is_over_ || error_ != 0) return false;
    out = *message;
    return true;
  }
  return false;
}

}  // namespace tapstack::shim::proc
