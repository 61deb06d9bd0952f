#include "shim/netlink/route/fixed_tables.h"

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/if_addrlabel.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/netconf.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/common/link_statistics.h"
#include "shim/netlink/route/link.h"
#include "shim/netlink/route/values.h"

namespace tapstack::shim::netlink::route {
namespace {

bool is_asked_for(uint8_t asked, uint8_t family) { return asked == AF_UNSPEC || asked == family; }

struct Rule {
  uint8_t family;
  uint32_t priority;
  uint8_t table;
};

// fib4_rules_ops' and fib6_rules_ops' defaults.
constexpr Rule kRules[] = {
    {AF_INET, 0, RT_TABLE_LOCAL},        {AF_INET, 0x7ffe, RT_TABLE_MAIN},
    {AF_INET, 0x7fff, RT_TABLE_DEFAULT}, {AF_INET6, 0, RT_TABLE_LOCAL},
    {AF_INET6, 0x7ffe, RT_TABLE_MAIN},
};

bool write_rule(Writer& out, const Rule& rule) {
  out.begin(RTM_NEWRULE);
  out.fixed(fib_rule_hdr{rule.family, 0, 0, 0, rule.table, 0, 0, FR_ACT_TO_TBL, 0});
  out.number(FRA_TABLE, uint32_t{rule.table});
  out.number(FRA_SUPPRESS_PREFIXLEN, ~uint32_t{0});
  out.number(FRA_PROTOCOL, uint8_t{RTPROT_KERNEL});
  if (rule.priority != 0) out.number(FRA_PRIORITY, rule.priority);
  return out.end();
}

struct Label {
  const char* prefix;
  uint8_t length;
  uint32_t label;
};

// ip6addrlbl_init_table of Linux.
constexpr Label kLabels[] = {
    {"::1", 128, 0},      {"::", 96, 3},      {"::ffff:0:0", 96, 4}, {"2001::", 32, 6},
    {"2001:10::", 28, 7}, {"3ffe::", 16, 12}, {"2002::", 16, 2},     {"fec0::", 10, 11},
    {"fc00::", 7, 5},     {"::", 0, 1},
};

bool write_label(Writer& out, const Label& label) {
  in6_addr address{};
  inet_pton(AF_INET6, label.prefix, &address);
  out.begin(RTM_NEWADDRLABEL);
  out.fixed(ifaddrlblmsg{AF_INET6, 0, label.length, 0, 0, 0});
  out.number(IFAL_ADDRESS, address);
  out.number(IFAL_LABEL, label.label);
  return out.end();
}

// One row after the other, those for which `is_wanted` holds.
template <class Rows, class Wanted, class Write>
int dump_rows(Cursor& at, const Rows& rows, Wanted is_wanted, Write write) {
  for (; at[0] < std::size(rows); ++at[0]) {
    if (is_wanted(rows[at[0]]) && !write(rows[at[0]])) return kMore;
  }
  return 0;
}

// The n-th interface's number; "all" and "default" are behind the last. False: past those.
bool configuration_at(const Stack& stack, size_t n, int32_t& index) {
  for (size_t i = 0;; ++i) {
    const Result<api::InterfaceInfo> info = api::interface_at(stack, i);
    if (info.ok() && i < n) continue;
    index = info.ok() ? info->id.value : n == i ? NETCONFA_IFINDEX_ALL : NETCONFA_IFINDEX_DEFAULT;
    return info.ok() || n <= i + 1;
  }
}

// Nothing is forwarded, nobody is answered for.
bool write_configuration(Writer& out, uint8_t family, int32_t index) {
  out.begin(RTM_NEWNETCONF);
  out.header(netconfmsg{family});
  out.number(NETCONFA_IFINDEX, index);
  out.number(NETCONFA_FORWARDING, int32_t{0});
  if (family == AF_INET) out.number(NETCONFA_RP_FILTER, int32_t{0});
  out.number(NETCONFA_MC_FORWARDING, int32_t{0});
  out.number(NETCONFA_PROXY_NEIGH, int32_t{0});
  out.number(NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, int32_t{0});
  return out.end();
}

void write_neighbour_parameters(Writer& out) {
  const size_t nest = out.begin_nest(NDTA_PARMS);
  out.number(NDTPA_REFCNT, uint32_t{1});
  out.number(NDTPA_QUEUE_LEN, static_cast<uint32_t>(kConfig.neighbour_queue_packets));
  out.number(NDTPA_UCAST_PROBES, kConfig.neighbour_probes_unicast_max);
  out.number(NDTPA_MCAST_PROBES, kConfig.neighbour_probes_multicast_max);
  out.number(NDTPA_BASE_REACHABLE_TIME, uint64_t{kConfig.neighbour_reachable_ms});
  out.number(NDTPA_REACHABLE_TIME, uint64_t{kConfig.neighbour_reachable_ms});
  out.number(NDTPA_RETRANS_TIME, uint64_t{kConfig.neighbour_retrans_ms});
  out.number(NDTPA_GC_STALETIME, uint64_t{kConfig.neighbour_stale_ms});
  out.number(NDTPA_DELAY_PROBE_TIME, uint64_t{kConfig.neighbour_delay_probe_ms});
  out.end_nest(nest);
}

bool write_neighbour_table(Writer& out, uint8_t family) {
  const auto known = static_cast<uint32_t>(kConfig.neighbours);
  out.begin(RTM_NEWNEIGHTBL);
  out.fixed(ndtmsg{family, 0, 0});
  out.text(NDTA_NAME, family == AF_INET ? "arp_cache" : "ndisc_cache");
  for (const uint16_t threshold : {NDTA_THRESH1, NDTA_THRESH2, NDTA_THRESH3}) {
    out.number(threshold, known);
  }
  write_neighbour_parameters(out);
  return out.end();
}

bool write_statistics(Writer& out, const api::InterfaceInfo& info, uint32_t filter) {
  out.begin(RTM_NEWSTATS);
  out.fixed(if_stats_msg{AF_UNSPEC, 0, 0, info.id.value, filter});
  if ((filter & IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64)) != 0) {
    out.number(IFLA_STATS_LINK_64, link_statistics<rtnl_link_stats64>(info.counters));
  }
  return out.end();
}

bool write_queue(Writer& out, const api::InterfaceInfo& info) {
  constexpr uint32_t kReferences = 2;
  out.begin(RTM_NEWQDISC);
  out.fixed(tcmsg{AF_UNSPEC, 0, 0, info.id.value, 0, TC_H_ROOT, kReferences});
  out.text(TCA_KIND, "noqueue");
  out.number(TCA_HW_OFFLOAD, uint8_t{0});
  return out.end();
}

// One message for each interface.
template <class Write>
int dump_interfaces(Call& call, Cursor& at, Write write) {
  for (;; ++at[0]) {
    const Result<api::InterfaceInfo> info = api::interface_at(call.works.stack, at[0]);
    if (!info.ok()) return 0;
    if (!write(*info)) return kMore;
  }
}

}  // namespace

