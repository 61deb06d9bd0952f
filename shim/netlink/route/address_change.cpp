// RTM_NEWADDR and RTM_DELADDR (inet_rtm_newaddr, inet6_rtm_newaddr and their counterparts).
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/common/errno_map.h"
#include "shim/netlink/route/address.h"
#include "shim/netlink/route/link.h"
#include "shim/netlink/route/values.h"
#include "shim/netlink/state.h"

namespace tapstack::shim::netlink::route {
namespace {

// What a request says of an address.
struct Wanted {
  InterfaceId interface;
  Prefix prefix;
  uint32_t flags = 0;  // IFA_F_*
  Instant preferred_until = Instant::never(), valid_until = Instant::never();
};

// Which address of which interface; an errno or 0.
int read_wanted(Call& call, const Message& request, Wanted& wanted) {
  const auto head = request.fixed<ifaddrmsg>();
  const bool is_ip6 = head.ifa_family == AF_INET6;
  if (!is_ip6 && head.ifa_family != AF_INET) return EOPNOTSUPP;
  if (head.ifa_prefixlen > (is_ip6 ? 128 : 32))
    return call.ack.refuse(EINVAL, "Invalid prefix length");
  const Attributes attributes = request.attributes<ifaddrmsg>();
  const InterfaceId id{static_cast<uint8_t>(head.ifa_index)};
  const auto local = read_address(attributes, IFA_LOCAL, head.ifa_family, id);
  const auto address = read_address(attributes, IFA_ADDRESS, head.ifa_family, id);
  if (!local && !(is_ip6 && address))
    return call.ack.refuse(EINVAL, "Local address is not supplied");
  if (!find_interface(call.works.stack, static_cast<int>(head.ifa_index), {}).ok()) {
    return call.ack.refuse(ENODEV, "Unknown device");
  }
  if (local && address && *local != *address) {
    return call.ack.refuse(EOPNOTSUPP, "Addresses of peers are not supported");
  }
  wanted.interface = id;
  wanted.prefix = {local.value_or(address.value_or(IpAddress())), head.ifa_prefixlen};
  wanted.flags = attributes.number<uint32_t>(IFA_FLAGS).value_or(head.ifa_flags);
  return 0;
}

int read_lifetimes(Call& call, const Message& request, Wanted& wanted) {
  const auto times = request.attributes<ifaddrmsg>().number<ifa_cacheinfo>(IFA_CACHEINFO);
  if (!times) return 0;
  if (times->ifa_valid == 0) return call.ack.refuse(EINVAL, "address lifetime invalid");
  if (times->ifa_prefered > times->ifa_valid) {
    return call.ack.refuse(EINVAL, "preferred lifetime is greater than the valid one");
  }
  wanted.preferred_until = after_seconds(call.works.now, times->ifa_prefered);
  wanted.valid_until = after_seconds(call.works.now, times->ifa_valid);
  return 0;
}

// Labels and broadcast addresses follow from the interface and the prefix here.
int check_decoration(Call& call, const Message& request, const Wanted& wanted) {
  const Attributes attributes = request.attributes<ifaddrmsg>();
  const std::string_view label = attributes.text(IFA_LABEL);
  const auto info = find_interface(call.works.stack, wanted.interface.value, {});
  if (!label.empty() && info.ok() && label != info->settings.name_view()) {
    return call.ack.refuse(EOPNOTSUPP, "An address has its interface's name as label");
  }
  const auto broadcast = read_address(attributes, IFA_BROADCAST, AF_INET, {});
  if (broadcast && wanted.prefix.address.is_ip4() && broadcast_of(wanted.prefix) != broadcast) {
    return call.ack.refuse(EOPNOTSUPP, "The broadcast address is that of the prefix");
  }
  return 0;
}

int set_details(Call& call, const Wanted& wanted) {
  Stack& stack = call.works.stack;
  const IpAddress& address = wanted.prefix.address;
  const Status lifetimes = api::set_lifetimes(stack, call.works.now, wanted.interface, address,
                                              wanted.preferred_until, wanted.valid_until);
  const bool is_on_link = (wanted.flags & IFA_F_NOPREFIXROUTE) == 0;
  const Status on_link = api::set_on_link(stack, wanted.interface, address, is_on_link);
  call.works.netlink.tables_changed();
  return to_errno(lifetimes.ok() ? on_link.error() : lifetimes.error());
}

void remove(Call& call, InterfaceId interface, const IpAddress& address) {
  api::remove_address(call.works.stack, call.works.now, interface, address).ignore();
}

// What goes with an address of IPv4: the others of its subnet, if it was the first of them
// (__inet_del_ifa).
void remove_secondaries(Call& call, const Wanted& gone) {
  for (size_t n = 0;;) {
    const auto own = address_of_all(call.works.stack, AF_INET, n);
    if (!own) return;
    const Prefix& other = own->address.prefix;
    const bool is_of_it = own->interface == gone.interface && other.length == gone.prefix.length &&
                          link::contains(gone.prefix, other.address);
    if (is_of_it) remove(call, own->interface, other.address);
    if (!is_of_it) ++n;
  }
}

bool has_address_of(const Stack& stack, InterfaceId interface, uint8_t family) {
  for (size_t n = 0;; ++n) {
    const auto own = address_of_all(stack, family, n);
    if (!own) return false;
    if (own->interface == interface) return true;
  }
}

// The n-th route, without the source that it had (rt6_remove_prefsrc).
void forget_source(Call& call, size_t n, api::RouteEntry entry) {
  api::RouteDetails details = entry.details();
  details.source = {};
  entry.set_details(details);
  api::remove_route_at(call.works.stack, n).ignore();
  api::configure_route(call.works.stack, entry, true).ignore();
}

// Routes of IPv4 that had it as source, and those of an interface that has no address of IPv4 any
// more (fib_sync_down_addr, fib_disable_ip). IPv6's stay, and their source is chosen as ever.
void remove_routes(Call& call, const Wanted& gone) {
  const bool is_ip4 = gone.prefix.address.is_ip4();
  const bool is_last = is_ip4 && !has_address_of(call.works.stack, gone.interface, AF_INET);
  for (size_t n = 0;;) {
    const Result<api::RouteEntry> entry = api::route_at(call.works.stack, n);
    if (!entry.ok()) return;
    const bool was_source = entry->details().source == gone.prefix.address;
    const bool goes = (was_source && is_ip4) || (is_last && entry->destination.address.is_ip4() &&
                                                 entry->interface == gone.interface);
    if (goes) {
      api::remove_route_at(call.works.stack, n).ignore();
    } else if (was_source) {
      forget_source(call, n, *entry);  // it is the last one then
    } else {
      ++n;
    }
  }
}

std::optional<OwnAddress> find_own(const Call& call, const Wanted& wanted) {
  for (size_t n = 0;; ++n) {
    const auto own = address_of_all(call.works.stack, family_number(wanted.prefix.address), n);
    if (!own) return std::nullopt;
    if (own->interface == wanted.interface && own->address.prefix == wanted.prefix) return own;
  }
}

}  // namespace

int new_address(Call& call, const Message& request) {
  Wanted wanted;
  if (const int error = read_wanted(call, request, wanted); error != 0) return error;
  if (const int error = read_lifetimes(call, request, wanted); error != 0) return error;
  if (const int error = check_decoration(call, request, wanted); error != 0) return error;
  if (find_own(call, wanted)) {
    const bool replaces = request.has_flags(NLM_F_REPLACE) && !request.has_flags(NLM_F_EXCL);
    if (!replaces) {
      return call.ack.refuse(EEXIST, wanted.prefix.address.is_ip6()
                                         ? "ipv6: address already assigned"
                                         : "ipv4: Address already assigned");
    }
    return set_details(call, wanted);
  }
  api::AddressSettings settings;
  settings.prefix = wanted.prefix;
  settings.skips_probing = (wanted.flags & IFA_F_NODAD) != 0;
  const Status added =
      api::configure_address(call.works.stack, call.works.now, wanted.interface, settings);
  if (added.error() == Error::kAddressInUse) return EEXIST;
  return added.ok() ? set_details(call, wanted) : to_errno(added.error());
}

int delete_address(Call& call, const Message& request) {
  Wanted wanted;
  if (const int error = read_wanted(call, request, wanted); error != 0) return error;
  const auto own = find_own(call, wanted);
  if (!own) {
    return call.ack.refuse(EADDRNOTAVAIL, wanted.prefix.address.is_ip6()
                                              ? "ipv6: address not found"
                                              : "ipv4: Address not found");
  }
  remove(call, wanted.interface, wanted.prefix.address);
  if (wanted.prefix.address.is_ip4() && !own->is_secondary) remove_secondaries(call, wanted);
  remove_routes(call, wanted);
  call.works.netlink.tables_changed();
  return 0;
}

}  // namespace tapstack::shim::netlink::route
