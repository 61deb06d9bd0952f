// IPv6 header (RFC 8200 3), with Traffic Class as RFC 2474 and RFC 3168 define it and the Flow
// Label of RFC 6437. Extension headers are in ip6_extensions.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"
#include "util/assert.h"
#include "util/bytes.h"
#include "wire/address_bytes.h"
#include "wire/ip_protocol.h"

namespace tapstack::wire {

struct Ip6Header {
  uint8_t traffic_class = 0;   // DSCP and ECN
  uint32_t flow_label = 0;     // 20 bits
  uint16_t payload_bytes = 0;  // extension headers included
  uint8_t next_header = 0;     // ip_protocol's
  uint8_t hop_limit = 0;
  Ip6Address source;
  Ip6Address destination;
};

// Why a header cannot be used, in the order of the checks.
enum class Ip6Problem : uint8_t {
  kNone,
  kTooShort,          // less than 40 bytes
  kBadVersion,        // not 6
  kBadPayloadLength,  // beyond the packet
};

namespace ip6_field {
inline constexpr size_t kVersionClassLabel = 0;
inline constexpr size_t kPayloadLength = kVersionClassLabel + 4;
inline constexpr size_t kNextHeader = kPayloadLength + 2;
inline constexpr size_t kHopLimit = kNextHeader + 1;
inline constexpr size_t kSource = kHopLimit + 1;
inline constexpr size_t kDestination = kSource + 16;
inline constexpr uint32_t kFlowLabelMask = 0xfffff;
}  // namespace ip6_field

class Ip6View {
 public:
  static constexpr uint8_t kHeaderBytes = 40;

  // `bytes` begins with the header; the packet has `packet_bytes` in all, link padding included.
  static constexpr Ip6Problem check(std::span<const uint8_t> bytes, size_t packet_bytes) {
    if (bytes.size() < kHeaderBytes) return Ip6Problem::kTooShort;
    const Ip6View view(bytes);
    if (view.version() != 6) return Ip6Problem::kBadVersion;
    if (kHeaderBytes + size_t{view.payload_bytes()} > packet_bytes) {
      return Ip6Problem::kBadPayloadLength;
    }
    return Ip6Problem::kNone;
  }
  // Nothing when check() finds something.
  static constexpr std::optional<Ip6View> parse(std::span<const uint8_t> bytes,
                                                size_t packet_bytes) {
    if (check(bytes, packet_bytes) != Ip6Problem::kNone) return std::nullopt;
    return Ip6View(bytes);
  }
  // A header of which only the front of the packet is there, as ICMP quotes it.
  static constexpr std::optional<Ip6View> parse_quoted(std::span<const uint8_t> bytes) {
    if (bytes.size() < kHeaderBytes) return std::nullopt;
    const Ip6View view(bytes);
    if (view.version() != 6) return std::nullopt;
    return view;
  }

  constexpr uint8_t version() const { return static_cast<uint8_t>(bytes_[0] >> 4); }
  constexpr uint8_t traffic_class() const {
    return static_cast<uint8_t>(load_be32(bytes_.data()) >> 20);
  }
  constexpr uint32_t flow_label() const {
    return load_be32(bytes_.data()) & ip6_field::kFlowLabelMask;
  }
  constexpr uint16_t payload_bytes() const {
    return load_be16(bytes_.data() + ip6_field::kPayloadLength);
  }
  constexpr uint8_t next_header() const { return bytes_[ip6_field::kNextHeader]; }
  constexpr uint8_t hop_limit() const { return bytes_[ip6_field::kHopLimit]; }
  constexpr Ip6Address source() const { return load_ip6(bytes_.data() + ip6_field::kSource); }
  constexpr Ip6Address destination() const {
    return load_ip6(bytes_.data() + ip6_field::kDestination);
  }

 private:
  constexpr explicit Ip6View(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  std::span<const uint8_t> bytes_;
};

// Changes to a header that is in place.
class Ip6Editor {
 public:
  // At least Ip6View::kHeaderBytes.
  constexpr explicit Ip6Editor(std::span<uint8_t> bytes) : bytes_(bytes) {
    TAPSTACK_ASSERT(bytes.size() >= Ip6View::kHeaderBytes);
  }
  constexpr void set_payload_bytes(uint16_t v) {
    store_be16(bytes_.data() + ip6_field::kPayloadLength, v);
  }
  constexpr void set_next_header(uint8_t v) { bytes_[ip6_field::kNextHeader] = v; }
  constexpr void set_traffic_class(uint8_t v) {
    const uint32_t word = load_be32(bytes_.data()) & 0xf00fffffu;
    store_be32(bytes_.data(), word | uint32_t{v} << 20);
  }

 private:
  std::span<uint8_t> bytes_;
};

// Writes Ip6View::kHeaderBytes bytes.
constexpr void emit(std::span<uint8_t> bytes, const Ip6Header& h) {
  TAPSTACK_ASSERT(bytes.size() >= Ip6View::kHeaderBytes);
  uint8_t* p = bytes.data();
  store_be32(
      p, 6u << 28 | uint32_t{h.traffic_class} << 20 | (h.flow_label & ip6_field::kFlowLabelMask));
  store_be16(p + ip6_field::kPayloadLength, h.payload_bytes);
  p[ip6_field::kNextHeader] = h.next_header;
  p[ip6_field::kHopLimit] = h.hop_limit;
  store_ip6(p + ip6_field::kSource, h.source);
  store_ip6(p + ip6_field::kDestination, h.destination);
}

}  // namespace tapstack::wire
