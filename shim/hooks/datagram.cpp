#include "shim/hooks/datagram.h"

#include <alloca.h>
#include <limits.h>
#include <netinet/in.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/address.h"
#include "shim/common/option_table.h"
#include "shim/common/sys.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/control.h"
#include "shim/hooks/error_queue.h"
#include "shim/hooks/landing.h"
#include "shim/hooks/message_check.h"
#include "shim/hooks/netlink.h"
#include "shim/hooks/packet_sockets.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/stand_in.h"
#include "shim/hooks/wait.h"

namespace tapstack::shim::datagram {
namespace {

constexpr size_t kPayloadMax = 65'535;  // an IPv4 packet's total length field (RFC 791)

// Flags that mean the same on the handle.
constexpr int kReceiveFlags = MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC;
constexpr int kSendFlags = MSG_DONTWAIT;

size_t total_bytes(const msghdr& message) {
  size_t bytes = 0;
  for (size_t i = 0; i < message.msg_iovlen; ++i) bytes += message.msg_iov[i].iov_len;
  return bytes;
}

constexpr size_t kFrontParts = 2;

// The program's parts behind the header and options. `parts` holds kFrontParts more than the
// message has.
msghdr with_header(const msghdr& message, DatagramHeader& header, iovec options, iovec* parts) {
  parts[0] = {&header, sizeof header};
  parts[1] = options;
  std::copy_n(message.msg_iov, message.msg_iovlen, parts + kFrontParts);
  msghdr native{};
  native.msg_iov = parts;
  native.msg_iovlen = message.msg_iovlen + kFrontParts;
  return native;
}

// Options of a packet to send, one behind the other.
struct PackedOptions {
  uint8_t bytes[PacketOptions::kIp4BytesMax + PacketOptions::kIp6BytesMax];
  size_t used = 0;

