#include "shim/common/settings.h"

#include <cerrno>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>

#include "core/app/dns_exchange.h"

namespace tapstack::shim {
namespace {

using tapif::Failure;

// Applies one variable; false when its value makes no sense.
using Apply = bool (*)(std::string_view value, Settings& settings);

struct Variable {
  const char* name;
  Apply apply;
  const char* wanted;
};

bool is_host_address(const IpAddress& address) {
  return !address.is_any() && !address.is_multicast() && !address.is_loopback();
}

// Words and addresses in any order; the words alone mean that there are no others.
bool apply_addresses(std::string_view value, Settings& settings) {
  settings.addresses.clear();
  settings.autoconfigures = false;
  settings.asks_dhcp = false;
  return tapif::for_each_part(value, [&settings](std::string_view part) {
    if (part == "slaac") {
      settings.autoconfigures = kConfig.ip6;
      return kConfig.ip6;
    }
    if (part == "dhcp") {
      settings.asks_dhcp = true;
      return true;
    }
    const std::optional<Prefix> prefix = tapif::parse_prefix(part);
    if (!prefix || prefix->length == 0 || !is_host_address(prefix->address) ||
        (prefix->address.is_ip6() && (!kConfig.ip6 || prefix->address.ip6().is_mapped())) ||
        settings.addresses.size() == kConfig.addresses_per_interface) {
      return false;
    }
    settings.addresses.push_back(*prefix);
    return true;
  });
}

// One of each family at most.
bool apply_gateways(std::string_view value, Settings& settings) {
  settings.gateways.clear();
  settings.has_given_gateways = true;
  if (value == "none") return true;
  return tapif::for_each_part(value, [&settings](std::string_view part) {
    const std::optional<Prefix> prefix = tapif::parse_prefix(part);
    if (part.find('/') != std::string_view::npos || !prefix || prefix->address.is_any() ||
        prefix->address.is_multicast()) {
      return false;
    }
    for (const IpAddress& other : settings.gateways) {
      if (other.family() == prefix->address.family()) return false;
    }
    settings.gateways.push_back(prefix->address);
    return true;
  });
}

// Any address will do, loopback too: a program of this stack may serve there.
bool apply_name_servers(std::string_view value, Settings& settings) {
  settings.name_servers.clear();
  settings.name_server_choice =
      value == "learnt" ? NameServerChoice::kLearnt : NameServerChoice::kGiven;
  if (value == "learnt" || value == "none") return true;
  return tapif::for_each_part(value, [&settings](std::string_view part) {
    const std::optional<Prefix> prefix = tapif::parse_prefix(part);
    if (part.find('/') != std::string_view::npos || !prefix || prefix->address.is_any() ||
        prefix->address.is_multicast() || settings.name_servers.size() == app::kDnsServersMax) {
      return false;
    }
    settings.name_servers.push_back(prefix->address);
    return true;
  });
}

bool apply_seed(std::string_view value, Settings& settings) {
  settings.seed = tapif::parse_number(value);
  return settings.seed.has_value();
}

bool apply_exit_drain(std::string_view value, Settings& settings) {
  constexpr uint64_t kHourMs = 3'600'000;
  const std::optional<uint64_t> ms = tapif::parse_number(value);
  if (!ms || *ms > kHourMs) return false;
  settings.exit_drain_ms = static_cast<int64_t>(*ms);
  return true;
}

bool apply_log(std::string_view value, Settings& settings) {
  constexpr std::string_view kNames[] = {"error", "warn", "info", "debug", "trace"};
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (value != kNames[i]) continue;
    settings.log = static_cast<LogLevel>(i);
    return true;
  }
  return false;
}

bool apply_congestion(std::string_view value, Settings& settings) {
  const std::optional<CongestionAlgorithm> algorithm = congestion_named(value);
  if (algorithm) settings.congestion = *algorithm;
  return algorithm.has_value();
}

bool apply_engine(std::string_view value, Settings& settings) {
  settings.engine = value == "keeper" ? EnginePlace::kKeeper : EnginePlace::kInside;
  return value == "keeper" || value == "inside";
}

bool apply_ecn(std::string_view value, Settings& settings) {
  if (value.size() != 1 || value[0] < '0' || value[0] > '2') return false;
  settings.ecn = static_cast<api::EcnMode>(value[0] - '0');
  return true;
}

// A relative path is the program's at its start; it may change its directory later.
bool apply_state(std::string_view value, Settings& settings) {
  std::error_code error;
  settings.state_file = std::filesystem::absolute(value, error).string();
  return !error;
}

bool apply_log_file(std::string_view value, Settings& settings) {
  std::error_code error;
  settings.log_file = std::filesystem::absolute(value, error).string();
  return !error;
}

bool apply_trace_time(std::string_view value, Settings& settings) {
  settings.traces_time = value == "1";
  return value == "0" || value == "1";
}

// What a host can be called (RFC 1123 2.1), short enough for the client to send it.
bool apply_host_name(std::string_view value, Settings& settings) {
  constexpr size_t kLongest = 64;
  const auto name = wire::DnsName::from_text(value);
  settings.dhcp_host_name = value;
  return value.size() <= kLongest && name && name->is_host_name();
}

// Octets in hexadecimal with colons between ("01:02:03"); empty: it is something else.
std::string parse_octets(std::string_view text) {
  std::string octets;
  for (size_t at = 0; at + 2 <= text.size(); at += 3) {
    unsigned octet = 0;
    const char* end = text.data() + at + 2;
    const auto [stop, error] = std::from_chars(text.data() + at, end, octet, 16);
    if (error != std::errc() || stop != end) return {};
    octets.push_back(static_cast<char>(octet));
    if (at + 2 == text.size()) return octets;
    if (text[at + 2] != ':') return {};
  }
  return {};
}

// Two octets or more, the first of which is the type; or text, which has type 0 (RFC 2132 9.14).
bool apply_client_id(std::string_view value, Settings& settings) {
  constexpr size_t kLongest = 32;
  settings.dhcp_client_id = parse_octets(value);
  if (settings.dhcp_client_id.size() < 2) {
    settings.dhcp_client_id = std::string(1, '\0') + std::string(value);
  }
  return settings.dhcp_client_id.size() <= kLongest;
}

bool apply_identifier(std::string_view value, Settings& settings) {
  settings.identifier =
      value == "stable" ? link::IdentifierKind::kStable : link::IdentifierKind::kEui64;
  return value == "stable" || value == "eui64";
}

bool apply_temporary(std::string_view value, Settings& settings) {
  settings.has_temporary_addresses = value == "1";
  return value == "0" || value == "1";
}

bool apply_keeper(std::string_view value, Settings& settings) {
  settings.keeper = value;
  return true;
}

constexpr Variable kVariables[] = {
    {"TAPSTACK_ADDR", apply_addresses,
     "addresses with their prefixes, such as 10.10.10.2/24,fd10:10:10::2/64, dhcp and "
     "slaac, comma-separated"},
    {"TAPSTACK_STATE", apply_state, "a path"},
    {"TAPSTACK_DHCP_HOST_NAME", apply_host_name, "the name of a host, of 64 characters at most"},
    {"TAPSTACK_DHCP_CLIENT_ID", apply_client_id,
     "text of 31 characters at most, or octets such as 01:02:00:00:00:00:42"},
    {"TAPSTACK_IP6_IDENTIFIER", apply_identifier, "eui64 or stable"},
    {"TAPSTACK_IP6_TEMPORARY", apply_temporary, "0 or 1"},
    {"TAPSTACK_GW", apply_gateways, "an IPv4 address, an IPv6 address, both with a comma, or none"},
    {"TAPSTACK_DNS", apply_name_servers,
     "addresses of name servers, four at most, comma-separated, or learnt, or none"},
    {"TAPSTACK_LOOPBACK", [](std::string_view v, Settings&) { return v == "stack"; },
     "stack: a socket cannot become the kernel's at its first connect(), see libtapstack(7)"},
    {"TAPSTACK_CC", apply_congestion, "reno, cubic or bbr"},
    {"TAPSTACK_ECN", apply_ecn, "0 (off), 1 (ask for it) or 2 (when the peer asks)"},
    {"TAPSTACK_SEED", apply_seed, "a number from 0 to 18446744073709551615"},
    {"TAPSTACK_ENGINE", apply_engine, "inside or keeper"},
    {"TAPSTACK_KEEPER", apply_keeper, "a path"},
    {"TAPSTACK_EXIT_DRAIN_MS", apply_exit_drain, "milliseconds from 0 to 3600000"},
    {"TAPSTACK_LOG", apply_log, "error, warn, info, debug or trace"},
    {"TAPSTACK_LOG_FILE", apply_log_file, "a path"},
    {"TAPSTACK_TRACE_TIME", apply_trace_time, "0 or 1"},
};

const char* value_of(tapif::Lookup lookup, const char* name) {
  const char* value = lookup(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

Failure invalid(const char* name, const char* value, const char* wanted) {
  return {EINVAL, std::string(name) + "=" + value + ": want " + wanted};
}

// The first addresses of the host's end, of families that the stack has an address of. Routers that
// autoconfiguration finds come before one that nobody named.
void choose_gateways(Settings& settings) {
  for (const Family family : {Family::kIp4, Family::kIp6}) {
    if (!settings.has_address(family) || (family == Family::kIp6 && settings.autoconfigures))
      continue;
    const auto& all = settings.device.tap.host_addresses;
    const auto first = std::ranges::find_if(
        all, [family](const Prefix& host) { return host.address.family() == family; });
    if (first != all.end()) settings.gateways.push_back(first->address);
  }
}

// IPv6 needs links of 1280 bytes (RFC 8200 5).
std::vector<Prefix> default_addresses(uint32_t mtu_bytes) {
  constexpr uint32_t kIp6MtuMin = 1280;
  std::vector<Prefix> addresses = {{Ip4Address::from(10, 10, 10, 2), 24}};
  if (kConfig.ip6 && mtu_bytes >= kIp6MtuMin) {
    addresses.push_back({Ip6Address::from(0xfd10, 0x10, 0x10, 0, 0, 0, 0, 2), 64});
  }
  return addresses;
}

}  // namespace

Failure read_settings(tapif::Lookup lookup, Settings& settings) {
  if (Failure failure = tapif::read_settings(lookup, settings.device)) return failure;
  settings.addresses = default_addresses(settings.device.tap.mtu_bytes);
  for (const Variable& variable : kVariables) {
    const char* value = value_of(lookup, variable.name);
    if (value != nullptr && !variable.apply(value, settings)) {
      return invalid(variable.name, value, variable.wanted);
    }
  }
  if (value_of(lookup, "TAPSTACK_GW") == nullptr) choose_gateways(settings);
  return {};
}

}  // namespace tapstack::shim
