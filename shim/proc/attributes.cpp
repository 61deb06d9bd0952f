#include "shim/proc/attributes.h"

#include <net/if.h>
#include <net/if_arp.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <string>

#include "shim/common/settings.h"
#include "shim/hooks/devices.h"

namespace tapstack::shim::proc {
namespace {

using Record = InterfaceRecord;

bool is_loopback(const Record& r) { return (r.flags & IFF_LOOPBACK) != 0; }
bool is_up(const Record& r) { return (r.flags & IFF_UP) != 0; }

int add_octets(Text& text, const uint8_t (&octets)[6]) {
  text.add("%02x:%02x:%02x:%02x:%02x:%02x\n", octets[0], octets[1], octets[2], octets[3], octets[4],
           octets[5]);
  return 0;
}

int write_broadcast(Text& text, const Record& r) {
  uint8_t octets[6];
  std::ranges::fill(octets, is_loopback(r) ? uint8_t{0} : uint8_t{0xff});
  return add_octets(text, octets);
}

// netif_carrier_ok(), which an interface that is down does not tell.
int write_carrier(Text& text, const Record& r) {
  if (!is_up(r)) return EINVAL;
  text.add(std::string_view("1\n"));
  return 0;
}

// The state of RFC 2863, which loopback has none of.
int write_operstate(Text& text, const Record& r) {
  text.add("%s\n", is_loopback(r) ? "unknown" : is_up(r) ? "up" : "down");
  return 0;
}

// What a TUN device says of itself.
int write_speed(Text& text, const Record& r) {
  if (is_loopback(r) || !is_up(r)) return EINVAL;
  text.add(std::string_view("10000\n"));
  return 0;
}

int write_duplex(Text& text, const Record& r) {
  if (is_loopback(r) || !is_up(r)) return EINVAL;
  text.add(std::string_view("full\n"));
  return 0;
}

int write_uevent(Text& text, const Record& r) {
  text.add("INTERFACE=%s\nIFINDEX=%u\n", r.name, r.id);
  return 0;
}

template <auto number>
int write_number(Text& text, const Record& r) {
  text.add("%llu\n", static_cast<unsigned long long>(number(r)));
  return 0;
}

struct Attribute {
  std::string_view name;
  int (*write)(Text& text, const Record& record);
};

constexpr auto zero = [](const Record&) { return 0; };
constexpr auto one = [](const Record&) { return 1; };
constexpr auto address_octets = [](const Record&) { return 6; };
constexpr auto index_of = [](const Record& r) { return r.id; };
constexpr auto mtu_of = [](const Record& r) { return r.mtu; };
constexpr auto queue_of = [](const Record&) { return kConfig.interface_queue_packets; };
constexpr auto type_of = [](const Record& r) {
  return is_loopback(r) ? ARPHRD_LOOPBACK : ARPHRD_ETHER;
};
constexpr uint32_t kTold = 0xffff & ~uint32_t{IFF_RUNNING};  // of dev->flags in this file

constexpr Attribute kAttributes[] = {
    {"addr_len", write_number<address_octets>},
    {"address", [](Text& text, const Record& r) { return add_octets(text, r.mac); }},
    {"broadcast", write_broadcast},
    {"carrier", write_carrier},
    {"carrier_changes", write_number<zero>},
    {"dormant", write_number<zero>},
    {"duplex", write_duplex},
    {"flags",
     [](Text& text, const Record& r) {
       text.add("0x%x\n", r.flags & kTold);
       return 0;
     }},
    {"ifindex", write_number<index_of>},
    {"iflink", write_number<index_of>},
    {"link_mode", write_number<zero>},
    {"mtu", write_number<mtu_of>},
    {"name_assign_type", write_number<one>},
    {"operstate", write_operstate},
    {"speed", write_speed},
    {"statistics/collisions", write_number<zero>},
    {"statistics/multicast", write_number<zero>},
    {"statistics/rx_bytes", write_number<[](const Record& r) { return r.in_bytes; }>},
    {"statistics/rx_dropped", write_number<[](const Record& r) { return r.in_dropped; }>},
    {"statistics/rx_errors", write_number<[](const Record& r) { return r.in_errors; }>},
    {"statistics/rx_packets", write_number<[](const Record& r) { return r.in_frames; }>},
    {"statistics/tx_bytes", write_number<[](const Record& r) { return r.out_bytes; }>},
    {"statistics/tx_dropped", write_number<[](const Record& r) { return r.out_dropped; }>},
    {"statistics/tx_errors", write_number<[](const Record& r) { return r.out_errors; }>},
    {"statistics/tx_packets", write_number<[](const Record& r) { return r.out_frames; }>},
    {"tx_queue_len", write_number<queue_of>},
    {"type", write_number<type_of>},
    {"uevent", write_uevent},
};

const Attribute* find(std::string_view name) {
  const auto* found = std::ranges::find(kAttributes, name, &Attribute::name);
  return found == std::end(kAttributes) ? nullptr : found;
}

// The stack's interfaces: loopback, and the device of the settings.
constexpr size_t kInterfaces = 2;
std::string interface_name(size_t n) {
  if (n == 0) return "lo";
  Settings settings;
  if (n >= kInterfaces || read_settings(std::getenv, settings)) return {};
  return settings.device.tap.name;
}

bool is_interface(std::string_view name) {
  return !name.empty() && (name == interface_name(0) || name == interface_name(1));
}

constexpr std::string_view kStatistics = "statistics";

// The part of an attribute's name that stands in `folder` ("" or "statistics"); empty: none does.
std::string_view name_within(std::string_view attribute, std::string_view folder) {
  const size_t slash = attribute.find('/');
  if (folder.empty()) return slash == attribute.npos ? attribute : std::string_view();
  return slash == attribute.npos ? std::string_view() : attribute.substr(slash + 1);
}

}  // namespace

Attributes find_attribute(std::string_view name) {
  if (name.empty()) return Attributes::kFolder;
  const size_t slash = name.find('/');
  if (!is_interface(name.substr(0, slash))) return Attributes::kNone;
  if (slash == name.npos || name.substr(slash + 1) == kStatistics) return Attributes::kFolder;
  return find(name.substr(slash + 1)) != nullptr ? Attributes::kFile : Attributes::kNone;
}

std::string attribute_entry(std::string_view folder, size_t n) {
  if (folder.empty()) return interface_name(n);
  const size_t slash = folder.find('/');
  const std::string_view within = slash == folder.npos ? "" : folder.substr(slash + 1);
  for (const Attribute& attribute : kAttributes) {
    const std::string_view name = name_within(attribute.name, within);
    if (!name.empty() && n-- == 0) return std::string(name);
  }
  return std::string(n == 0 && within.empty() ? kStatistics : "");
}

int write_attribute(std::string_view name, Text& text) {
  const size_t slash = name.find('/');
  const std::string interface(name.substr(0, slash));
  Record record;
  if (!interface_named(interface.c_str(), record)) return ENODEV;
  return find(name.substr(slash + 1))->write(text, record);
}

}  // namespace tapstack::shim::proc
