// TCP header (RFC 9293 3.1). Options are in tcp_options.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"
#include "util/assert.h"
#include "util/bytes.h"

namespace tapstack::wire {

// The control bits.
struct TcpFlags {
  uint8_t bits = 0;

  constexpr bool operator==(const TcpFlags&) const = default;
  constexpr TcpFlags operator|(TcpFlags o) const { return {static_cast<uint8_t>(bits | o.bits)}; }
  constexpr TcpFlags operator&(TcpFlags o) const { return {static_cast<uint8_t>(bits & o.bits)}; }
  constexpr TcpFlags operator~() const { return {static_cast<uint8_t>(~bits)}; }
  constexpr TcpFlags& operator|=(TcpFlags o) { return *this = *this | o; }
  constexpr bool has(TcpFlags all) const { return (bits & all.bits) == all.bits; }
  constexpr bool has_any(TcpFlags some) const { return (bits & some.bits) != 0; }

  constexpr bool fin() const { return (bits & 0x01) != 0; }
  constexpr bool syn() const { return (bits & 0x02) != 0; }
  constexpr bool rst() const { return (bits & 0x04) != 0; }
  constexpr bool psh() const { return (bits & 0x08) != 0; }
  constexpr bool ack() const { return (bits & 0x10) != 0; }
  constexpr bool urg() const { return (bits & 0x20) != 0; }
  constexpr bool ece() const { return (bits & 0x40) != 0; }  // RFC 3168 6.1
  constexpr bool cwr() const { return (bits & 0x80) != 0; }
};

namespace tcp_flag {
inline constexpr TcpFlags kNone{0x00};
inline constexpr TcpFlags kFin{0x01};
inline constexpr TcpFlags kSyn{0x02};
inline constexpr TcpFlags kRst{0x04};
inline constexpr TcpFlags kPsh{0x08};
inline constexpr TcpFlags kAck{0x10};
inline constexpr TcpFlags kUrg{0x20};
inline constexpr TcpFlags kEce{0x40};
inline constexpr TcpFlags kCwr{0x80};
}  // namespace tcp_flag

struct TcpHeader {
  Port source;
  Port destination;
  uint32_t sequence_number = 0;
  uint32_t acknowledgment_number = 0;
  uint8_t header_bytes = 20;  // data offset * 4: a multiple of 4 in [20, 60]
  TcpFlags flags;
  uint16_t window = 0;  // as it stands in the field: scaled
  uint16_t checksum = 0;
  uint16_t urgent_pointer = 0;
};

enum class TcpProblem : uint8_t {
  kNone,
  kTooShort,       // less than 20 bytes
  kBadDataOffset,  // below 5, or beyond the bytes that are there
};

namespace tcp_field {
inline constexpr size_t kSource = 0;
inline constexpr size_t kDestination = kSource + 2;
inline constexpr size_t kSequenceNumber = kDestination + 2;
inline constexpr size_t kAcknowledgmentNumber = kSequenceNumber + 4;
inline constexpr size_t kDataOffset = kAcknowledgmentNumber + 4;
inline constexpr size_t kFlags = kDataOffset + 1;
inline constexpr size_t kWindow = kFlags + 1;
inline constexpr size_t kChecksum = kWindow + 2;
inline constexpr size_t kUrgentPointer = kChecksum + 2;
inline constexpr size_t kOptions = kUrgentPointer + 2;
}  // namespace tcp_field

class TcpView {
 public:
  static constexpr size_t kHeaderBytesMin = tcp_field::kOptions;
  static constexpr size_t kHeaderBytesMax = 60;
  static constexpr size_t kChecksumOffset = tcp_field::kChecksum;

  // Data offset in bytes, [0, 60]; `fixed` holds at least kHeaderBytesMin. For a caller that must
  // make the options contiguous before the header can be checked.
  static constexpr uint8_t header_bytes_of(std::span<const uint8_t> fixed) {
    return static_cast<uint8_t>((fixed[tcp_field::kDataOffset] >> 4) * 4);
  }
  // `bytes` begins with the header and holds all of it.
  static constexpr TcpProblem check(std::span<const uint8_t> bytes) {
    if (bytes.size() < kHeaderBytesMin) return TcpProblem::kTooShort;
    const size_t header = header_bytes_of(bytes);
    const bool fits = header >= kHeaderBytesMin && header <= bytes.size();
    return fits ? TcpProblem::kNone : TcpProblem::kBadDataOffset;
  }