int dump_rules(Call& call, const Message& request, Cursor& at) {
  const uint8_t asked = request.fixed<fib_rule_hdr>().family;
  return dump_rows(
      at, kRules, [&](const Rule& rule) { return is_asked_for(asked, rule.family); },
      [&](const Rule& rule) { return write_rule(call.out, rule); });
}

int dump_address_labels(Call& call, const Message&, Cursor& at) {
  return dump_rows(
      at, kLabels, [](const Label&) { return true; },
      [&](const Label& label) { return write_label(call.out, label); });
}

int dump_queues(Call& call, const Message& request, Cursor& at) {
  const int index = request.fixed<tcmsg>().tcm_ifindex;
  return dump_interfaces(call, at, [&](const api::InterfaceInfo& info) {
    return (index != 0 && index != info.id.value) || write_queue(call.out, info);
  });
}

int get_configuration(Call& call, const Message& request) {
  const Attributes attributes = request.attributes<netconfmsg>();
  const uint8_t family = request.fixed<netconfmsg>().ncm_family;
  const auto index = attributes.number<int32_t>(NETCONFA_IFINDEX);
  if (!index) return EINVAL;
  const bool is_common = *index == NETCONFA_IFINDEX_ALL || *index == NETCONFA_IFINDEX_DEFAULT;
  if (!is_common && !find_interface(call.works.stack, *index, {}).ok()) return ENODEV;
  return write_configuration(call.out, family, *index) ? 0 : EMSGSIZE;
}

int dump_configurations(Call& call, const Message& request, Cursor& at) {
  const uint8_t asked = request.fixed<netconfmsg>().ncm_family;
  for (; at[0] < std::size(kFamilies); ++at[0], at[1] = 0) {
    if (!is_asked_for(asked, kFamilies[at[0]])) continue;
    int32_t index = 0;
    for (; configuration_at(call.works.stack, at[1], index); ++at[1]) {
      if (!write_configuration(call.out, kFamilies[at[0]], index)) return kMore;
    }
  }
  return 0;
}

int dump_neighbour_tables(Call& call, const Message& request, Cursor& at) {
  const uint8_t asked = request.fixed<ndtmsg>().ndtm_family;
  return dump_rows(
      at, kFamilies, [&](uint8_t family) { return is_asked_for(asked, family); },
      [&](uint8_t family) { return write_neighbour_table(call.out, family); });
}

// Nobody else's namespace has a number here.
int get_namespace(Call& call, const Message& request) {
  const Attributes attributes = request.attributes<rtgenmsg>();
  const bool says_which = attributes.has(NETNSA_PID) || attributes.has(NETNSA_FD) ||
                          attributes.has(NETNSA_NSID) || attributes.has(NETNSA_TARGET_NSID);
  if (!says_which) return call.ack.refuse(EINVAL, "Peer netns reference is missing");
  call.out.begin(RTM_NEWNSID);
  call.out.header(rtgenmsg{AF_UNSPEC});
  call.out.number(NETNSA_NSID, int32_t{NETNSA_NSID_NOT_ASSIGNED});
  return call.out.end() ? 0 : EMSGSIZE;
}

int dump_nothing(Call&, const Message&, Cursor&) { return 0; }

int get_statistics(Call& call, const Message& request) {
  const auto wanted = request.fixed<if_stats_msg>();
  const auto info = find_interface(call.works.stack, static_cast<int>(wanted.ifindex), {});
  if (!info.ok()) return wanted.ifindex == 0 ? EINVAL : ENODEV;
  if (wanted.filter_mask == 0)
    return call.ack.refuse(EINVAL, "Filter mask must be set for stats get");
  return write_statistics(call.out, *info, wanted.filter_mask) ? 0 : EMSGSIZE;
}

int dump_statistics(Call& call, const Message& request, Cursor& at) {
  const uint32_t filter = request.fixed<if_stats_msg>().filter_mask;
  if (filter == 0) return call.ack.refuse(EINVAL, "Filter mask must be set for stats dump");
  return dump_interfaces(call, at, [&](const api::InterfaceInfo& info) {
    return write_statistics(call.out, info, filter);
  });
}

}  // namespace tapstack::shim::netlink::route
