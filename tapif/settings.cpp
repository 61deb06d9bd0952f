#include "tapif/settings.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstdio>

namespace tapstack::tapif {
namespace {

Failure invalid(const char* variable, const char* value, const std::string& wanted) {
  return {EINVAL, std::string(variable) + "=" + value + ": want " + wanted};
}

bool parse_switch(std::string_view text, bool& value) {
  if (text != "0" && text != "1") return false;
  value = text == "1";
  return true;
}

// Applies one variable; false when its value makes no sense.
using Apply = bool (*)(const char* value, DeviceSettings& settings);

bool apply_tap(const char* value, DeviceSettings& settings) {
  settings.tap.name = value;
  return is_interface_name(value);
}

bool apply_net(const char* value, DeviceSettings& settings) {
  constexpr std::string_view kStream = "unix:";
  constexpr size_t kLongest = 107;  // sockaddr_un of unix(7)
  const std::string_view text = value;
  settings.stream_path.clear();
  if (text == "tap") return true;
  if (!text.starts_with(kStream)) return false;
  settings.stream_path = text.substr(kStream.size());
  return !settings.stream_path.empty() && settings.stream_path.size() <= kLongest;
}

bool apply_mac(const char* value, DeviceSettings& settings) {
  settings.tap.mac = parse_mac(value);
  return settings.tap.mac && !settings.tap.mac->is_group() && !settings.tap.mac->is_zero();
}

bool apply_host_addresses(const char* value, DeviceSettings& settings) {
  std::vector<Prefix>& addresses = settings.tap.host_addresses;
  settings.tap.are_host_addresses_default = false;
  addresses.clear();
  if (std::string_view(value) == "none") return true;
  return for_each_part(value, [&addresses](std::string_view part) {
    const std::optional<Prefix> prefix = parse_prefix(part);
    if (!prefix || prefix->address.is_any() || prefix->address.is_multicast()) return false;
    const bool has_ip4 = !addresses.empty() && addresses.front().address.is_ip4();
    if (prefix->address.is_ip4() && has_ip4) return false;
    addresses.insert(prefix->address.is_ip4() ? addresses.begin() : addresses.end(), *prefix);
    return true;
  });
}

bool apply_mtu(const char* value, DeviceSettings& settings) {
  const auto mtu = parse_number(value);
  if (!mtu || *mtu < kTapMtuMin || *mtu > kTapMtuMax) return false;
  settings.tap.mtu_bytes = static_cast<uint32_t>(*mtu);
  return true;
}

struct Variable {
  const char* name;
  Apply apply;
  const char* wanted;
};

constexpr Variable kVariables[] = {
    {"TAPSTACK_NET", apply_net,
     "tap, or unix: and the path of a stream socket, or unix:@ and its name"},
    {"TAPSTACK_TAP", apply_tap, "the name of an interface, 1 to 15 characters, such as ts0"},
    {"TAPSTACK_MAC", apply_mac, "the MAC address of one station, such as 02:00:5e:10:00:01"},
    {"TAPSTACK_HOST_ADDR", apply_host_addresses,
     "addresses with their prefixes, at most one of IPv4, such as 10.10.10.1/24,fd10:10:10::1/64, "
     "or "
     "none"},
    {"TAPSTACK_MTU", apply_mtu, "bytes from 68 to 65521"},
    {"TAPSTACK_OFFLOAD",
     [](const char* v, DeviceSettings& s) { return parse_switch(v, s.tap.offload); }, "0 or 1"},
    {"TAPSTACK_PCAP",
     [](const char* v, DeviceSettings& s) {
       s.capture_path = v;
       return true;
     },
     "a file"},
    {"TAPSTACK_PCAP_CUT",
     [](const char* v, DeviceSettings& s) { return parse_switch(v, s.capture_cut); }, "0 or 1"},
};

}  // namespace

std::vector<Prefix> default_host_addresses() {
  std::vector<Prefix> addresses = {{Ip4Address::from(10, 10, 10, 1), 24}};
  if (kConfig.ip6) {
    addresses.push_back({Ip6Address::from(0xfd10, 0x10, 0x10, 0, 0, 0, 0, 1), 64});
  }
  return addresses;
}

Failure read_settings(Lookup lookup, DeviceSettings& settings) {
  for (const Variable& variable : kVariables) {
    const char* value = lookup(variable.name);
    if (value == nullptr || *value == '\0') continue;
    if (!variable.apply(value, settings)) return invalid(variable.name, value, variable.wanted);
  }
  // There is no end of the host's.
  if (!settings.stream_path.empty()) settings.tap.host_addresses.clear();
  const char* impair = lookup("TAPSTACK_IMPAIR");
  if (impair != nullptr && *impair != '\0') {
    Impairment impairment;
    if (Failure failure = parse_impairment(impair, impairment)) {
      return {failure.error, "TAPSTACK_IMPAIR: " + failure.message};
    }
    settings.impairment = impairment;
  }
  return {};
}

bool is_interface_name(std::string_view name) {
  if (name.empty() || name.size() > 15 || name == "." || name == "..") return false;
  return name.find_first_of("/: \t\n\r\v\f%") == std::string_view::npos;
}

std::optional<uint64_t> parse_number(std::string_view text) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

std::optional<MacAddress> parse_mac(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  MacAddress mac;
  for (size_t i = 0; i < 6; ++i) {
    const char* digits = text.data() + i * 3;
    const auto [rest, error] = std::from_chars(digits, digits + 2, mac.octets[i], 16);
    if (error != std::errc() || rest != digits + 2) return std::nullopt;
    if (i < 5 && digits[2] != ':') return std::nullopt;
  }
  return mac;
}

std::optional<Prefix> parse_prefix(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  Prefix prefix;
  in_addr ip4{};
  Ip6Address ip6;
  if (::inet_pton(AF_INET, address.c_str(), &ip4) == 1) {
    prefix = {Ip4Address{ntohl(ip4.s_addr)}, 32};
  } else if (::inet_pton(AF_INET6, address.c_str(), ip6.octets.data()) == 1) {
    prefix = {ip6, 128};
  } else {
    return std::nullopt;
  }
  if (slash == std::string_view::npos) return prefix;
  const auto length = parse_number(text.substr(slash + 1));
  if (!length || *length > prefix.length) return std::nullopt;
  prefix.length = static_cast<uint8_t>(*length);
  return prefix;
}

std::string to_string(const MacAddress& mac) {
  char text[18];
  const auto& o = mac.octets;
  std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2], o[3], o[4],
                o[5]);
  return text;
}

std::string to_string(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(address.is_ip4() ? AF_INET : AF_INET6, address.octets().data(), text, sizeof text);
  return text;
}

std::string to_string(const Prefix& prefix) {
  return to_string(prefix.address) + "/" + std::to_string(prefix.length);
}

}  // namespace tapstack::tapif
