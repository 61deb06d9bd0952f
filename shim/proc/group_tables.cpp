// /proc/net/igmp, igmp6, dev_mcast and mcfilter: what RTM_GETMULTICAST says, as igmp_mc_seq_show()
// and its like print it. How many sockets are in a group is not told: one.
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "shim/hooks/devices.h"
#include "shim/proc/netlink_dump.h"
#include "shim/proc/tables.h"

namespace tapstack::shim::proc {
namespace {

template <class Address>
struct Entry {
  uint32_t interface;
  Address group;
};

// By interface; 0 or an errno.
template <class Address>
int read_groups(uint8_t family, std::vector<Entry<Address>>& all) {
  NetlinkDump dump(RTM_GETMULTICAST, family);
  netlink::Message message;
  while (dump.next(message)) {
    const auto head = message.fixed<ifaddrmsg>();
    const auto group = message.attributes<ifaddrmsg>().number<Address>(IFA_MULTICAST);
    if (group && head.ifa_family == family) all.push_back({head.ifa_index, *group});
  }
  std::ranges::stable_sort(all, {}, &Entry<Address>::interface);
  return dump.error();
}

const char* name_of(uint32_t interface, InterfaceRecord& record) {
  return interface_numbered(interface, record) ? record.name : "*";
}

// RFC 1112 6.4: the low 23 bits; RFC 2464 7: the low 32.
std::string mac_of(const in_addr& group) {
  char text[16];
  std::snprintf(text, sizeof text, "01005e%06x", ntohl(group.s_addr) & 0x7fffff);
  return text;
}
std::string mac_of(const in6_addr& group) {
  char text[16];
  std::snprintf(text, sizeof text, "3333%08x", ntohl(group.s6_addr32[3]));
  return text;
}

// What stays within the interface asks nothing of the link (igmp6_group_added).
bool is_on_link(const in_addr&) { return true; }
bool is_on_link(const in6_addr& group) {
  constexpr int kLinkLocalScope = 2;  // RFC 4291 2.7
  return (group.s6_addr[1] & 0xf) >= kLinkLocalScope;
}

struct LinkGroup {
  uint32_t interface;
  std::string mac;
  int users;  // groups that have this address
};

// A link-layer address for each group, but of loopback, which has none.
template <class Address>
int collect_link_groups(uint8_t family, std::vector<LinkGroup>& all) {
  std::vector<Entry<Address>> entries;
  const int error = read_groups(family, entries);
  InterfaceRecord record;
  for (const auto& entry : entries) {
    name_of(entry.interface, record);
    if ((record.flags & IFF_LOOPBACK) != 0 || !is_on_link(entry.group)) continue;
    const std::string mac = mac_of(entry.group);
    const auto same = [&](const LinkGroup& g) {
      return g.interface == entry.interface && g.mac == mac;
    };
    const auto found = std::ranges::find_if(all, same);
    if (found == all.end()) {
      all.push_back({entry.interface, mac, 1});
    } else {
      ++found->users;
    }
  }
  return error;
}

}  // namespace

int write_igmp(Text& text) {
  text.add(std::string_view("Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"));
  std::vector<Entry<in_addr>> all;
  const int error = read_groups(AF_INET, all);
  uint32_t interface = 0;
  InterfaceRecord record;
  for (const auto& entry : all) {
    if (entry.interface != interface) {
      interface = entry.interface;
      const auto count = std::ranges::count(all, interface, &Entry<in_addr>::interface);
      text.add("%u\t%-10s: %5d %7s\n", interface, name_of(interface, record),
               static_cast<int>(count), "V3");
    }
    text.add("\t\t\t\t%08X %5d %d:%08X\t\t%d\n", entry.group.s_addr, 1, 0, 0, 0);
  }
  return error;
}

int write_igmp6(Text& text) {
  std::vector<Entry<in6_addr>> all;
  const int error = read_groups(AF_INET6, all);
  InterfaceRecord record;
  for (const auto& entry : all) {
    constexpr unsigned kNoReports = 8, kLoaded = 4;  // MAF_NOREPORT, MAF_LOADED
    const bool is_all_nodes =
        IN6_IS_ADDR_MC_NODELOCAL(&entry.group) ||
        (IN6_IS_ADDR_MC_LINKLOCAL(&entry.group) && entry.group.s6_addr32[3] == htonl(1));
    text.add("%-4u %-15s ", entry.interface, name_of(entry.interface, record));
    for (const uint8_t octet : entry.group.s6_addr) text.add("%02x", octet);
    text.add(" %5d %08X %d\n", 1, is_all_nodes ? kNoReports | kLoaded : kLoaded, 0);
  }
  return error;
}

int write_dev_mcast(Text& text) {
  std::vector<LinkGroup> all;
  if (const int error = collect_link_groups<in_addr>(AF_INET, all); error != 0) return error;
  if (const int error = collect_link_groups<in6_addr>(AF_INET6, all); error != 0) return error;
  std::ranges::stable_sort(all, {}, &LinkGroup::interface);
  InterfaceRecord record;
  for (const LinkGroup& group : all) {
    text.add("%-4u %-15s %-5d %-5d %s\n", group.interface, name_of(group.interface, record),
             group.users, 0, group.mac.c_str());
  }
  return 0;
}

// Source filters are not listed here, as by a kernel whose sockets have set none.
int write_mcfilter(Text& text) {
  text.add(std::string_view("Idx Device        MCA        SRC    INC    EXC\n"));
  return 0;
}

int write_mcfilter6(Text& text) {
  text.add("%3s %6s %32s %32s %6s %6s\n", "Idx", "Device", "Multicast Address", "Source Address",
           "INC", "EXC");
  return 0;
}

}  // namespace tapstack::shim::proc
