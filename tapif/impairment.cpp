#include "tapif/impairment.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <span>

namespace tapstack::tapif {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr Unit kTimes[] = {{"us", 1}, {"ms", 1e3}, {"s", 1e6}};
constexpr Unit kShares[] = {{"%", 0.01}, {"", 1}};
constexpr Unit kRates[] = {{"bit", 1}, {"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}};
constexpr Unit kCounts[] = {{"", 1}};

constexpr double kHourUs = 3600e6;

// A number of at least zero with one of the units, not above `max` once multiplied.
std::optional<double> parse_quantity(std::string_view text, std::span<const Unit> units,
                                     double max) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  const std::string_view name(rest, static_cast<size_t>(end - rest));
  for (const Unit& unit : units) {
    if (unit.name == name && value * unit.factor <= max) return value * unit.factor;
  }
  return std::nullopt;
}

bool parse_time(std::string_view text, Duration& out) {
  const auto us = parse_quantity(text, kTimes, kHourUs);
  if (us) out = Duration::us(std::llround(*us));
  return us.has_value();
}

bool parse_share(std::string_view text, double& out) {
  const auto share = parse_quantity(text, kShares, 1);
  if (share) out = *share;
  return share.has_value();
}

struct Parameter {
  std::string_view name;
  bool (*parse)(std::string_view text, LinkImpairment& link);
  const char* wanted;
};

constexpr const char* kTimeWanted = "a time up to an hour, such as 20ms, 500us or 1.5s";
constexpr const char* kShareWanted = "a share from 0% to 100%, such as 1%, 0.5% or 0.01";

constexpr Parameter kParameters[] = {
    {"delay", [](auto t, auto& l) { return parse_time(t, l.delay); }, kTimeWanted},
    {"jitter", [](auto t, auto& l) { return parse_time(t, l.jitter); }, kTimeWanted},
    {"gap", [](auto t, auto& l) { return parse_time(t, l.gap); }, kTimeWanted},
    {"loss", [](auto t, auto& l) { return parse_share(t, l.loss); }, kShareWanted},
    {"reorder", [](auto t, auto& l) { return parse_share(t, l.reorder); }, kShareWanted},
    {"dup", [](auto t, auto& l) { return parse_share(t, l.duplicate); }, kShareWanted},
    {"corrupt", [](auto t, auto& l) { return parse_share(t, l.corrupt); }, kShareWanted},
    {"rate",
     [](std::string_view t, LinkImpairment& l) {
       const auto rate = parse_quantity(t, kRates, 1e12);
       if (!rate || *rate < 1) return false;
       l.rate_bits_per_second = static_cast<uint64_t>(*rate);
       return true;
     },
     "a rate up to 1000gbit, such as 100mbit, 64kbit or 1gbit"},
    {"limit",
     [](std::string_view t, LinkImpairment& l) {
       const auto limit = parse_quantity(t, kCounts, 1e6);
       if (!limit || *limit < 1) return false;
       l.limit_packets = static_cast<uint32_t>(*limit);
       return true;
     },
     "packets from 1 to 1000000"},
};

constexpr const char* kNames =
    "delay, jitter, loss, reorder, gap, dup, corrupt, rate, limit (each also as in.NAME or "
    "out.NAME) or seed";

Failure wrong(std::string_view part, const std::string& why) {
  return {EINVAL, "\"" + std::string(part) + "\": " + why};
}

Failure parse_seed(std::string_view part, std::string_view value, uint64_t& seed) {
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, seed);
  if (error == std::errc() && rest == end) return {};
  return wrong(part, "want a number from 0 to 2^64-1");
}

Failure parse_part(std::string_view part, Impairment& impairment) {
  const size_t equals = part.find('=');
  if (equals == std::string_view::npos) return wrong(part, "want NAME=VALUE");
  std::string_view name = part.substr(0, equals);
  const std::string_view value = part.substr(equals + 1);
  if (name == "seed") return parse_seed(part, value, impairment.seed);

  const bool only_in = name.starts_with("in."), only_out = name.starts_with("out.");
  if (only_in || only_out) name.remove_prefix(only_in ? 3 : 4);
  const auto* parameter = std::ranges::find(kParameters, name, &Parameter::name);
  if (parameter == std::end(kParameters)) {
    return wrong(part, std::string("no such impairment; want ") + kNames);
  }
  if ((!only_out && !parameter->parse(value, impairment.in)) ||
      (!only_in && !parameter->parse(value, impairment.out))) {
    return wrong(part, std::string("want ") + parameter->wanted);
  }
  return {};
}

}  // namespace

Failure parse_impairment(std::string_view text, Impairment& impairment) {
  impairment = {};
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    if (Failure failure = parse_part(text.substr(begin, end - begin), impairment)) return failure;
    begin = end + 1;
  }
  return {};
}

}  // namespace tapstack::tapif
