// Multicast Listener Discovery: messages of version 1 (RFC 2710) and queries of version 2 (RFC 3810
// 5.1). Its reports are group_report.h's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/assert.h"
#include "wire/group_report.h"

namespace tapstack::wire {

// Types of ICMPv6.
enum class MldType : uint8_t {
  kQuery = 130,
  kReport1 = 131,  // version 1
  kDone = 132,
  kReport2 = 143,
};

namespace mld_field {
inline constexpr size_t kType = 0;
inline constexpr size_t kCode = kType + 1;
inline constexpr size_t kChecksum = kCode + 1;
inline constexpr size_t kMaxResponse = kChecksum + 2;  // milliseconds
inline constexpr size_t kGroup = kMaxResponse + 4;     // behind 16 reserved bits
// Queries of version 2 go on:
inline constexpr size_t kRobustness = kGroup + 16;  // with flags
inline constexpr size_t kInterval = kRobustness + 1;
inline constexpr size_t kSourceCount = kInterval + 1;
inline constexpr size_t kSources = kSourceCount + 2;
}  // namespace mld_field

class MldView {
 public:
  static constexpr size_t kBytes = 24;  // of all messages but those of version 2
  static constexpr size_t kQuery2Bytes = mld_field::kSources;

  // `bytes` is the whole message. Nothing: too short.
  static constexpr std::optional<MldView> parse(std::span<const uint8_t> bytes) {
    if (bytes.size() < kBytes) return std::nullopt;
    return MldView(bytes);
  }

  constexpr uint8_t type() const { return bytes_[mld_field::kType]; }
  constexpr uint16_t max_response_code() const {
    return load_be16(&bytes_[mld_field::kMaxResponse]);
  }
  constexpr Ip6Address group() const { return load_ip6(&bytes_[mld_field::kGroup]); }

  // RFC 3810 8.1: the length tells a query of version 2; between 24 and 28 bytes it is none at all.
  constexpr bool is_query2() const { return bytes_.size() >= kQuery2Bytes; }
  constexpr bool is_bad_length() const { return bytes_.size() > kBytes && !is_query2(); }
  // Of a query of version 2 only:
  constexpr uint8_t robustness() const { return bytes_[mld_field::kRobustness] & 7; }
  constexpr uint32_t interval_s() const { return decode_group_time8(bytes_[mld_field::kInterval]); }
  // As many as are there, whatever the count says.
  constexpr size_t source_count() const {
    const size_t present = (bytes_.size() - kQuery2Bytes) / 16;
    const size_t said = load_be16(&bytes_[mld_field::kSourceCount]);
    return said < present ? said : present;
  }
  constexpr Ip6Address source(size_t n) const {  // n < source_count()
    return load_ip6(&bytes_[mld_field::kSources + n * 16]);
  }

 private:
  constexpr explicit MldView(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  std::span<const uint8_t> bytes_;
};

// A message of version 1 into the first MldView::kBytes of `out`; its checksum field is 0.
constexpr void emit_mld(std::span<uint8_t> out, MldType type, const Ip6Address& group) {
  TAPSTACK_ASSERT(out.size() >= MldView::kBytes);
  for (size_t i = 0; i < mld_field::kGroup; ++i) out[i] = 0;
  out[mld_field::kType] = static_cast<uint8_t>(type);
  store_ip6(&out[mld_field::kGroup], group);
}

// `checksum` covers the message, whose field was 0, and the pseudo header.
constexpr void set_mld_checksum(std::span<uint8_t> message, uint16_t checksum) {
  store_be16(&message[mld_field::kChecksum], checksum);
}

}  // namespace tapstack::wire
