#include "net/router_advertisement.h"

#include <algorithm>

#include "net/address_timer.h"
#include "net/egress.h"
#include "net/slaac.h"

namespace tapstack::net {
namespace {

using link::Interface;
using wire::NdOption;
using wire::NdOptionType;

constexpr uint32_t kMtuMin = 1280;               // RFC 8200 5
constexpr uint32_t kReachableMaxMs = 3'600'000;  // RFC 4861 6.2.1, AdvReachableTime
// RFC 4861 4.2 names no bounds. Without them a forged advertisement has neighbours asked without a
// pause, or packets and new addresses wait for days. Linux has the lower one, RFC 7048 the upper.
constexpr uint32_t kRetransMinMs = 10;
constexpr uint32_t kRetransMaxMs = kConfig.neighbour_retrans_max_ms;
constexpr Duration kRedraw = Duration::s(2 * 3600);  // "at least every few hours", 6.3.4
constexpr uint32_t kRandomPercentMin = 50;           // RFC 4861 10, MIN_RANDOM_FACTOR
constexpr uint32_t kRandomPercentMax = 150;          // MAX_RANDOM_FACTOR

Instant end_of(uint32_t lifetime_s, Instant now) {
  return lifetime_s == wire::kLifetimeInfinite ? Instant::never() : now + Duration::s(lifetime_s);
}

// RFC 4861 6.1.2; what 6.1.2 asks of all messages, nd_input() has checked.
bool is_valid(const NdReceived& message) { return message.info.source.is_link_local(); }

bool is_wanted(const Parts& parts, const Interface& interface) {
  return interface.settings.ip6.mode == link::Ip6Mode::kAutoconfigured &&
         !parts.links.at(interface.id).is_disabled;
}

// The default route by way of the sender.
void learn_router(Context& ctx, Parts& parts, const NdReceived& message) {
  const InterfaceId id = message.interface();
  RouteEntry entry;
  entry.destination = {Ip6Address::any(), 0};
  entry.gateway = message.info.source;
  entry.interface = id;
  entry.origin = RouteOrigin::kRouter;
  entry.preference = message.view.preference();
  entry.valid_until = ctx.now + Duration::s(message.view.lifetime_s());
  // No room for another router: those that are known serve.
  parts.routes.advertise(entry, ctx.now).ignore();
  if (message.view.lifetime_s() == 0) {
    // RFC 4861 6.3.5: destinations that went by it choose again.
    parts.routes.forget_gateway(id, entry.gateway, RouteOrigin::kRedirect);
  } else {
    parts.links.at(id).search.stop();  // RFC 7559 2
  }
}

// RFC 4861 6.3.4: REACHABLE_TIME is uniform between half and one and a half of the base value.
void learn_timing(Context& ctx, Parts& parts, const NdReceived& message) {
  Ip6Link& link = parts.links.at(message.interface());
  const uint32_t retrans = message.view.retrans_ms();
  if (retrans != 0) link.retrans = Duration::ms(std::clamp(retrans, kRetransMinMs, kRetransMaxMs));
  const uint32_t reachable = message.view.reachable_ms();
  const bool is_new = reachable != 0 && reachable <= kReachableMaxMs &&
                      Duration::ms(reachable) != link.base_reachable;
  if (is_new) link.base_reachable = Duration::ms(reachable);
  if (is_new || ctx.now - link.reachable_drawn_at >= kRedraw) draw_reachable_time(ctx, link);
  parts.neighbours.set_timing(message.interface(), {link.retrans, link.reachable});
}

void learn_parameters(Context& ctx, Parts& parts, const NdReceived& message) {
  Ip6Link& link = parts.links.at(message.interface());
  if (message.view.hop_limit() != 0) link.hop_limit = message.view.hop_limit();
  link.is_managed = message.view.is_managed();
  link.has_other_configuration = message.view.has_other_configuration();
  learn_timing(ctx, parts, message);
}

// RFC 4861 6.3.4: "If the prefix's on-link flag is set", it is on the link; not set it says
// nothing. Link-local prefixes are passed over.
void learn_prefix(Context& ctx, Parts& parts, const NdReceived& message, const NdOption& option) {
  const InterfaceId id = message.interface();
  const Ip6Address bits = option.prefix();
  if (bits.is_link_local() || bits.is_multicast() || option.prefix_length() > 128) return;
  if (option.is_on_link() && option.prefix_length() > 0) {
    RouteEntry entry;
    entry.destination = {IpAddress(bits), option.prefix_length()};
    entry.interface = id;
    entry.origin = RouteOrigin::kRouter;
    entry.valid_until = end_of(option.valid_s(), ctx.now);
    parts.routes.advertise(entry, ctx.now).ignore();
  }
  parts.prefix_advertisers.on_prefix(message.info.source, {IpAddress(bits), option.prefix_length()},
                                     end_of(option.valid_s(), ctx.now), ctx.now);
  if (option.is_autonomous()) on_autonomous_prefix(ctx, parts, id, option);
}

// RFC 4191 3.1, type C hosts.
void learn_route(Context& ctx, Parts& parts, const NdReceived& message, const NdOption& option) {
  if (option.has_reserved_preference()) return;
  RouteEntry entry;
  entry.destination = {IpAddress(option.route_prefix()), option.prefix_length()};
  entry.gateway = message.info.source;
  entry.interface = message.interface();
  entry.origin = RouteOrigin::kRouter;
  entry.preference = option.route_preference();
  entry.valid_until = end_of(option.lifetime_s(), ctx.now);
  parts.routes.advertise(entry, ctx.now).ignore();
}

void learn_mtu(Parts& parts, const Interface& interface, const NdOption& option) {
  const uint32_t mtu = option.mtu_bytes();
  if (mtu < kMtuMin || mtu > interface.settings.mtu_bytes) return;
  parts.links.at(interface.id).mtu_bytes = mtu;
}

// RFC 8106 5.1.
void learn_servers(Context& ctx, Parts& parts, InterfaceId id, const NdOption& option) {
  for (size_t i = 0; i < option.dns_servers(); ++i) {
    const IpAddress server(option.dns_server(i), id);
    if (server.is_multicast() || server.is_any()) continue;
    parts.dns.on_server(id, server, end_of(option.lifetime_s(), ctx.now), ctx.now);
  }
}

// RFC 8106 5.2: names one after another, zeros behind the last.
void learn_domains(Context& ctx, Parts& parts, InterfaceId id, const NdOption& option) {
  std::span<const uint8_t> rest = option.search_list();
  while (!rest.empty() && rest[0] != 0) {
    size_t size = 0;
    while (size < rest.size() && rest[size] != 0) size += 1u + rest[size];
    if (size >= rest.size()) return;  // a name that the option cuts off
    ++size;
    DnsDomain domain;
    if (size <= domain.bytes.size()) {
      std::copy_n(rest.begin(), size, domain.bytes.begin());
      domain.size = static_cast<uint8_t>(size);
      parts.dns.on_domain(id, domain, end_of(option.lifetime_s(), ctx.now), ctx.now);
    }
    rest = rest.subspan(size);
  }
}

void learn_option(Context& ctx, Parts& parts, const NdReceived& message, const NdOption& option) {
  const InterfaceId id = message.interface();
  switch (option.type()) {
    case NdOptionType::kPrefixInformation:
      return learn_prefix(ctx, parts, message, option);
    case NdOptionType::kRouteInformation:
      return learn_route(ctx, parts, message, option);
    case NdOptionType::kMtu:
      return learn_mtu(parts, *parts.interfaces.find(id), option);
    case NdOptionType::kDnsServers:
      return learn_servers(ctx, parts, id, option);
    case NdOptionType::kDnsSearchList:
      return learn_domains(ctx, parts, id, option);
    default:
      return;
  }
}

}  // namespace

void draw_reachable_time(Context& ctx, Ip6Link& link) {
  const uint32_t percent =
      kRandomPercentMin + ctx.random.below(kRandomPercentMax - kRandomPercentMin + 1);
  link.reachable = link.base_reachable * percent / 100;
  link.reachable_drawn_at = ctx.now;
}

void router_advertisement_input(Context& ctx, Parts& parts, const NdReceived& message) {
  const InterfaceId id = message.interface();
  if (!is_valid(message)) return ctx.drop(DropReason::kNdBadAddress);
  if (!is_wanted(parts, *parts.interfaces.find(id))) return ctx.drop(DropReason::kNdNotForUs);
  learn_router(ctx, parts, message);
  learn_parameters(ctx, parts, message);
  if (const auto mac = message.link_layer(NdOptionType::kSourceLinkLayer)) {
    transmit_all(ctx, parts,
                 parts.neighbours.on_link_layer_option(ctx, id, message.info.source, *mac));
  }
  wire::NdOptionWalk walk(message.view.options());
  while (const auto option = walk.next()) {
    if (option->has_size_of()) learn_option(ctx, parts, message, *option);
  }
  arm_address_timer(ctx, parts, id);
}

}  // namespace tapstack::net
