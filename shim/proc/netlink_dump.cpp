#include "shim/proc/netlink_dump.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "shim/hooks/result.h"
#include "shim/trace/call.h"

namespace tapstack::shim::proc {

namespace {

// rtgenmsg would do; what tables want to be filtered by stands behind it in each of their headers.
constexpr size_t kRouteHeaderBytes = sizeof(rtmsg);
using RouteHeader = std::array<uint8_t, kRouteHeaderBytes>;

}  // namespace

NetlinkDump::NetlinkDump(uint16_t type, uint8_t family)
    : NetlinkDump(NETLINK_ROUTE, type, ConstBytes(RouteHeader{family})) {}

// The hooks themselves make the calls: what they do, they do for the stack's netlink sockets.
NetlinkDump::NetlinkDump(int protocol, uint16_t type, ConstBytes request) {
  const trace::Silent silent;
  const KeepError keep;
  nlmsghdr head{};
  head.nlmsg_len = static_cast<uint32_t>(sizeof head + request.size());
  head.nlmsg_type = type;
  head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  std::memcpy(buffer_, &head, sizeof head);
  std::memcpy(buffer_ + sizeof head, request.data(), request.size());
  fd_ = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  const bool was_sent =
      fd_ >= 0 && ::send(fd_, buffer_, head.nlmsg_len, 0) == static_cast<ssize_t>(head.nlmsg_len);
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
