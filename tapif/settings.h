// How the device is wanted: the part of the TAPSTACK_* variables that concerns tapif.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tapif/device.h"
#include "tapif/impairment.h"

namespace tapstack::tapif {

// 10.10.10.1/24 and fd10:10:10::1/64.
std::vector<Prefix> default_host_addresses();

struct TapSettings {
  std::string name = "ts0";       // TAPSTACK_TAP: 1 to 15 characters
  std::optional<MacAddress> mac;  // TAPSTACK_MAC: the stack's; default: derived from the host end's
  // TAPSTACK_HOST_ADDR: addresses of the host's end, one of IPv4 at most; "none" leaves that end as
  // it is.
  std::vector<Prefix> host_addresses = default_host_addresses();
  // They were not asked for: an IPv6 address that cannot be set is done without.
  bool are_host_addresses_default = true;
  uint32_t mtu_bytes = kConfig.mtu_default_bytes;  // TAPSTACK_MTU: [68, kTapMtuMax]
  bool offload = true;                             // TAPSTACK_OFFLOAD: 0 or 1
  int fd_floor = 0;                                // descriptors are placed at this number or above
  int adopted_fd = -1;  // the device itself, open already and set up by another process
};

struct DeviceSettings {
  TapSettings tap;               // name, MAC and MTU are those of the stream's too
  std::string stream_path;       // TAPSTACK_NET=unix:PATH or unix:@NAME; empty: the TAP device
  std::string capture_path;      // TAPSTACK_PCAP: file, empty for none
  bool capture_goes_on = false;  // the file is written on, not anew
  bool capture_cut = false;      // TAPSTACK_PCAP_CUT: 1 cuts superframes to the MTU in the file
  std::optional<Impairment> impairment;  // TAPSTACK_IMPAIR

  // What tells this device from others: programs that name the same one share a stack.
  std::string identity() const { return stream_path.empty() ? tap.name : "unix:" + stream_path; }
};

inline constexpr uint32_t kTapMtuMin = 68;     // RFC 791
inline constexpr uint32_t kTapMtuMax = 65521;  // Linux: 65535 less the Ethernet header

// Value of a variable, or null when it is not set. getenv fits.
using Lookup = char* (*)(const char* name);

// Fills `settings` from the variables named above; what is not set or empty stays as it is. The
// failure names the variable, its value and what would be right (EINVAL).
Failure read_settings(Lookup lookup, DeviceSettings& settings);

// Strict parsers of one value; nothing but the value may be there.
std::optional<MacAddress> parse_mac(std::string_view text);   // 02:00:5e:10:00:01
std::optional<uint64_t> parse_number(std::string_view text);  // decimal digits
// 10.1.2.3/24 or fd10::1/64; without "/" all bits, 32 or 128. An IPv6 address has no zone.
std::optional<Prefix> parse_prefix(std::string_view text);

// Calls `take` with each part of a comma-separated list; false when it answers false or a part is
// empty.
template <class Take>
bool for_each_part(std::string_view list, Take take) {
  while (true) {
    const size_t comma = list.find(',');
    const std::string_view part = list.substr(0, comma);
    if (part.empty() || !take(part)) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

bool is_interface_name(std::string_view name);  // dev_valid_name() of Linux

std::string to_string(const MacAddress& mac);
std::string to_string(const IpAddress& address);  // dotted decimal, or RFC 5952; without the zone
std::string to_string(const Prefix& prefix);

}  // namespace tapstack::tapif
