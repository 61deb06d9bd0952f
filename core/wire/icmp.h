// What ICMP for IPv4 (RFC 792) and ICMPv6 (RFC 4443) share: the layout of a message's first eight
// bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "util/assert.h"
#include "util/bytes.h"
#include "util/checksum.h"

namespace tapstack::wire {

namespace icmp_field {
inline constexpr size_t kType = 0;
inline constexpr size_t kCode = kType + 1;
inline constexpr size_t kChecksum = kCode + 1;
inline constexpr size_t kRest = kChecksum + 2;  // four bytes whose meaning depends on the type
inline constexpr size_t kData = kRest + 4;
// Within the rest, of echo messages:
inline constexpr size_t kIdentifier = kRest;
inline constexpr size_t kSequenceNumber = kIdentifier + 2;
}  // namespace icmp_field

inline constexpr uint8_t kIcmpHeaderBytes = icmp_field::kData;

// A message's header whatever it means; Icmp4Header and Icmp6Header make them.
struct IcmpHeader {
  uint8_t type = 0;
  uint8_t code = 0;
  uint32_t rest = 0;
};

// Changes fields of a message in place; `header` must hold kIcmpHeaderBytes.
class IcmpEditor {
 public:
  constexpr explicit IcmpEditor(std::span<uint8_t> header) : p_(header.data()) {
    TAPSTACK_ASSERT(header.size() >= kIcmpHeaderBytes);
  }
  constexpr void set_checksum(uint16_t v) { store_be16(p_ + icmp_field::kChecksum, v); }
  constexpr void set_identifier(uint16_t v) { store_be16(p_ + icmp_field::kIdentifier, v); }
  // Makes an echo request its reply: the checksum is kept right (RFC 1624), which spares another
  // pass over the data.
  constexpr void change_type(uint8_t type) {
    const uint16_t before = load_be16(p_ + icmp_field::kType);
    p_[icmp_field::kType] = type;
    replace_sum(before, load_be16(p_ + icmp_field::kType));
  }
  // A word that the checksum covers, or the folded sum of several, went from `before` to `after`.
  constexpr void replace_sum(uint16_t before, uint16_t after) {
    const uint16_t checksum = checksum_update(load_be16(p_ + icmp_field::kChecksum), before, after);
    // A message of nothing but zeros sums to +0, for which 0 would be wrong; where 0 is right, all
    // ones are as well.
    set_checksum(checksum == 0 ? 0xffff : checksum);
  }

 private:
  uint8_t* p_;
};

// Writes the header with a checksum of 0 into the first kIcmpHeaderBytes of `out`, which must be
// that long. The checksum covers the data too: IcmpEditor::set_checksum() once that is known.
constexpr void emit(std::span<uint8_t> out, const IcmpHeader& h) {
  TAPSTACK_ASSERT(out.size() >= kIcmpHeaderBytes);
  out[icmp_field::kType] = h.type;
  out[icmp_field::kCode] = h.code;
  store_be16(out.data() + icmp_field::kChecksum, 0);
  store_be32(out.data() + icmp_field::kRest, h.rest);
}

}  // namespace tapstack::wire
