// What the records of leases in a state file share: numbers of 64 bits, and the check sum over the
// whole of a record.
#pragma once

#include <cstdint>
#include <span>

#include "util/bytes.h"
#include "util/checksum.h"

namespace tapstack::wire {

// UINT64_MAX in a time of such a record: never.
inline void store_be64(uint8_t* p, uint64_t v) {
  store_be32(p, static_cast<uint32_t>(v >> 32));
  store_be32(p + 4, static_cast<uint32_t>(v));
}
inline uint64_t load_be64(const uint8_t* p) {
  return (uint64_t{load_be32(p)} << 32) | load_be32(p + 4);
}

// 0 over a record that is whole.
inline uint16_t record_checksum(std::span<const uint8_t> record) {
  ChecksumSum sum;
  sum.add(record);
  return sum.checksum();
}

}  // namespace tapstack::wire
