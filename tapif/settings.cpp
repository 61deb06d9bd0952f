#include "tapif/settings.h"

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

bool apply_mac(const char* value, DeviceSettings& settings) {
  settings.tap.mac = parse_mac(value);
  return settings.tap.mac && !settings.tap.mac->is_group() && !settings.tap.mac->is_zero();
}

bool apply_host_address(const char* value, DeviceSettings& settings) {
  if (std::string_view(value) == "none") {
    settings.tap.host_address.reset();
    return true;
  }
  settings.tap.host_address = parse_ip4_prefix(value);
  return settings.tap.host_address && !settings.tap.host_address->address.is_any();
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
    {"TAPSTACK_TAP", apply_tap, "the name of an interface, 1 to 15 characters, such as ts0"},
    {"TAPSTACK_MAC", apply_mac, "the MAC address of one station, such as 02:00:5e:10:00:01"},
    {"TAPSTACK_HOST_ADDR", apply_host_address,
     "an IPv4 address with its prefix, such as 10.10.10.1/24, or none"},
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

Failure read_settings(Lookup lookup, DeviceSettings& settings) {
  for (const Variable& variable : kVariables) {
    const char* value = lookup(variable.name);
    if (value == nullptr || *value == '\0') continue;
    if (!variable.apply(value, settings)) return invalid(variable.name, value, variable.wanted);
  }
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

std::optional<Prefix> parse_ip4_prefix(std::string_view text) {
  uint64_t length = 32;
  if (const size_t slash = text.find('/'); slash != std::string_view::npos) {
    const auto number = parse_number(text.substr(slash + 1));
    if (!number || *number > 32) return std::nullopt;
    length = *number;
    text = text.substr(0, slash);
  }
  uint32_t address = 0;
  for (int i = 0; i < 4; ++i) {
    const size_t dot = text.find('.');
    if ((dot == std::string_view::npos) != (i == 3)) return std::nullopt;
    const auto octet = parse_number(text.substr(0, dot));
    if (!octet || *octet > 255) return std::nullopt;
    address = address * 256 + static_cast<uint32_t>(*octet);
    if (i < 3) text = text.substr(dot + 1);
  }
  return Prefix{Ip4Address{address}, static_cast<uint8_t>(length)};
}

std::string to_string(const MacAddress& mac) {
  char text[18];
  const auto& o = mac.octets;
  std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2], o[3], o[4],
                o[5]);
  return text;
}

std::string to_string(const Prefix& prefix) {
  char text[24];
  const auto& o = prefix.address.octets();
  std::snprintf(text, sizeof text, "%u.%u.%u.%u/%u", o[0], o[1], o[2], o[3], prefix.length);
  return text;
}

}  // namespace tapstack::tapif