  PackedOptions(const PacketOptions& options, DatagramHeader& header) {
    for (size_t i = 0; i < header.given_bytes.size(); ++i) {
      const std::span<const uint8_t> given = options.get(static_cast<PacketHeader>(i));
      std::copy(given.begin(), given.end(), bytes + used);
      header.given_bytes[i] = static_cast<uint8_t>(given.size());
      used += given.size();
    }
  }
};

SocketKind kind_of(const Handle& handle) {
  SlotStatus status;
  return ask::status(handle.id, status) ? status.kind : SocketKind::kUdp;
}

bool is_udp(const Handle& handle) { return kind_of(handle) == SocketKind::kUdp; }

int peer4(const Handle& handle, const sockaddr* name, socklen_t length, Endpoint& peer) {
  // raw_sendmsg: no length, no name.
  if (length == 0 && kind_of(handle) == SocketKind::kRaw) return 0;
  if (length < sizeof(sockaddr)) return EINVAL;
  sockaddr taken = *name;
  // udp_sendmsg and raw_sendmsg let it pass for an IPv4 address, ping_v4_sendmsg does not.
  if (taken.sa_family == AF_UNSPEC) {
    if (kind_of(handle) == SocketKind::kPing) return EAFNOSUPPORT;
    taken.sa_family = AF_INET;
  }
  return endpoint_from(Family::kIp4, &taken, sizeof taken, peer);
}

// udpv6_sendmsg: AF_UNSPEC stands for no address at all, and a family that is not of IP is EINVAL.
int peer6_of_udp(const sockaddr* name, socklen_t length, Endpoint& peer) {
  if (is_unspecified(name, length)) return 0;
  const int error = peer_from(Family::kIp6, name, length, peer);
  return error == EAFNOSUPPORT ? EINVAL : error;
}

// rawv6_sendmsg: AF_UNSPEC passes for an IPv6 address.
int peer6_of_raw(const sockaddr* name, socklen_t length, Endpoint& peer) {
  sockaddr_in6 taken{};
  std::memcpy(&taken, name, std::min<size_t>(length, sizeof taken));
  if (is_unspecified(name, length)) taken.sin6_family = AF_INET6;
  return endpoint_from(Family::kIp6, reinterpret_cast<const sockaddr*>(&taken), length, peer);
}

int peer6(const Handle& handle, const sockaddr* name, socklen_t length, Endpoint& peer) {
  if (length >= sizeof(sockaddr_in6) && name->sa_family == AF_INET6) {
    return endpoint_from(Family::kIp6, name, length, peer);
  }
  switch (kind_of(handle)) {
    case SocketKind::kRaw:
      return peer6_of_raw(name, length, peer);
    case SocketKind::kPing:  // ping_v6_sendmsg: of the whole length and no other family
      return length < sizeof(sockaddr_in6) ? EINVAL : EAFNOSUPPORT;
    default:
      return peer6_of_udp(name, length, peer);
  }
}

// sin6_flowinfo, in network order; counts with IPV6_FLOWINFO_SEND.
uint32_t flow_label_of(const sockaddr* name, socklen_t length) {
  constexpr uint32_t kFlowLabelMask = 0xfffff;
  sockaddr_in6 in{};
  std::memcpy(&in, name, std::min<size_t>(length, sizeof in));
  return in.sin6_family == AF_INET6 ? ntohl(in.sin6_flowinfo) & kFlowLabelMask : 0;
}

// Where it shall go, from address and control messages; 0 or an errno.
int address_header(const Handle& handle, const msghdr& message, int flags, DatagramHeader& header,
                   PacketOptions& options) {
  if (is_no_memory(message.msg_name)) return EFAULT;
  if (handle.is_netlink) return netlink::address_header(message, header);
  if (message.msg_name != nullptr) {
    const auto* name = static_cast<const sockaddr*>(message.msg_name);
    const int error = handle.is_ip6 ? peer6(handle, name, message.msg_namelen, header.peer)
                                    : peer4(handle, name, message.msg_namelen, header.peer);
    if (error != 0) return error;
    if (handle.is_ip6) header.flow_label = flow_label_of(name, message.msg_namelen);
  }
  if ((descriptors::wanted(handle.id) & Wanted::kSendStamps) != 0) {
    header.flags |= DatagramHeader::kStamp;
  }
  if ((flags & MSG_DONTROUTE) != 0) header.flags |= DatagramHeader::kDontRoute;
  if ((flags & MSG_MORE) != 0) header.flags |= DatagramHeader::kMore;
  return control::read_for_send(handle.family(), message, header, options);
}

// The first message's header without taking it; false if there is none.
bool peek(int fd, DatagramHeader& header, long& bytes) {
  bytes = sys::receive(fd, &header, sizeof header, MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC);
  return bytes >= static_cast<long>(sizeof header) && header.mark == DatagramHeader::kMark;
}

// Tells of what was received besides its bytes.
void describe(const Handle& handle, const DatagramHeader& header, std::span<const uint8_t> options,
              msghdr& message) {
  if (handle.is_netlink) return netlink::describe(handle, header, message);
  if (message.msg_name != nullptr) {
    endpoint_to(handle.family(), header.peer, static_cast<sockaddr*>(message.msg_name),
                &message.msg_namelen);
  }
  control::write_received(handle.family(), descriptors::wanted(handle.id), header, options,
                          message);
}

// A datagram that cannot be taken for `error`: where it was to go comes first.
ssize_t fail_send(const Handle& handle, const DatagramHeader& header, int error) {
  if (handle.is_netlink) return fail(error);
  const int before = ask::check_send(handle.id, header, error == EMSGSIZE);
  return fail(before != 0 ? before : error);
}

}  // namespace

ssize_t send(int fd, const Handle& handle, const msghdr& message, int flags) {
  if (handle.is_packet) return packet::send(fd, handle, message, flags);
  if (const int error = check_sent(message); error != 0) return fail(error);
  // udp_sendmsg looks at the length first, udpv6_sendmsg at the address.
  const bool is_too_long = total_bytes(message) > kPayloadMax;
  if (is_too_long && !handle.is_ip6) return fail(EMSGSIZE);
  if ((flags & MSG_OOB) != 0 && !(handle.is_ip6 && is_udp(handle))) return fail(EOPNOTSUPP);
  DatagramHeader header;
  PacketOptions options;
  if (const int error = address_header(handle, message, flags, header, options); error != 0)
    return fail(error);
  if (is_too_long) return fail_send(handle, header, EMSGSIZE);
  PackedOptions packed(options, header);
  auto* parts = static_cast<iovec*>(alloca((message.msg_iovlen + kFrontParts) * sizeof(iovec)));
  const msghdr native = with_header(message, header, {packed.bytes, packed.used}, parts);
  const ssize_t sent = real::sendmsg(fd, &native, (flags & kSendFlags) | MSG_NOSIGNAL);
  if (sent < 0) {
    // The handle refuses when it was shut down, or its engine is gone.
    const int native_error = last_error();
    if (native_error == EAGAIN || native_error == EINTR) return -1;
    return fail_send(handle, header, native_error);
  }
  if (const int error = ask::flush(handle.id); error != 0 && error != EBADF) {
    drop_wake(fd);  // the error that it announced may be this one
    return fail(error);
  }
  const ssize_t payload = sent - static_cast<ssize_t>(sizeof header + packed.used);
  if ((flags & MSG_ZEROCOPY) != 0 && payload > 0) ask::zero_copied(handle.id);
  return payload;
}

ssize_t receive(int fd, const Handle& handle, msghdr& message, int flags) {
  if (handle.is_packet) return packet::receive(fd, handle, message, flags);
  if (handle.is_netlink) flags &= ~MSG_ERRQUEUE;  // as the kernel's, which has no such queue
  if ((flags & MSG_ERRQUEUE) != 0) return receive_queued_error(fd, handle, message);
  if ((flags & MSG_OOB) != 0 && !is_udp(handle)) return fail(EOPNOTSUPP);
  if (const int error = check_received(message); error != 0) return fail(error);
  const Landing landing((descriptors::wanted(handle.id) & Wanted::kPacketOptions) != 0);
  auto* parts = static_cast<iovec*>(alloca((message.msg_iovlen + kFrontParts) * sizeof(iovec)));
  for (;;) {
    DatagramHeader header;
    msghdr native = with_header(message, header, landing.part(), parts);
    const ssize_t bytes = real::recvmsg(fd, &native, flags & kReceiveFlags);
    const int native_error = bytes < 0 ? last_error() : 0;
    // ECONNRESET of the handle: the engine's end is gone.
    if (bytes < 0 && native_error != EAGAIN && native_error != ECONNRESET) return -1;
    const bool is_wake = bytes > 0 && (header.flags & DatagramHeader::kWakeOnly) != 0;
    if (bytes > 0 && !is_wake) {
      message.msg_flags = native.msg_flags & MSG_TRUNC;
      const auto behind = static_cast<size_t>(bytes) - sizeof header;
      describe(handle, header, landing.options(header, behind), message);
      return landing.is_used() ? landing.spread(header, behind, flags, message)
                               : static_cast<ssize_t>(behind);
    }
    if (is_wake && (flags & MSG_PEEK) != 0) drop_wake(fd);
    const int error = stand_in::tell_once(fd, ask::take_error(handle.id));
    if (error != 0) return fail(error);
    // Shut down: the end for who would wait, and nothing there for who would not
    // (__skb_wait_for_more_packets, __skb_recv_datagram).
    const bool would_wait = (flags & MSG_DONTWAIT) == 0 && !is_nonblocking(fd);
    if (bytes == 0) return would_wait ? 0 : fail(EAGAIN);
    if (bytes < 0) return fail(native_error);
  }
}

int first_bytes(int fd) {
  DatagramHeader header;
  long bytes = 0;
  if (!peek(fd, header, bytes) || (header.flags & DatagramHeader::kWakeOnly) != 0) return 0;
  return static_cast<int>(bytes - static_cast<long>(sizeof header + header.option_bytes));
}

bool is_wake_first(int fd) {
  DatagramHeader header;
  long bytes = 0;
  return peek(fd, header, bytes) && (header.flags & DatagramHeader::kWakeOnly) != 0;
}

void drop_wake(int fd) {
  if (!is_wake_first(fd)) return;
  DatagramHeader header;
  sys::receive(fd, &header, sizeof header, MSG_DONTWAIT);
}

}  // namespace tapstack::shim::datagram
