#include "app/dhcp4_lease.h"

#include <bit>

#include "wire/domain_list.h"

namespace tapstack::app {
namespace {

namespace code = wire::dhcp4_option;
using wire::Dhcp4View;

constexpr uint16_t kMtuMin = 68;         // RFC 2132 5.1
constexpr size_t kOptionBytesMax = 512;  // of one option, all its instances together

bool is_host_address(Ip4Address a) {
  return !a.is_this_network() && !a.is_loopback() && !a.is_multicast() && !a.is_reserved() &&
         !a.is_limited_broadcast();
}

// RFC 2132 3.3; without a usable mask that of the address's class (RFC 1122 3.2.1.3).
uint8_t prefix_length_of(const Dhcp4View& message, Ip4Address address) {
  const auto mask = message.option_u32(code::kSubnetMask);
  if (mask && *mask != 0 && std::countl_one(*mask) + std::countr_zero(*mask) == 32) {
    return static_cast<uint8_t>(std::countl_one(*mask));
  }
  if (address.value >> 31 == 0) return 8;
  return address.value >> 30 == 2 ? 16 : 24;
}

template <size_t N>
void read_addresses(const Dhcp4View& message, uint8_t option, ShortList<Ip4Address, N>& list) {
  uint8_t data[4 * N];
  const size_t length = std::min(message.option(option, data).value_or(0), sizeof data);
  for (size_t at = 0; at + 4 <= length; at += 4) {
    const Ip4Address address = wire::load_ip4(data + at);
    if (is_host_address(address)) list.add(address);
  }
}

// RFC 3442: "If the DHCP server returns both a Classless Static Routes option and a Router option,
// the DHCP client MUST ignore the Router option."
void read_routes(const Dhcp4View& message, Dhcp4Lease& lease) {
  uint8_t data[kOptionBytesMax];
  const auto length = message.option(code::kClasslessStaticRoutes, data);
  if (length) {
    std::span<const uint8_t> rest(data, std::min(*length, sizeof data));
    while (const auto route = wire::take_classless_route(rest)) lease.routes.add(*route);
    return;
  }
  ShortList<Ip4Address, 2> routers;
  read_addresses(message, code::kRouter, routers);
  if (routers.count != 0) {  // the first is the most preferred one (RFC 2132 3.5)
    lease.routes.add({{Ip4Address::any(), 0}, routers.items[0]});
  }
}

void read_names(const Dhcp4View& message, Dhcp4Lease& lease) {
  uint8_t data[kOptionBytesMax];
  const auto search = message.option(code::kDomainSearch, data);
  if (search) {
    lease.search.length = static_cast<uint16_t>(
        wire::domain_list_text({data, std::min(*search, sizeof data)}, lease.search.characters));
  }
  const size_t domain = message.option(code::kDomainName, data).value_or(0);
  std::string_view text(reinterpret_cast<const char*>(data), std::min(domain, sizeof data));
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);  // RFC 2132 2
  const bool is_name = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_';
  });
  if (is_name && text.size() <= lease.domain.characters.size()) lease.domain.set(text);
}

// RFC 2131 4.4.5: T1 is half of the lease and T2 seven eighths where the server names none.
void set_times(const Dhcp4View& message, uint32_t lease_s, Instant asked_at, Dhcp4Lease& lease) {
  if (lease_s == kForeverS) return;
  const uint32_t rebind_default_s = lease_s - lease_s / 8;
  uint32_t rebind_s = message.option_u32(code::kRebindingTime).value_or(rebind_default_s);
  if (rebind_s >= lease_s) rebind_s = rebind_default_s;
  uint32_t renew_s = message.option_u32(code::kRenewalTime).value_or(lease_s / 2);
  if (renew_s >= rebind_s) renew_s = rebind_s / 2;
  lease.renew_at = asked_at + Duration::s(renew_s);
  lease.rebind_at = asked_at + Duration::s(rebind_s);
  lease.expires_at = asked_at + Duration::s(lease_s);
}

}  // namespace

bool read_lease(const Dhcp4View& message, Instant asked_at, Dhcp4Lease& lease) {
  lease = Dhcp4Lease();
  lease.address = message.header().yiaddr;
  const auto server = message.option_address(code::kServerIdentifier);
  const auto lease_s = message.option_u32(code::kLeaseTime);
  if (!is_host_address(lease.address) || !server || !lease_s || *lease_s == 0) return false;
  lease.server = *server;
  lease.prefix_length = prefix_length_of(message, lease.address);
  read_routes(message, lease);
  read_addresses(message, code::kDnsServers, lease.dns);
  read_addresses(message, code::kNtpServers, lease.ntp);
  read_names(message, lease);
  const uint16_t mtu = message.option_u16(code::kInterfaceMtu).value_or(0);
  if (mtu >= kMtuMin) lease.mtu_bytes = mtu;
  set_times(message, *lease_s, asked_at, lease);
  return true;
}

}  // namespace tapstack::app
