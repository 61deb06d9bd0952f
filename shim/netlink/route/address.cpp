#include "shim/netlink/route/address.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/netlink/route/link.h"
#include "shim/netlink/route/values.h"

namespace tapstack::shim::netlink::route {
namespace {

using link::AddressOrigin;
using link::AddressState;

constexpr uint32_t kForEver = 0xffffffff;  // INFINITY_LIFE_TIME

uint8_t scope_of(const IpAddress& address) {
  if (address.is_loopback()) return RT_SCOPE_HOST;
  return address.is_ip6() && address.is_link_local() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}

uint32_t state_flags(AddressState state) {
  switch (state) {
    case AddressState::kTentative:
      return IFA_F_TENTATIVE;
    case AddressState::kOptimistic:
      return IFA_F_TENTATIVE | IFA_F_OPTIMISTIC;
    case AddressState::kDeprecated:
      return IFA_F_DEPRECATED;
    case AddressState::kDuplicate:
      return IFA_F_TENTATIVE | IFA_F_DADFAILED;
    case AddressState::kPreferred:
      break;
  }
  return 0;
}

uint32_t flags_of(const OwnAddress& own) {
  const api::InterfaceAddress& address = own.address;
  uint32_t flags = state_flags(address.state);
  if (address.valid_until.is_never()) flags |= IFA_F_PERMANENT;
  if (address.origin == AddressOrigin::kTemporary) flags |= IFA_F_TEMPORARY;
  // Of those of routers the prefix is a route of its own.
  const bool is_from_router = address.origin == AddressOrigin::kAutoconfigured ||
                              address.origin == AddressOrigin::kTemporary;
  if (!address.is_on_link && !is_from_router) flags |= IFA_F_NOPREFIXROUTE;
  if (own.is_secondary) flags |= IFA_F_SECONDARY;
  if (address.skips_probing) flags |= IFA_F_NODAD;
  return flags;
}

bool is_same_subnet(const Prefix& a, const Prefix& b) {
  return a.length == b.length && link::contains(a, b.address);
}

// IPv4 has secondary addresses: those whose subnet another one has already (__inet_insert_ifa).
bool is_secondary(const Stack& stack, InterfaceId id, const Prefix& prefix, size_t n) {
  if (!prefix.address.is_ip4()) return false;
  for (size_t i = 0; i < n; ++i) {
    const Result<Prefix> before = api::address_at(stack, id, i);
    if (before.ok() && before->address.is_ip4() && is_same_subnet(*before, prefix)) return true;
  }
  return false;
}

void write_ip4(Writer& out, const OwnAddress& own, std::string_view label) {
  const Prefix& prefix = own.address.prefix;
  write_address(out, IFA_ADDRESS, prefix.address);
  write_address(out, IFA_LOCAL, prefix.address);
  const std::optional<IpAddress> broadcast = broadcast_of(prefix);
  if (broadcast && !prefix.address.is_loopback()) write_address(out, IFA_BROADCAST, *broadcast);
  out.text(IFA_LABEL, label);
}

}  // namespace

std::optional<OwnAddress> address_of_all(const Stack& stack, uint8_t family, size_t n) {
  for (size_t i = 0;; ++i) {
    const Result<api::InterfaceInfo> info = api::interface_at(stack, i);
    if (!info.ok()) return std::nullopt;
    for (size_t k = 0;; ++k) {
      const auto address = api::address_state_at(stack, info->id, k);
      if (!address.ok()) break;
      if (family_number(address->address()) != family || n-- != 0) continue;
      return OwnAddress{info->id, *address, is_secondary(stack, info->id, address->prefix, k)};
    }
  }
}

bool write_address_message(Writer& out, uint16_t type, const Works& works, const OwnAddress& own) {
  const api::InterfaceAddress& address = own.address;
  const uint32_t flags = flags_of(own);
  const auto info = find_interface(works.stack, own.interface.value, {});
  out.begin(type);
  out.fixed(ifaddrmsg{family_number(address.address()), address.prefix.length,
                      static_cast<uint8_t>(flags), scope_of(address.address()),
                      own.interface.value});
  if (address.address().is_ip6()) {
    write_address(out, IFA_ADDRESS, address.address());
  } else {
    write_ip4(out, own, info.ok() ? info->settings.name_view() : std::string_view());
  }
  out.number(IFA_FLAGS, flags);
  out.number(IFA_CACHEINFO,
             ifa_cacheinfo{seconds_until(address.preferred_until, works.now, kForEver),
                           seconds_until(address.valid_until, works.now, kForEver), 0, 0});
  return out.end();
}

int dump_addresses(Call& call, const Message& request, Cursor& at) {
  const auto wanted = request.fixed<ifaddrmsg>();
  // Only programs that check strictly mean what they say about the interface.
  const uint32_t index = call.socket.is_strict ? wanted.ifa_index : 0;
  if (index != 0 && !find_interface(call.works.stack, static_cast<int>(index), {}).ok()) {
    return ENODEV;
  }
  for (; at[0] < std::size(kFamilies); ++at[0], at[1] = 0) {
    const uint8_t family = kFamilies[at[0]];
    if (wanted.ifa_family != AF_UNSPEC && wanted.ifa_family != family) continue;
    for (;; ++at[1]) {
      const auto own = address_of_all(call.works.stack, family, at[1]);
      if (!own) break;
      if (index != 0 && own->interface.value != index) continue;
      if (!write_address_message(call.out, RTM_NEWADDR, call.works, *own)) return kMore;
    }
  }
  return 0;
}

}  // namespace tapstack::shim::netlink::route
