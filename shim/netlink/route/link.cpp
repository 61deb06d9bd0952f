#include "shim/netlink/route/link.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/common/link_statistics.h"
#include "shim/engine/interface_flags.h"
#include "shim/netlink/state.h"

namespace tapstack::shim::netlink::route {
namespace {

// Values of IFLA_OPERSTATE (RFC 2863 3.1.12), linux/if.h.
constexpr uint8_t kOperUnknown = 0, kOperDown = 2, kOperUp = 6;
constexpr uint32_t kSegmentsMax = 65'535;  // GSO_MAX_SEGS
constexpr uint32_t kSuperframeBytesMax = 65'536;
constexpr uint32_t kQueues = 1;
constexpr uint32_t kReady = 0x80000000;  // IF_READY of net/if_inet6.h

uint8_t operational_state(const api::InterfaceInfo& info) {
  if (!info.settings.is_up) return kOperDown;
  return info.is_loopback ? kOperUnknown : kOperUp;
}

void write_sizes(Writer& out, const LinkFacts& link) {
  const api::InterfaceInfo& info = link.info;
  out.number(IFLA_MTU, info.settings.mtu_bytes);
  out.number(IFLA_MIN_MTU, info.is_loopback ? uint32_t{0} : tapstack::link::kMtuMin);
  out.number(IFLA_MAX_MTU, info.is_loopback ? uint32_t{0} : tapstack::link::kMtuMax);
  out.number(IFLA_GROUP, uint32_t{0});
  out.number(IFLA_PROMISCUITY, uint32_t{(link.flags & IFF_PROMISC) != 0});
  out.number(IFLA_ALLMULTI, uint32_t{(link.flags & IFF_ALLMULTI) != 0});
  out.number(IFLA_NUM_TX_QUEUES, kQueues);
  out.number(IFLA_GSO_MAX_SEGS, kSegmentsMax);
  out.number(IFLA_GSO_MAX_SIZE, kSuperframeBytesMax);
  out.number(IFLA_GRO_MAX_SIZE, kSuperframeBytesMax);
  out.number(IFLA_TSO_MAX_SIZE, kSuperframeBytesMax);
  out.number(IFLA_TSO_MAX_SEGS, kSegmentsMax);
  out.number(IFLA_NUM_RX_QUEUES, kQueues);
}

void write_hardware_address(Writer& out, const api::InterfaceInfo& info) {
  MacAddress broadcast;
  if (!info.is_loopback) broadcast = MacAddress::broadcast();
  out.number(IFLA_ADDRESS, info.settings.mac.octets);
  out.number(IFLA_BROADCAST, broadcast.octets);
  if (!info.is_loopback) out.number(IFLA_PERM_ADDRESS, info.settings.mac.octets);
}

// What the address families keep of it: of IPv6 how identifiers are made.
void write_families(Writer& out, const api::InterfaceInfo& info) {
  const size_t all = out.begin_nest(IFLA_AF_SPEC);
  out.end_nest(out.begin_nest(AF_INET));
  const size_t ip6 = out.begin_nest(AF_INET6);
  const link::Ip6Settings& settings = info.settings.ip6;
  const bool is_stable = settings.identifier == link::IdentifierKind::kStable;
  out.number(IFLA_INET6_FLAGS, info.settings.is_up ? kReady : 0);
  out.number(
      IFLA_INET6_ADDR_GEN_MODE,
      static_cast<uint8_t>(is_stable ? IN6_ADDR_GEN_MODE_STABLE_PRIVACY : IN6_ADDR_GEN_MODE_EUI64));
  out.end_nest(ip6);
  out.end_nest(all);
}

}  // namespace

LinkFacts link_facts(const Works& works, const api::InterfaceInfo& info) {
  return {info, interface_flags(info) | works.netlink.kept_flags(info.id)};
}

bool write_link(Writer& out, uint16_t type, const LinkFacts& link, uint32_t filter) {
  const api::InterfaceInfo& info = link.info;
  const std::string_view name = info.settings.name_view();
  out.begin(type);
  out.fixed(ifinfomsg{AF_UNSPEC, 0,
                      static_cast<uint16_t>(info.is_loopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER),
                      info.id.value, link.flags, 0});
  out.text(IFLA_IFNAME, name);
  out.number(IFLA_TXQLEN, kQueueLength);
  out.number(IFLA_OPERSTATE, operational_state(info));
  out.number(IFLA_LINKMODE, uint8_t{0});
  write_sizes(out, link);
  out.number(IFLA_CARRIER, uint8_t{info.settings.is_up});
  out.text(IFLA_QDISC, "noqueue");
  out.number(IFLA_CARRIER_CHANGES, uint32_t{0});
  out.number(IFLA_PROTO_DOWN, uint8_t{0});
  out.number(IFLA_MAP, rtnl_link_ifmap{});
  write_hardware_address(out, info);
  if ((filter & RTEXT_FILTER_SKIP_STATS) == 0) {
    out.number(IFLA_STATS64, link_statistics<rtnl_link_stats64>(info.counters));
    out.number(IFLA_STATS, link_statistics<rtnl_link_stats>(info.counters));
  }
  write_families(out, info);
  return out.end();
}

Result<api::InterfaceInfo> find_interface(const Stack& stack, int index, std::string_view name) {
  for (size_t n = 0;; ++n) {
    const Result<api::InterfaceInfo> info = api::interface_at(stack, n);
    if (!info.ok()) return Error::kNoDevice;
    const bool is_it = index > 0 ? info->id.value == index : name == info->settings.name_view();
    if (is_it) return info;
  }
}

int get_link(Call& call, const Message& request) {
  const Attributes attributes = request.attributes<ifinfomsg>();
  std::string_view name = attributes.text(IFLA_IFNAME);
  if (name.empty()) name = attributes.text(IFLA_ALT_IFNAME);
  const int index = request.fixed<ifinfomsg>().ifi_index;
  if (index <= 0 && name.empty()) return EINVAL;
  const Result<api::InterfaceInfo> info = find_interface(call.works.stack, index, name);
  if (!info.ok()) return ENODEV;
  const uint32_t filter = attributes.number<uint32_t>(IFLA_EXT_MASK).value_or(0);
  return write_link(call.out, RTM_NEWLINK, link_facts(call.works, *info), filter) ? 0 : EMSGSIZE;
}

int dump_links(Call& call, const Message& request, Cursor& at) {
  const Attributes attributes = request.attributes<ifinfomsg>();
  // Interfaces of a kind or under a master: there are none here.
  const bool wants_others =
      attributes.nested(IFLA_LINKINFO).has(IFLA_INFO_KIND) || attributes.has(IFLA_MASTER);
  if (wants_others) return 0;
  const uint32_t filter = attributes.number<uint32_t>(IFLA_EXT_MASK).value_or(0);
  for (;; ++at[0]) {
    const Result<api::InterfaceInfo> info = api::interface_at(call.works.stack, at[0]);
    if (!info.ok()) return 0;
    if (!write_link(call.out, RTM_NEWLINK, link_facts(call.works, *info), filter)) return kMore;
  }
}

}  // namespace tapstack::shim::netlink::route
