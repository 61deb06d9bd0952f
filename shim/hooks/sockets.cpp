// The calls that make, name and connect sockets, but for accept (accept.cpp).
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "shim/common/address.h"
#include "shim/common/sys.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/connect.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/netlink.h"
#include "shim/hooks/new_handle.h"
#include "shim/hooks/packet_sockets.h"
#include "shim/hooks/privileged_ports.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/stream.h"
#include "shim/hooks/traced.h"
#include "shim/hooks/wait.h"
#include "shim/trace/address.h"
#include "shim/trace/arguments.h"

namespace tapstack::shim {
namespace {

constexpr int kTypeFlags = SOCK_CLOEXEC | SOCK_NONBLOCK;
constexpr int kTypeMask = 0xf;     // SOCK_TYPE_MASK of the kernel
constexpr int kTypeEnd = 11;       // SOCK_MAX of the kernel
constexpr int kProtocolEnd = 263;  // IPPROTO_MAX since Linux 5.6

bool is_udp(int protocol) { return protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE; }

// Which kind of socket a family has for a type and a protocol; an errno as inet_create's and
// inet6_create's, or 0.
int choose_kind(int family, int type, int protocol, SocketKind& kind) {
  const int icmp = family == AF_INET6 ? int{IPPROTO_ICMPV6} : int{IPPROTO_ICMP};
  if (protocol < 0 || protocol >= kProtocolEnd) return EINVAL;
  switch (type) {
    case SOCK_STREAM:
      kind = SocketKind::kTcp;
      return protocol == 0 || protocol == IPPROTO_TCP ? 0 : EPROTONOSUPPORT;
    case SOCK_DGRAM:
      kind = protocol == icmp ? SocketKind::kPing : SocketKind::kUdp;
      return protocol == 0 || protocol == icmp || is_udp(protocol) ? 0 : EPROTONOSUPPORT;
    case SOCK_RAW:
      kind = SocketKind::kRaw;
      return protocol != 0 && protocol < 256 ? 0 : EPROTONOSUPPORT;
    default:
      return ESOCKTNOSUPPORT;
  }
}

int open_socket(int family, int type, int protocol) {
  if ((type & ~(kTypeMask | kTypeFlags)) != 0 || (type & kTypeMask) >= kTypeEnd)
    return fail(EINVAL);
  SocketKind kind{};
  const int error = choose_kind(family, type & kTypeMask, protocol, kind);
  if (error != 0) return fail(error);
  Request request = ask::about(Op::kOpen, SlotId{});
  request.args[0] = family;
  request.args[1] = static_cast<int64_t>(kind);
  request.args[2] = protocol;
  request.args[3] = sys::call(SYS_geteuid);
  Reply reply;
  int fd = -1;
  if (const int refused = ask::call(request, reply, &fd); refused != 0) return fail(refused);
  const Handle handle{reply.slot, kind == SocketKind::kTcp, family == AF_INET6};
  return finish_handle(fd, handle, Phase::kUnknown, type & kTypeFlags, 0);
}

// Which sockets are the stack's.
bool is_ours(int family, int protocol) {
  switch (family) {
    case AF_INET:
    case AF_INET6:
    case AF_PACKET:
      return true;
    case AF_NETLINK:
      return netlink::is_ours(protocol);
    default:
      return false;
  }
}

int open_ours(int family, int type, int protocol) {
  if (family == AF_NETLINK) return netlink::open(type, protocol);
  return family == AF_PACKET ? packet::open(type, protocol) : open_socket(family, type, protocol);
}

trace::Named name_of_protocol(int family, int protocol) {
  if (family == AF_NETLINK) return {trace::kNetlinkProtocols, protocol};
  if (family == AF_INET || family == AF_INET6) return {trace::kIpProtocols, protocol};
  return {trace::kFrameProtocols, ntohs(static_cast<uint16_t>(protocol))};
}

int number_of(int fd, int option) {
  const trace::Silent silent;
  int value = 0;
  socklen_t length = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

// Raw and ping sockets have no ports.
bool has_ports(int fd, const Handle& handle) {
  return handle.is_stream ||
         (number_of(fd, SO_TYPE) == SOCK_DGRAM && is_udp(number_of(fd, SO_PROTOCOL)));
}

// A port that this thread may not have: Linux looks at the address first (__inet_bind), and so does
// a socket that asks for any port.
int refuse_port(const Handle& handle, const Endpoint& wanted) {
  const trace::Silent silent;
  const int probe = open_socket(handle.is_ip6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  Handle probed;
  int result = EACCES;
  if (probe >= 0 && descriptors::verified(probe, probed)) {
    Request request = ask::about(Op::kBind, probed.id);
    request.endpoint = {wanted.address, Port{}};
    Reply reply;
    if (ask::call(request, reply) == EADDRNOTAVAIL) result = EADDRNOTAVAIL;
  }
  if (probe >= 0) ::close(probe);
  return result;
}

int bind_handle(int fd, const Handle& handle, const sockaddr* address, socklen_t length) {
  if (handle.is_netlink) return netlink::bind(handle, address, length);
  if (handle.is_packet) return packet::bind(handle, address, length);
  Request request = ask::about(Op::kBind, handle.id);
  const int error = endpoint_from(handle.family(), address, length, request.endpoint);
  if (error != 0) return error;
  if (is_port_denied(request.endpoint.port.value) && has_ports(fd, handle)) {
    return refuse_port(handle, request.endpoint);
  }
  Reply reply;
  return ask::call(request, reply);
}

int listen_handle(int fd, const Handle& handle, int backlog) {
  if (!handle.is_stream) return EOPNOTSUPP;
  Request request = ask::about(Op::kListen, handle.id);
  request.args[0] = backlog;
  request.args[1] = fd;
  Reply reply;
  const int error = ask::call(request, reply);
  if (error == 0) descriptors::set_phase(handle.id, Phase::kListening);
  return error;
}

int shutdown_handle(int fd, const Handle& handle, int how) {
  if (handle.is_netlink || handle.is_packet) return EOPNOTSUPP;
  if (how < SHUT_RD || how > SHUT_RDWR) return EINVAL;
  Request request = ask::about(Op::kShutdown, handle.id);
  request.args[0] = how;
  request.args[1] = fd;
  Reply reply;
  const int error = ask::call(request, reply);
  // A listener is none any more.
  if (descriptors::phase(handle.id) == Phase::kListening) {
    descriptors::set_phase(handle.id, Phase::kUnknown);
  }
  return error;
}

// getsockname and getpeername (`op`): whether there is an answer comes before where to put it.
int put_endpoint(Op op, const Handle& handle, sockaddr* address, socklen_t* length) {
  if (handle.is_netlink) return netlink::name(op, handle, address, length);
  if (handle.is_packet) return packet::name(op, handle, address, length);
  const auto question = op == Op::kLocalEndpoint ? ask::local_endpoint : ask::remote_endpoint;
  Endpoint endpoint;
  if (const int error = question(handle.id, endpoint); error != 0) return error;
  if (usable(address) == nullptr || usable(length) == nullptr) return EFAULT;
  return endpoint_to(handle.family(), endpoint, address, length);
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int socket(int family, int type, int protocol) noexcept {
  if (sys::Passthrough::is_on()) return real::socket(family, type, protocol);
  if (is_ours(family, protocol)) {
    return trace::traced(
        "socket", trace::Always{}, [=] { return open_ours(family, type, protocol); },
        trace::Named{trace::kFamilies, family}, trace::SocketType{type},
        name_of_protocol(family, protocol));
  }
  const int fd = real::socket(family, type, protocol);
  if (fd >= 0) descriptors::forget(fd);
  return fd;
}

TAPSTACK_HOOK int bind(int fd, const sockaddr* address, socklen_t length) noexcept {
  Handle handle;
  if (!descriptors::verified(fd, handle)) return real::bind(fd, address, length);
  return traced_on(
      "bind", fd, [&] { return finish(bind_handle(fd, handle, address, length)); },
      trace::Address{address, length});
}

TAPSTACK_HOOK int listen(int fd, int backlog) noexcept {
  Handle handle;
  if (!descriptors::verified(fd, handle)) return real::listen(fd, backlog);
  return traced_on(
      "listen", fd, [&] { return finish(listen_handle(fd, handle, backlog)); }, backlog);
}

TAPSTACK_HOOK int connect(int fd, const sockaddr* address, socklen_t length) {
  Handle handle;
  if (!descriptors::verified(fd, handle)) return real::connect(fd, address, length);
  return traced_on(
      "connect", fd, [&] { return finish(connect_handle(fd, handle, address, length)); },
      trace::Address{address, length});
}

TAPSTACK_HOOK int shutdown(int fd, int how) noexcept {
  Handle handle;
  if (!descriptors::verified(fd, handle)) return real::shutdown(fd, how);
  return traced_on(
      "shutdown", fd, [&] { return finish(shutdown_handle(fd, handle, how)); },
      trace::Named{trace::kShutdowns, how});
}

TAPSTACK_HOOK int getsockname(int fd, sockaddr* address, socklen_t* length) noexcept {
  Handle handle;
  if (!descriptors::verified(fd, handle)) return real::getsockname(fd, address, length);
  return traced_on(
      "getsockname", fd,
      [&] { return finish(put_endpoint(Op::kLocalEndpoint, handle, address, length)); },
      trace::AddressRoom{address, length});
}

TAPSTACK_HOOK int getpeername(int fd, sockaddr* address, socklen_t* length) noexcept {
  Handle handle;
  if (!descriptors::verified(fd, handle)) return real::getpeername(fd, address, length);
  return traced_on(
      "getpeername", fd,
      [&] { return finish(put_endpoint(Op::kRemoteEndpoint, handle, address, length)); },
      trace::AddressRoom{address, length});
}
