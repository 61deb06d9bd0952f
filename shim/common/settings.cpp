#include "shim/common/settings.h"

#include <cerrno>

#include <string_view>

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

// Calls `take` with each part of a comma-separated list; false when it answers false or one is
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

std::optional<Ip4Address> parse_host(std::string_view text) {
  if (text.find('/') != std::string_view::npos) return std::nullopt;
  const std::optional<Prefix> prefix = tapif::parse_ip4_prefix(text);
  if (!prefix || prefix->address.is_any() || prefix->address.is_multicast()) return std::nullopt;
  return prefix->address.ip4();
}

bool apply_addresses(std::string_view value, Settings& settings) {
  settings.addresses.clear();
  return for_each_part(value, [&settings](std::string_view part) {
    const std::optional<Prefix> prefix = tapif::parse_ip4_prefix(part);
    if (!prefix || prefix->length == 0 || prefix->address.is_any() ||
        prefix->address.is_multicast() || prefix->address.is_loopback() ||
        settings.addresses.size() == kConfig.addresses_per_interface) {
      return false;
    }
    settings.addresses.push_back(*prefix);
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

bool apply_keeper(std::string_view value, Settings& settings) {
  settings.keeper = value;
  return true;
}

constexpr Variable kVariables[] = {
    {"TAPSTACK_ADDR", apply_addresses,
     "IPv4 addresses with their prefixes, such as 10.10.10.2/24, comma-separated"},
    {"TAPSTACK_DNS", [](std::string_view, Settings&) { return false; },
     "no value: name servers are not supported yet, names come from /etc/hosts"},
    {"TAPSTACK_LOOPBACK", [](std::string_view v, Settings&) { return v == "stack"; },
     "stack: host is not supported yet"},
    {"TAPSTACK_CC", apply_congestion, "reno, cubic or bbr"},
    {"TAPSTACK_ECN", apply_ecn, "0 (off), 1 (ask for it) or 2 (when the peer asks)"},
    {"TAPSTACK_SEED", apply_seed, "a number from 0 to 18446744073709551615"},
    {"TAPSTACK_ENGINE", apply_engine, "inside or keeper"},
    {"TAPSTACK_KEEPER", apply_keeper, "a path"},
    {"TAPSTACK_EXIT_DRAIN_MS", apply_exit_drain, "milliseconds from 0 to 3600000"},
    {"TAPSTACK_LOG", apply_log, "error, warn, info, debug or trace"},
};

const char* value_of(tapif::Lookup lookup, const char* name) {
  const char* value = lookup(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

Failure invalid(const char* name, const char* value, const char* wanted) {
  return {EINVAL, std::string(name) + "=" + value + ": want " + wanted};
}

// The gateway's default depends on the device's settings: the host's end of the TAP.
Failure read_gateway(tapif::Lookup lookup, Settings& settings) {
  const std::optional<Prefix>& host = settings.device.tap.host_address;
  if (host) settings.gateway = host->address.ip4();
  const char* value = value_of(lookup, "TAPSTACK_GW");
  if (value == nullptr) return {};
  settings.gateway.reset();
  if (std::string_view(value) == "none") return {};
  settings.gateway = parse_host(value);
  if (!settings.gateway) return invalid("TAPSTACK_GW", value, "an IPv4 address, or none");
  return {};
}

}  // namespace

Failure read_settings(tapif::Lookup lookup, Settings& settings) {
  if (Failure failure = tapif::read_settings(lookup, settings.device)) return failure;
  settings.addresses = {Prefix{Ip4Address::from(10, 10, 10, 2), 24}};
  for (const Variable& variable : kVariables) {
    const char* value = value_of(lookup, variable.name);
    if (value != nullptr && !variable.apply(value, settings)) {
      return invalid(variable.name, value, variable.wanted);
    }
  }
  return read_gateway(lookup, settings);
}

}  // namespace tapstack::shim
