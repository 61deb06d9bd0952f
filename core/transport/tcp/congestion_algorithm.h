// Which congestion control a connection uses, and its name in options and settings (Linux's).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "config.h"

namespace tapstack::transport::tcp {

enum class CongestionAlgorithm : uint8_t {
  kNewReno,  // RFC 5681, RFC 6582
  kCubic,    // RFC 9438
  kBbr,      // draft-ietf-ccwg-bbr; only where kConfig.tcp_bbr
};

inline constexpr CongestionAlgorithm kCongestionDefault = CongestionAlgorithm::kCubic;

inline constexpr std::array<std::string_view, 3> kCongestionNames = {"reno", "cubic", "bbr"};

constexpr std::string_view name_of(CongestionAlgorithm a) {
  return kCongestionNames[static_cast<size_t>(a)];
}

// Whether this profile was built with it.
constexpr bool is_available(CongestionAlgorithm a) {
  return kConfig.tcp_bbr || a != CongestionAlgorithm::kBbr;
}

// None: no such name, or not available here.
constexpr std::optional<CongestionAlgorithm> congestion_named(std::string_view name) {
  for (size_t i = 0; i < kCongestionNames.size(); ++i) {
    const auto a = static_cast<CongestionAlgorithm>(i);
    if (name == kCongestionNames[i] && is_available(a)) return a;
  }
  return std::nullopt;
}

}  // namespace tapstack::transport::tcp
