#include "shim/netlink/route/values.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>

namespace tapstack::shim::netlink::route {

uint8_t family_number(const IpAddress& address) { return address.is_ip6() ? AF_INET6 : AF_INET; }

void write_address(Writer& out, uint16_t type, const IpAddress& address) {
  if (address.is_ip6()) return out.number(type, address.ip6().octets);
  out.number(type, htonl(address.ip4().value));
}

std::optional<IpAddress> read_address(const Attributes& attributes, uint16_t type, uint8_t family,
                                      InterfaceId zone) {
  if (family == AF_INET) {
    const std::optional<uint32_t> value = attributes.number<uint32_t>(type);
    if (!value) return std::nullopt;
    return Ip4Address{ntohl(*value)};
  }
  const auto octets = attributes.number<decltype(Ip6Address::octets)>(type);
  if (!octets) return std::nullopt;
  const Ip6Address address{*octets};
  return address.needs_zone() ? IpAddress(address, zone) : IpAddress(address);
}

uint32_t seconds_until(Instant when, Instant now, uint32_t never) {
  if (when.is_never()) return never;
  return static_cast<uint32_t>(std::max<int64_t>((when - now).us(), 0) / 1'000'000);
}

Instant after_seconds(Instant now, uint32_t seconds) {
  constexpr uint32_t kForEver = 0xffffffff;
  return seconds == kForEver ? Instant::never() : now + Duration::s(seconds);
}

Prefix network_of(const Prefix& prefix) {
  const unsigned length = prefix.length;
  if (prefix.address.is_ip4()) {
    const uint32_t mask = length == 0 ? 0 : ~0u << (32 - length);
    return {Ip4Address{prefix.address.ip4().value & mask}, prefix.length};
  }
  Ip6Address network = prefix.address.ip6();
  for (unsigned i = 0; i < network.octets.size(); ++i) {
    const unsigned kept = std::clamp(length, 8 * i, 8 * i + 8) - 8 * i;
    network.octets[i] = static_cast<uint8_t>(network.octets[i] & (0xff00u >> kept));
  }
  return {IpAddress(network, prefix.address.zone()), prefix.length};
}

std::optional<IpAddress> broadcast_of(const Prefix& prefix) {
  constexpr uint8_t kLongest = 30;
  if (!prefix.address.is_ip4() || prefix.length > kLongest) return std::nullopt;
  const uint32_t hosts = prefix.length == 0 ? ~0u : ~(~0u << (32 - prefix.length));
  return Ip4Address{prefix.address.ip4().value | hosts};
}

}  // namespace tapstack::shim::netlink::route
