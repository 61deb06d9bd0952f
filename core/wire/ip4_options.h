// Options of the IPv4 header (RFC 791 3.1, RFC 6814 for those that are obsolete).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "wire/ip4.h"

namespace tapstack::wire {

// Option types: copied flag, class and number together.
namespace ip4_option {
inline constexpr uint8_t kEndOfList = 0;
inline constexpr uint8_t kNoOperation = 1;
inline constexpr uint8_t kRecordRoute = 7;
inline constexpr uint8_t kTimestamp = 68;
inline constexpr uint8_t kSecurity = 130;
inline constexpr uint8_t kLooseSourceRoute = 131;
inline constexpr uint8_t kStreamId = 136;
inline constexpr uint8_t kStrictSourceRoute = 137;
inline constexpr uint8_t kRouterAlert = 148;  // RFC 2113
}  // namespace ip4_option

struct Ip4Option {
  uint8_t type = 0;
  uint8_t offset = 0;              // bytes from the start of the IP header, for Parameter Problem
  std::span<const uint8_t> bytes;  // the whole option: type, length, data

  // Goes into every fragment (RFC 791 3.1), not only into the first.
  constexpr bool is_copied() const { return (type & 0x80) != 0; }
  constexpr bool is_source_route() const {
    return type == ip4_option::kLooseSourceRoute || type == ip4_option::kStrictSourceRoute;
  }
};

// Walks over the options one by one, skipping no-operations, up to the end of the list.
//   for (Ip4OptionWalk walk(view.options()); auto option = walk.next();) ...
class Ip4OptionWalk {
 public:
  constexpr explicit Ip4OptionWalk(std::span<const uint8_t> options) : options_(options) {}

  // Empty at the end, or where a length is illegal: below 2, or beyond the header.
  constexpr std::optional<Ip4Option> next() {
    while (at_ < options_.size() && options_[at_] == ip4_option::kNoOperation) ++at_;
    if (is_malformed_ || at_ >= options_.size() || options_[at_] == ip4_option::kEndOfList) {
      return std::nullopt;
    }
    const size_t left = options_.size() - at_;
    const size_t length = left >= 2 ? options_[at_ + 1] : 0;
    if (length < 2 || length > left) {
      is_malformed_ = true;
      return std::nullopt;
    }
    const Ip4Option option{options_[at_], offset(), options_.subspan(at_, length)};
    at_ += length;
    return option;
  }

  // Whether next() stopped at an illegal length; offset() is then where that option begins.
  constexpr bool is_malformed() const { return is_malformed_; }
  // Where the next option begins, in bytes from the start of the IP header.
  constexpr uint8_t offset() const { return static_cast<uint8_t>(Ip4View::kHeaderBytesMin + at_); }

 private:
  std::span<const uint8_t> options_;
  size_t at_ = 0;
  bool is_malformed_ = false;
};

}  // namespace tapstack::wire
