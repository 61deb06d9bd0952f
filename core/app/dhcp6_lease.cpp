#include "app/dhcp6_lease.h"

#include <algorithm>

#include "wire/domain_list.h"

namespace tapstack::app {
namespace {

namespace code = wire::dhcp6_option;
using wire::Dhcp6Status;

constexpr uint32_t kRefreshDefaultS = 86'400;  // IRT_DEFAULT, RFC 8415 21.23
constexpr uint32_t kRefreshMinS = 600;         // IRT_MINIMUM

Instant after(Instant now, uint32_t s) {
  return s == kForeverS ? Instant::never() : now + Duration::s(s);  // RFC 8415 7.7
}

// Of the addresses in an association the first that can be used.
bool read_address(std::span<const uint8_t> options, Dhcp6Lease& lease) {
  wire::Dhcp6OptionWalk walk(options);
  while (const auto option = walk.next()) {
    if (option->code != code::kIaAddress) continue;
    const auto address = wire::Dhcp6IaAddress::parse(option->data);
    // RFC 8415 21.6: "a client MUST discard any addresses for which the preferred lifetime is
    // greater than the valid lifetime".
    if (!address || address->valid_s == 0 || address->preferred_s > address->valid_s) continue;
    const Ip6Address& a = address->address;
    if (a.is_any() || a.is_multicast() || a.is_loopback() || a.is_link_local()) continue;
    lease.address = a;
    lease.preferred_s = address->preferred_s;
    lease.valid_s = address->valid_s;
    return true;
  }
  return false;
}

// RFC 8415 21.4: where the server leaves T1 and T2 to the client they are 0.5 and 0.8 of the
// preferred lifetime.
void set_times(const wire::Dhcp6IaNa& ia, Instant now, Dhcp6Lease& lease) {
  const uint32_t base_s = lease.preferred_s != 0 ? lease.preferred_s : lease.valid_s;
  const bool is_forever = base_s == kForeverS;
  uint32_t t1_s = ia.t1_s != 0 ? ia.t1_s : is_forever ? kForeverS : base_s / 2;
  const uint32_t t2_s = ia.t2_s != 0 ? ia.t2_s : is_forever ? kForeverS : base_s / 5 * 4;
  t1_s = std::min(t1_s, t2_s);
  lease.renew_at = after(now, t1_s);
  lease.rebind_at = after(now, t2_s);
  lease.preferred_until = after(now, lease.preferred_s);
  lease.valid_until = after(now, lease.valid_s);
}

}  // namespace

Dhcp6Grant read_lease(const wire::Dhcp6View& message, uint32_t iaid, Instant now,
                      Dhcp6Lease& lease) {
  lease = Dhcp6Lease();
  const auto server = wire::find_dhcp6_option(message.options(), code::kServerId);
  if (!server || server->size() > wire::kDuidBytesMax) return Dhcp6Grant::kNothing;
  for (const uint8_t octet : *server) lease.server.add(octet);
  if (wire::dhcp6_status(message.options()) == Dhcp6Status::kNotOnLink) {
    return Dhcp6Grant::kNotOnLink;
  }
  wire::Dhcp6OptionWalk walk(message.options());
  while (const auto option = walk.next()) {
    if (option->code != code::kIaNa) continue;
    const auto ia = wire::Dhcp6IaNa::parse(option->data);
    if (!ia || ia->id != iaid) continue;
    // RFC 8415 21.4: "If ... T1 is greater than T2 and both are greater than 0, the client discards
    // the IA_NA option".
    if (ia->t2_s != 0 && ia->t1_s > ia->t2_s) continue;
    const Dhcp6Status status = wire::dhcp6_status(ia->options);
    if (status == Dhcp6Status::kNoBinding) return Dhcp6Grant::kNoBinding;
    if (status == Dhcp6Status::kNotOnLink) return Dhcp6Grant::kNotOnLink;
    if (status != Dhcp6Status::kSuccess || !read_address(ia->options, lease)) continue;
    set_times(*ia, now, lease);
    return Dhcp6Grant::kGranted;
  }
  return Dhcp6Grant::kNothing;
}

void read_information(const wire::Dhcp6View& message, Instant now, Dhcp6Information& information) {
  information = Dhcp6Information();
  if (const auto dns = wire::find_dhcp6_option(message.options(), code::kDnsServers)) {
    for (size_t at = 0; at + 16 <= dns->size(); at += 16) {
      const Ip6Address server = wire::load_ip6(dns->data() + at);
      if (!server.is_any() && !server.is_multicast()) information.dns.add(server);
    }
  }
  if (const auto list = wire::find_dhcp6_option(message.options(), code::kDomainList)) {
    information.search.length =
        static_cast<uint16_t>(wire::domain_list_text(*list, information.search.characters));
  }
  const uint32_t refresh_s =
      message.option_u32(code::kInformationRefreshTime).value_or(kRefreshDefaultS);
  information.refresh_at = after(now, std::max(refresh_s, kRefreshMinS));
}

}  // namespace tapstack::app
