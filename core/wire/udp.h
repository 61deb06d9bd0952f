// UDP (RFC 768).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"
#include "util/assert.h"
#include "util/bytes.h"

namespace tapstack::wire {

struct UdpHeader {
  Port source;
  Port destination;
  uint16_t length = 0;    // bytes of header and data
  uint16_t checksum = 0;  // 0: none was computed (RFC 768); see udp_checksum()
};

enum class UdpProblem : uint8_t {
  kNone,
  kTooShort,   // not even a header
  kBadLength,  // length field below 8 or beyond what IP delivered
};

namespace udp_field {
inline constexpr size_t kSource = 0;
inline constexpr size_t kDestination = kSource + 2;
inline constexpr size_t kLength = kDestination + 2;
inline constexpr size_t kChecksum = kLength + 2;
inline constexpr size_t kData = kChecksum + 2;
}  // namespace udp_field

class UdpView {
 public:
  static constexpr size_t kHeaderBytes = udp_field::kData;
  static constexpr size_t kChecksumOffset = udp_field::kChecksum;

  // `bytes` begins with the header and holds at least the header of the `payload_bytes` that IP
  // delivered.
  static constexpr UdpProblem check(std::span<const uint8_t> bytes, size_t payload_bytes) {
    if (bytes.size() < kHeaderBytes) return UdpProblem::kTooShort;
    const size_t length = load_be16(bytes.data() + udp_field::kLength);
    const bool fits = length >= kHeaderBytes && length <= payload_bytes;
    return fits ? UdpProblem::kNone : UdpProblem::kBadLength;
  }

  // Empty when check() finds a problem. The view is valid as long as `bytes` is.
  static constexpr std::optional<UdpView> parse(std::span<const uint8_t> bytes,
                                                size_t payload_bytes) {
    if (check(bytes, payload_bytes) != UdpProblem::kNone) return std::nullopt;
    return UdpView(bytes.data());
  }
  static constexpr std::optional<UdpView> parse(std::span<const uint8_t> bytes) {
    return parse(bytes, bytes.size());
  }
  // A header that an ICMP error quotes, its data cut off (RFC 792). Empty below 8 bytes.
  static constexpr std::optional<UdpView> parse_quoted(std::span<const uint8_t> bytes) {
    if (bytes.size() < kHeaderBytes) return std::nullopt;
    return UdpView(bytes.data());
  }

  constexpr Port source() const { return {load_be16(p_ + udp_field::kSource)}; }
  constexpr Port destination() const { return {load_be16(p_ + udp_field::kDestination)}; }
  constexpr uint16_t length() const { return load_be16(p_ + udp_field::kLength); }
  constexpr uint16_t data_bytes() const { return static_cast<uint16_t>(length() - kHeaderBytes); }
  constexpr uint16_t checksum() const { return load_be16(p_ + udp_field::kChecksum); }
  // RFC 768: an all zero checksum means that the sender made none (over IPv4).
  constexpr bool has_checksum() const { return checksum() != 0; }

 private:
  constexpr explicit UdpView(const uint8_t* p) : p_(p) {}

  const uint8_t* p_;
};

// Changes fields of a header in place; `header` must hold UdpView::kHeaderBytes.
class UdpEditor {
 public:
  constexpr explicit UdpEditor(std::span<uint8_t> header) : p_(header.data()) {
    TAPSTACK_ASSERT(header.size() >= UdpView::kHeaderBytes);
  }
  constexpr void set_length(uint16_t v) { store_be16(p_ + udp_field::kLength, v); }
  constexpr void set_checksum(uint16_t v) { store_be16(p_ + udp_field::kChecksum, v); }

 private:
  uint8_t* p_;
};

// The field's value for a computed checksum: RFC 768 sends 0 as all ones, since 0 means none.
constexpr uint16_t udp_checksum(uint16_t computed) { return computed == 0 ? 0xffff : computed; }

// Writes the header into the first UdpView::kHeaderBytes of `out`, which must be that long.
constexpr void emit(std::span<uint8_t> out, const UdpHeader& h) {
  TAPSTACK_ASSERT(out.size() >= UdpView::kHeaderBytes);
  store_be16(out.data() + udp_field::kSource, h.source.value);
  store_be16(out.data() + udp_field::kDestination, h.destination.value);
  store_be16(out.data() + udp_field::kLength, h.length);
  store_be16(out.data() + udp_field::kChecksum, h.checksum);
}

}  // namespace tapstack::wire
