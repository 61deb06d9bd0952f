#include "shim/hooks/ip6_options.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/hooks/ask.h"
#include "shim/hooks/devices.h"
#include "shim/hooks/option_value.h"

namespace tapstack::shim {

static_assert(sizeof(Icmp6Filter) == sizeof(icmp6_filter));

// rawv6_seticmpfilter: what the program's is too short for stays as it was.
int set_icmp6_filter(const Handle& handle, const void* value, socklen_t length) {
  Reply reply;
  if (const int error = ask::call(ask::about(Op::kIcmp6Filter, handle.id), reply)) return error;
  Request request = ask::about(Op::kSetIcmp6Filter, handle.id);
  request.payload_bytes = sizeof(Icmp6Filter);
  std::memcpy(request.payload, reply.payload, sizeof(Icmp6Filter));
  const size_t bytes = std::min<size_t>(length, sizeof(Icmp6Filter));
  if (bytes > 0 && value == nullptr) return EFAULT;
  if (bytes > 0) std::memcpy(request.payload, value, bytes);
  return ask::call(request, reply);
}

int get_icmp6_filter(const Handle& handle, void* value, socklen_t* length) {
  Reply reply;
  if (const int error = ask::call(ask::about(Op::kIcmp6Filter, handle.id), reply)) return error;
  *length = std::min<socklen_t>(*length, sizeof(Icmp6Filter));
  if (*length > 0 && value == nullptr) return EFAULT;
  if (*length > 0) std::memcpy(value, reply.payload, *length);
  return 0;
}

namespace {

// IPV6_PKTINFO for all that is sent (RFC 3542 6.1), as Linux has it: every socket takes it, what
// UDP and ping sockets send leaves by the interface, and the address is looked at nowhere: a source
// is chosen by bind() or with each datagram.
int set_packet_info(const Handle& handle, uint8_t who, const void* value, socklen_t length) {
  in6_pktinfo info{};
  if (value == nullptr || length < sizeof info) return EINVAL;
  std::memcpy(&info, value, sizeof info);
  int64_t bound = 0;
  if (const int error = ask::get_option(handle.id, Option::kBindInterface, bound)) return error;
  if (bound != 0 && bound != info.ipi6_ifindex) return EINVAL;
  if ((who & (Who::kUdp | Who::kPing)) == 0) return 0;
  return ask::set_option(handle.id, Option::kIp6PacketInterface, info.ipi6_ifindex);
}

// IPV6_PATHMTU, RFC 3542 11.3: of a connected socket.
int get_path_mtu(const Handle& handle, void* value, socklen_t* length) {
  ip6_mtuinfo info{};
  if (*length < sizeof info) return EINVAL;
  int64_t mtu = 0;
  if (ask::get_option(handle.id, Option::kIp6Mtu, mtu) != 0) return ENOTCONN;
  info.ip6m_mtu = static_cast<uint32_t>(mtu);
  return option_value::put(value, length, &info, sizeof info);
}

// IPV6_ADDRFORM: sockets stay what they are, which those without an IPv4 peer do on Linux, too.
int get_address_form(const Handle& handle, uint8_t who, void* value, socklen_t* length) {
  Endpoint peer;
  if ((who & (Who::kRaw | Who::kPing)) != 0) return ENOPROTOOPT;
  if (ask::remote_endpoint(handle.id, peer) != 0) return ENOTCONN;
  return option_value::put_int(IPPROTO_IPV6, value, length, AF_INET6);
}

int set_address_form(const Handle& handle, uint8_t who, const void* value, socklen_t length) {
  int family = 0;
  if (length < sizeof family || value == nullptr) return EINVAL;
  std::memcpy(&family, value, sizeof family);
  if (family != AF_INET) return EINVAL;
  Endpoint peer;
  if ((who & (Who::kRaw | Who::kPing)) != 0) return ENOPROTOOPT;
  if (ask::remote_endpoint(handle.id, peer) != 0) return ENOTCONN;
  return peer.address.is_ip6() ? EADDRNOTAVAIL : ENOPROTOOPT;
}

}  // namespace

int get_ip6_option(const Handle& handle, uint8_t who, int name, void* value, socklen_t* length) {
  switch (name) {
    case IPV6_PATHMTU:
      return get_path_mtu(handle, value, length);
    case IPV6_ADDRFORM:
      return get_address_form(handle, who, value, length);
    case IPV6_2292PKTOPTIONS:
      return handle.is_stream ? option_value::put(value, length, nullptr, 0) : ENOPROTOOPT;
    default:
      return ENOPROTOOPT;
  }
}

int set_ip6_option(const Handle& handle, uint8_t who, int name, const void* value,
                   socklen_t length) {
  switch (name) {
    case IPV6_PKTINFO:
      return set_packet_info(handle, who, value, length);
    case IPV6_ADDRFORM:
      return set_address_form(handle, who, value, length);
    case IPV6_JOIN_ANYCAST:  // for routers only, which this host is not (RFC 4291 2.6)
      return length < sizeof(ipv6_mreq) || value == nullptr ? EINVAL : EADDRNOTAVAIL;
    case IPV6_LEAVE_ANYCAST:
      return length < sizeof(ipv6_mreq) || value == nullptr ? EINVAL : ENOENT;
    default:
      return ENOPROTOOPT;
  }
}

}  // namespace tapstack::shim
