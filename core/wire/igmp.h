// IGMP: messages of version 1 (RFC 1112), 2 (RFC 2236) and queries of version 3 (RFC 3376 4.1). Its
// reports are group_report.h's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/assert.h"
#include "util/checksum.h"
#include "wire/group_report.h"

namespace tapstack::wire {

enum class IgmpType : uint8_t {
  kQuery = 0x11,
  kReport1 = 0x12,  // version 1
  kReport2 = 0x16,
  kLeave = 0x17,
  kReport3 = 0x22,
};

namespace igmp_field {
inline constexpr size_t kType = 0;
inline constexpr size_t kMaxResponse = kType + 1;  // tenths of a second; 0 in version 1
inline constexpr size_t kChecksum = kMaxResponse + 1;
inline constexpr size_t kGroup = kChecksum + 2;
// Queries of version 3 go on:
inline constexpr size_t kRobustness = kGroup + 4;  // with flags
inline constexpr size_t kInterval = kRobustness + 1;
inline constexpr size_t kSourceCount = kInterval + 1;
inline constexpr size_t kSources = kSourceCount + 2;
}  // namespace igmp_field

class IgmpView {
 public:
  static constexpr size_t kBytes = 8;  // of all messages but those of version 3
  static constexpr size_t kQuery3Bytes = igmp_field::kSources;

  // `bytes` is the whole message. Nothing: too short.
  static constexpr std::optional<IgmpView> parse(std::span<const uint8_t> bytes) {
    if (bytes.size() < kBytes) return std::nullopt;
    return IgmpView(bytes);
  }

  constexpr uint8_t type() const { return bytes_[igmp_field::kType]; }
  constexpr uint8_t max_response_code() const { return bytes_[igmp_field::kMaxResponse]; }
  constexpr Ip4Address group() const { return load_ip4(&bytes_[igmp_field::kGroup]); }
  bool is_checksum_good() const { return checksum_of(bytes_) == 0; }

  // RFC 3376 7.1: the length tells a query of version 3; between 8 and 12 bytes it is none at all.
  constexpr bool is_query3() const { return bytes_.size() >= kQuery3Bytes; }
  constexpr bool is_bad_length() const { return bytes_.size() > kBytes && !is_query3(); }
  // Of a query of version 3 only:
  constexpr uint8_t robustness() const { return bytes_[igmp_field::kRobustness] & 7; }
  constexpr uint32_t interval_s() const {
    return decode_group_time8(bytes_[igmp_field::kInterval]);
  }
  // As many as are there, whatever the count says.
  constexpr size_t source_count() const {
    const size_t present = (bytes_.size() - kQuery3Bytes) / 4;
    const size_t said = load_be16(&bytes_[igmp_field::kSourceCount]);
    return said < present ? said : present;
  }
  constexpr Ip4Address source(size_t n) const {  // n < source_count()
    return load_ip4(&bytes_[igmp_field::kSources + n * 4]);
  }

 private:
  constexpr explicit IgmpView(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  std::span<const uint8_t> bytes_;
};

// Fills the checksum of a whole message.
inline void set_igmp_checksum(std::span<uint8_t> message) {
  store_be16(&message[igmp_field::kChecksum], 0);
  store_be16(&message[igmp_field::kChecksum], checksum_of(message));
}

// A message of version 1 or 2, with its checksum, into the first IgmpView::kBytes of `out`.
inline void emit_igmp(std::span<uint8_t> out, IgmpType type, Ip4Address group) {
  TAPSTACK_ASSERT(out.size() >= IgmpView::kBytes);
  out = out.first(IgmpView::kBytes);
  out[igmp_field::kType] = static_cast<uint8_t>(type);
  out[igmp_field::kMaxResponse] = 0;
  store_ip4(&out[igmp_field::kGroup], group);
  set_igmp_checksum(out);
}

}  // namespace tapstack::wire
