// getifaddrs and the functions of <net/if.h>: the stack's interfaces, lo and ts0, not the kernel's.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "shim/common/link_statistics.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/devices.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/result.h"

namespace tapstack::shim::names {
namespace {

union AnyAddress {
  sockaddr any;
  sockaddr_in in;
  sockaddr_in6 in6;
  sockaddr_ll link;
};

// One entry of getifaddrs with all that it points to, so that one free() is enough.
struct Node {
  ifaddrs entry;
  char name[IF_NAMESIZE];
  AnyAddress address, mask, broadcast;
  rtnl_link_stats statistics;
};

Node* make_node(const InterfaceRecord& record) {
  auto* node = static_cast<Node*>(std::calloc(1, sizeof(Node)));
  if (node == nullptr) return nullptr;
  std::memcpy(node->name, record.name, sizeof node->name - 1);
  node->entry.ifa_name = node->name;
  node->entry.ifa_flags = record.flags;
  node->entry.ifa_addr = &node->address.any;
  return node;
}

void set_in(AnyAddress& to, uint32_t value) {
  to.in.sin_family = AF_INET;
  to.in.sin_addr.s_addr = htonl(value);
}

void set_in6(AnyAddress& to, const Ip6Address& value, uint32_t scope) {
  to.in6.sin6_family = AF_INET6;
  to.in6.sin6_scope_id = scope;
  std::memcpy(&to.in6.sin6_addr, value.octets.data(), value.octets.size());
}

uint32_t mask4(uint8_t length) { return length == 0 ? 0 : ~0u << (32 - length); }

Ip6Address mask6(uint8_t length) {
  Ip6Address mask;
  for (unsigned bit = 0; bit < length; ++bit) {
    mask.octets[bit / 8] = static_cast<uint8_t>(mask.octets[bit / 8] | 0x80u >> bit % 8);
  }
  return mask;
}

// An address of family AF_INET or AF_INET6.
ifaddrs* address_entry(const InterfaceRecord& record, const Prefix& prefix) {
  Node* node = make_node(record);
  if (node == nullptr) return nullptr;
  node->entry.ifa_netmask = &node->mask.any;
  if (prefix.address.is_ip4()) {
    const uint32_t value = prefix.address.ip4().value, mask = mask4(prefix.length);
    set_in(node->address, value);
    set_in(node->mask, mask);
    if ((record.flags & IFF_BROADCAST) != 0) {
      set_in(node->broadcast, value | ~mask);
      node->entry.ifa_broadaddr = &node->broadcast.any;
    } else {
      node->broadcast = node->address;  // glibc: the destination is the address itself
      node->entry.ifa_dstaddr = &node->broadcast.any;
    }
  } else {
    set_in6(node->address, prefix.address.ip6(), prefix.address.zone().value);
    set_in6(node->mask, mask6(prefix.length), 0);
  }
  return &node->entry;
}

void set_link(AnyAddress& to, const InterfaceRecord& record, bool is_broadcast) {
  to.link.sll_family = AF_PACKET;
  to.link.sll_ifindex = record.id;
  to.link.sll_hatype = (record.flags & IFF_LOOPBACK) != 0 ? ARPHRD_LOOPBACK : ARPHRD_ETHER;
  to.link.sll_halen = sizeof record.mac;
  std::memcpy(to.link.sll_addr, record.mac, sizeof record.mac);
  if (is_broadcast) std::memset(to.link.sll_addr, 0xff, sizeof record.mac);
}

// The entry of family AF_PACKET: hardware address and counters.
ifaddrs* link_entry(const InterfaceRecord& record) {
  Node* node = make_node(record);
  if (node == nullptr) return nullptr;
  set_link(node->address, record, false);
  set_link(node->broadcast, record, (record.flags & IFF_BROADCAST) != 0);
  node->entry.ifa_broadaddr = &node->broadcast.any;
  node->statistics = link_statistics<rtnl_link_stats>(record);
  node->entry.ifa_data = &node->statistics;
  return &node->entry;
}

std::vector<InterfaceRecord> all_interfaces(int& error) {
  std::vector<InterfaceRecord> records;
  InterfaceRecord record;
  for (int n = 0; (error = ask::interface(n, record)) == 0; ++n) records.push_back(record);
  if (error == ENOENT) error = 0;
  return records;
}

void free_entries(ifaddrs* list) {
  while (list != nullptr) {
    ifaddrs* next = list->ifa_next;
    std::free(list);  // the entry is the first member of its Node
    list = next;
  }
}

// glibc lists the links first, then the addresses.
int list_entries(ifaddrs** list) {
  int error = 0;
  const std::vector<InterfaceRecord> records = all_interfaces(error);
  ifaddrs** end = list;
  *list = nullptr;
  const auto append = [&](ifaddrs* entry) {
    *end = entry;
    if (entry == nullptr) return false;
    end = &entry->ifa_next;
    return true;
  };
  for (const InterfaceRecord& record : records) {
    if (!append(link_entry(record))) return ENOMEM;
  }
  for (const InterfaceRecord& record : records) {
    const size_t count = std::min<size_t>(record.address_count, std::size(record.addresses));
    for (size_t i = 0; i < count; ++i) {
      if (!append(address_entry(record, record.addresses[i]))) return ENOMEM;
    }
  }
  return error;
}

}  // namespace
}  // namespace tapstack::shim::names

using namespace tapstack::shim;

TAPSTACK_HOOK int getifaddrs(ifaddrs** list) noexcept {
  const int error = names::list_entries(list);
  if (error == 0) return 0;
  names::free_entries(*list);
  return fail(error);
}

TAPSTACK_HOOK void freeifaddrs(ifaddrs* list) noexcept { names::free_entries(list); }

TAPSTACK_HOOK unsigned if_nametoindex(const char* name) noexcept {
  InterfaceRecord record;
  if (interface_named(name, record)) return record.id;
  set_last_error(ENODEV);
  return 0;
}

TAPSTACK_HOOK char* if_indextoname(unsigned index, char* name) noexcept {
  InterfaceRecord record;
  if (!interface_numbered(index, record)) {
    set_last_error(ENXIO);
    return nullptr;
  }
  std::memcpy(name, record.name, IF_NAMESIZE);
  return name;
}

TAPSTACK_HOOK struct if_nameindex* if_nameindex() noexcept {
  int error = 0;
  const std::vector<InterfaceRecord> records = names::all_interfaces(error);
  // Entries, a final one of zeros, and the names behind them: one allocation.
  const size_t table_bytes = (records.size() + 1) * sizeof(struct if_nameindex);
  auto* table =
      static_cast<struct if_nameindex*>(std::calloc(1, table_bytes + records.size() * IF_NAMESIZE));
  if (table == nullptr || error != 0) {
    std::free(table);
    set_last_error(table == nullptr ? ENOBUFS : error);
    return nullptr;
  }
  char* text = reinterpret_cast<char*>(table) + table_bytes;
  for (size_t i = 0; i < records.size(); ++i, text += IF_NAMESIZE) {
    std::memcpy(text, records[i].name, IF_NAMESIZE);
    table[i] = {records[i].id, text};
  }
  return table;
}

TAPSTACK_HOOK void if_freenameindex(struct if_nameindex* table) noexcept { std::free(table); }
