#include "shim/common/address.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "shim/common/user_memory.h"

namespace tapstack::shim {
namespace {

// The kernel takes a sockaddr_in6 without its last field (SIN6_LEN_RFC2133).
constexpr socklen_t kIn6LengthMin = offsetof(sockaddr_in6, sin6_scope_id);

int endpoint4_from(const sockaddr* address, socklen_t length, Endpoint& endpoint) {
  if (length < sizeof(sockaddr_in)) return EINVAL;
  sockaddr_in in;
  std::memcpy(&in, address, sizeof in);
  // Linux takes AF_UNSPEC with INADDR_ANY for an IPv4 address (inet_bind, for old programs).
  const bool old_any = in.sin_family == AF_UNSPEC && in.sin_addr.s_addr == INADDR_ANY;
  if (in.sin_family != AF_INET && !old_any) return EAFNOSUPPORT;
  endpoint.address = address_from_network_order(in.sin_addr.s_addr);
  endpoint.port = Port{ntohs(in.sin_port)};
  return 0;
}

int endpoint6_from(const sockaddr* address, socklen_t length, Endpoint& endpoint) {
  if (length < kIn6LengthMin) return EINVAL;
  sockaddr_in6 in{};
  std::memcpy(&in, address, std::min<size_t>(length, sizeof in));
  if (in.sin6_family != AF_INET6) return EAFNOSUPPORT;
  endpoint.address = address_from_in6(in.sin6_addr, in.sin6_scope_id);
  endpoint.port = Port{ntohs(in.sin6_port)};
  return 0;
}

}  // namespace

uint32_t network_order(const IpAddress& address) {
  return address.is_ip4() ? htonl(address.ip4().value) : 0;
}

IpAddress address_from_network_order(uint32_t address) {
  return IpAddress(Ip4Address{ntohl(address)});
}

in6_addr in6_from(const IpAddress& address) {
  const Ip6Address octets = address.is_ip4() ? Ip6Address::mapped(address.ip4()) : address.ip6();
  in6_addr out;
  std::memcpy(&out, octets.octets.data(), sizeof out);
  return out;
}

IpAddress address_from_in6(const in6_addr& address, uint32_t scope) {
  Ip6Address octets;
  std::memcpy(octets.octets.data(), &address, sizeof address);
  if (octets.is_mapped()) return octets.ip4();
  constexpr uint32_t kLast = 0xff;  // beyond every interface there is
  return IpAddress(octets, InterfaceId{static_cast<uint8_t>(std::min(scope, kLast))});
}

sockaddr_in sockaddr_in_from(const Endpoint& endpoint) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = network_order(endpoint.address);
  in.sin_port = htons(endpoint.port.value);
  return in;
}

sockaddr_in6 sockaddr_in6_from(const Endpoint& endpoint) {
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(endpoint.port.value);
  in.sin6_addr = in6_from(endpoint.address);
  in.sin6_scope_id = endpoint.address.zone().value;
  return in;
}

int endpoint_from(Family family, const sockaddr* address, socklen_t length, Endpoint& endpoint) {
  if (usable(address) == nullptr) return EFAULT;
  return family == Family::kIp6 ? endpoint6_from(address, length, endpoint)
                                : endpoint4_from(address, length, endpoint);
}

int peer_from(Family family, const sockaddr* address, socklen_t length, Endpoint& endpoint) {
  if (usable(address) == nullptr) return EFAULT;
  const bool is_ip4 = length >= sizeof(sa_family_t) && address->sa_family == AF_INET;
  return endpoint_from(is_ip4 ? Family::kIp4 : family, address, length, endpoint);
}

bool is_unspecified(const sockaddr* address, socklen_t length) {
  return usable(address) != nullptr && length >= sizeof(sa_family_t) &&
         address->sa_family == AF_UNSPEC;
}

int endpoint_to(Family family, const Endpoint& endpoint, sockaddr* address, socklen_t* length) {
  if (address == nullptr) return 0;
  if (usable(address) == nullptr || usable(length) == nullptr) return EFAULT;
  if (static_cast<int>(*length) < 0) return EINVAL;
  if (family == Family::kIp6) {
    const sockaddr_in6 in = sockaddr_in6_from(endpoint);
    std::memcpy(address, &in, std::min<size_t>(*length, sizeof in));
    *length = sizeof in;
  } else {
    const sockaddr_in in = sockaddr_in_from(endpoint);
    std::memcpy(address, &in, std::min<size_t>(*length, sizeof in));
    *length = sizeof in;
  }
  return 0;
}

}  // namespace tapstack::shim