  // Empty when check() finds a problem. The view is valid as long as `bytes` is.
  static constexpr std::optional<TcpView> parse(std::span<const uint8_t> bytes) {
    if (check(bytes) != TcpProblem::kNone) return std::nullopt;
    return TcpView(bytes.data());
  }

  constexpr Port source() const { return {load_be16(p_ + tcp_field::kSource)}; }
  constexpr Port destination() const { return {load_be16(p_ + tcp_field::kDestination)}; }
  constexpr uint32_t sequence_number() const { return load_be32(p_ + tcp_field::kSequenceNumber); }
  constexpr uint32_t acknowledgment_number() const {
    return load_be32(p_ + tcp_field::kAcknowledgmentNumber);
  }
  // Data offset in bytes: a multiple of 4 in [20, 60].
  constexpr uint8_t header_bytes() const { return header_bytes_of({p_, kHeaderBytesMin}); }
  // The reserved bits beside the data offset are ignored, as RFC 9293 3.1 requires.
  constexpr TcpFlags flags() const { return {p_[tcp_field::kFlags]}; }
  // Unsigned (MUST-1); windows are 32 bits wide from here on.
  constexpr uint16_t window() const { return load_be16(p_ + tcp_field::kWindow); }
  constexpr uint16_t checksum() const { return load_be16(p_ + tcp_field::kChecksum); }
  constexpr uint16_t urgent_pointer() const { return load_be16(p_ + tcp_field::kUrgentPointer); }
  // For TcpOptionWalk and TcpOptions::parse().
  constexpr std::span<const uint8_t> options() const {
    return {p_ + kHeaderBytesMin, header_bytes() - kHeaderBytesMin};
  }

 private:
  constexpr explicit TcpView(const uint8_t* p) : p_(p) {}

  const uint8_t* p_;
};

// The part of a header that every ICMP error quotes (RFC 792: 8 bytes).
struct TcpQuote {
  Port source;
  Port destination;
  uint32_t sequence_number = 0;

  // Empty below 8 bytes.
  static constexpr std::optional<TcpQuote> parse(std::span<const uint8_t> bytes) {
    if (bytes.size() < tcp_field::kAcknowledgmentNumber) return std::nullopt;
    const uint8_t* p = bytes.data();
    return TcpQuote{{load_be16(p + tcp_field::kSource)},
                    {load_be16(p + tcp_field::kDestination)},
                    load_be32(p + tcp_field::kSequenceNumber)};
  }
};

// Changes fields of a header in place; `header` must hold TcpView::kHeaderBytesMin.
class TcpEditor {
 public:
  constexpr explicit TcpEditor(std::span<uint8_t> header) : p_(header.data()) {
    TAPSTACK_ASSERT(header.size() >= TcpView::kHeaderBytesMin);
  }
  constexpr void set_sequence_number(uint32_t v) { store_be32(p_ + tcp_field::kSequenceNumber, v); }
  constexpr void set_flags(TcpFlags v) { p_[tcp_field::kFlags] = v.bits; }
  constexpr void set_checksum(uint16_t v) { store_be16(p_ + tcp_field::kChecksum, v); }

 private:
  uint8_t* p_;
};

// Writes the fixed part of the header into the first TcpView::kHeaderBytesMin of `out`, which must
// be that long; reserved bits are 0. Options follow with emit(out, TcpOptions).
constexpr void emit(std::span<uint8_t> out, const TcpHeader& h) {
  TAPSTACK_ASSERT(out.size() >= TcpView::kHeaderBytesMin && h.header_bytes % 4 == 0);
  TAPSTACK_ASSERT(h.header_bytes >= TcpView::kHeaderBytesMin);
  TAPSTACK_ASSERT(h.header_bytes <= TcpView::kHeaderBytesMax);
  uint8_t* p = out.data();
  store_be16(p + tcp_field::kSource, h.source.value);
  store_be16(p + tcp_field::kDestination, h.destination.value);
  store_be32(p + tcp_field::kSequenceNumber, h.sequence_number);
  store_be32(p + tcp_field::kAcknowledgmentNumber, h.acknowledgment_number);
  p[tcp_field::kDataOffset] = static_cast<uint8_t>(h.header_bytes / 4 * 16);
  p[tcp_field::kFlags] = h.flags.bits;
  store_be16(p + tcp_field::kWindow, h.window);
  store_be16(p + tcp_field::kChecksum, h.checksum);
  store_be16(p + tcp_field::kUrgentPointer, h.urgent_pointer);
}

}  // namespace tapstack::wire
