// IPv6 extension headers (RFC 8200 4): options, routing and fragment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/assert.h"
#include "util/bytes.h"
#include "wire/ip_protocol.h"

namespace tapstack::wire {

// Whether `next_header` names an extension header that a host walks over to find what it carries.
// Authentication and ESP are none here: a stack without IPsec does not know them (RFC 8200 4).
constexpr bool is_ip6_extension(uint8_t next_header) {
  return next_header == ip_protocol::kHopByHop || next_header == ip_protocol::kRouting ||
         next_header == ip_protocol::kFragment || next_header == ip_protocol::kDestinationOptions;
}

// The first eight bytes of an extension header, which all of them have.
class Ip6ExtensionView {
 public:
  static constexpr uint8_t kBytesMin = 8;

  static constexpr std::optional<Ip6ExtensionView> parse(std::span<const uint8_t> bytes) {
    if (bytes.size() < kBytesMin) return std::nullopt;
    return Ip6ExtensionView(bytes);
  }

  constexpr uint8_t next_header() const { return bytes_[0]; }
  // Its whole length in [8, 2048]; not of a Fragment header, which always has 8.
  constexpr uint32_t size() const { return (uint32_t{bytes_[1]} + 1) * 8; }

  // Routing header, RFC 8200 4.4.
  constexpr uint8_t routing_type() const { return bytes_[2]; }
  constexpr uint8_t segments_left() const { return bytes_[3]; }
  static constexpr uint32_t kRoutingTypeOffset = 2;

  // Fragment header, RFC 8200 4.5.
  constexpr uint16_t fragment_offset_bytes() const {
    return static_cast<uint16_t>(load_be16(bytes_.data() + kFragmentOffsetOffset) & 0xfff8);
  }
  constexpr bool more_fragments() const { return (bytes_[3] & 1) != 0; }
  constexpr uint32_t identification() const { return load_be32(bytes_.data() + 4); }
  static constexpr uint32_t kFragmentOffsetOffset = 2;

 private:
  constexpr explicit Ip6ExtensionView(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  std::span<const uint8_t> bytes_;
};

struct Ip6FragmentHeader {
  uint8_t next_header = 0;
  uint16_t offset_bytes = 0;  // a multiple of 8
  bool more_fragments = false;
  uint32_t identification = 0;
};

// Writes Ip6ExtensionView::kBytesMin bytes.
constexpr void emit(std::span<uint8_t> bytes, const Ip6FragmentHeader& h) {
  TAPSTACK_ASSERT(bytes.size() >= Ip6ExtensionView::kBytesMin && h.offset_bytes % 8 == 0);
  bytes[0] = h.next_header;
  bytes[1] = 0;
  store_be16(bytes.data() + 2, static_cast<uint16_t>(h.offset_bytes | (h.more_fragments ? 1 : 0)));
  store_be32(bytes.data() + 4, h.identification);
}

// Options of a Hop-by-Hop or Destination Options header (RFC 8200 4.2).
namespace ip6_option {
inline constexpr uint8_t kPad1 = 0;
inline constexpr uint8_t kPadN = 1;
inline constexpr uint8_t kRouterAlert = 5;  // RFC 2711
}  // namespace ip6_option

// What is to be done about an option that is not known, by the top two bits of its type.
enum class Ip6OptionAction : uint8_t {
  kSkip = 0,
  kDrop = 1,
  kReport = 2,         // even when the destination is a group
  kReportUnicast = 3,  // unless the destination is a group
};
constexpr Ip6OptionAction action_of(uint8_t option_type) {
  return static_cast<Ip6OptionAction>(option_type >> 6);
}

}  // namespace tapstack::wire
