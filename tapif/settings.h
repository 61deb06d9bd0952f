// How the device is wanted: the part of the TAPSTACK_* variables that concerns tapif.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tapif/device.h"
#include "tapif/impairment.h"

namespace tapstack::tapif {

struct TapSettings {
  std::string name = "ts0";       // TAPSTACK_TAP: 1 to 15 characters
  std::optional<MacAddress> mac;  // TAPSTACK_MAC: the stack's; default: derived from the host end's
  // TAPSTACK_HOST_ADDR: address of the host's end, IPv4; "none" leaves that end as it is.
  std::optional<Prefix> host_address = Prefix{Ip4Address::from(10, 10, 10, 1), 24};
  uint32_t mtu_bytes = kConfig.mtu_default_bytes;  // TAPSTACK_MTU: [68, kTapMtuMax]
  bool offload = true;                             // TAPSTACK_OFFLOAD: 0 or 1
  int fd_floor = 0;                                // descriptors are placed at this number or above
};

struct DeviceSettings {
  TapSettings tap;
  std::string capture_path;  // TAPSTACK_PCAP: file, empty for none
  bool capture_cut = false;  // TAPSTACK_PCAP_CUT: 1 cuts superframes to the MTU in the file
  std::optional<Impairment> impairment;  // TAPSTACK_IMPAIR
};

inline constexpr uint32_t kTapMtuMin = 68;     // RFC 791
inline constexpr uint32_t kTapMtuMax = 65521;  // Linux: 65535 less the Ethernet header

// Value of a variable, or null when it is not set. getenv fits.
using Lookup = char* (*)(const char* name);

// Fills `settings` from the variables named above; what is not set or empty stays as it is. The
// failure names the variable, its value and what would be right (EINVAL).
Failure read_settings(Lookup lookup, DeviceSettings& settings);

// Strict parsers of one value; nothing but the value may be there.
std::optional<MacAddress> parse_mac(std::string_view text);     // 02:00:5e:10:00:01
std::optional<Prefix> parse_ip4_prefix(std::string_view text);  // 10.1.2.3/24; without "/": 32
std::optional<uint64_t> parse_number(std::string_view text);    // decimal digits

bool is_interface_name(std::string_view name);  // dev_valid_name() of Linux

std::string to_string(const MacAddress& mac);
std::string to_string(const Prefix& prefix);  // IPv4

}  // namespace tapstack::tapif
