#include "shim/common/address.h"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tapstack::shim {

uint32_t network_order(const IpAddress& address) {
  return address.is_ip4() ? htonl(address.ip4().value) : 0;
}

IpAddress address_from_network_order(uint32_t address) {
  return IpAddress(Ip4Address{ntohl(address)});
}

int endpoint_from(const sockaddr* address, socklen_t length, Endpoint& endpoint) {
  if (address == nullptr) return EFAULT;
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

bool is_unspecified(const sockaddr* address, socklen_t length) {
  return address != nullptr && length >= sizeof(sa_family_t) && address->sa_family == AF_UNSPEC;
}

int endpoint_to(const Endpoint& endpoint, sockaddr* address, socklen_t* length) {
  if (address == nullptr) return 0;
  if (length == nullptr) return EFAULT;
  if (static_cast<int>(*length) < 0) return EINVAL;
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = network_order(endpoint.address);
  in.sin_port = htons(endpoint.port.value);
  std::memcpy(address, &in, std::min<size_t>(*length, sizeof in));
  *length = sizeof in;
  return 0;
}

}  // namespace tapstack::shim
