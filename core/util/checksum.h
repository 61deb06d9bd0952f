// The Internet checksum: RFC 1071 sums over any number of pieces, and RFC 1624 updates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tapstack {

// Adds 16-bit words in one's complement. Pieces may have odd lengths: the sum is that of all pieces
// in a row. A pseudo header or a sum computed elsewhere is added as a word, which must stand at an
// even offset.
class ChecksumSum {
 public:
  constexpr ChecksumSum() = default;
  constexpr explicit ChecksumSum(uint16_t sum) : sum_(sum) {}

  void add(std::span<const uint8_t> bytes);
  // A word, or a sum folded to 16 bits.
  constexpr void add_word(uint16_t word) { sum_ += word; }
  constexpr void add_u32(uint32_t v) { sum_ += (v >> 16) + (v & 0xffff); }

  // The sum in 16 bits, not inverted.
  constexpr uint16_t folded() const {
    uint64_t s = (sum_ >> 32) + (sum_ & 0xffffffff);
    s = (s >> 16) + (s & 0xffff);
    s = (s >> 16) + (s & 0xffff);
    return static_cast<uint16_t>((s >> 16) + (s & 0xffff));
  }
  // What goes into a checksum field that was zero while summing; a receiver that sums everything
  // including the field gets a result of 0 if nothing was damaged.
  constexpr uint16_t checksum() const { return static_cast<uint16_t>(~folded()); }

 private:
  uint64_t sum_ = 0;  // grows by less than 2^17 a call: no overflow in 2^47 calls
  bool odd_ = false;  // an odd number of bytes has been added
};

// Of one piece of bytes: folded sum, and checksum.
uint16_t checksum_sum(std::span<const uint8_t> bytes);
inline uint16_t checksum_of(std::span<const uint8_t> bytes) {
  return static_cast<uint16_t>(~checksum_sum(bytes));
}

// The checksum after a 16-bit (32-bit) field it covers went from `before` to `after`: RFC 1624,
// eqn. 3.
constexpr uint16_t checksum_update(uint16_t checksum, uint16_t before, uint16_t after) {
  ChecksumSum sum(static_cast<uint16_t>(~checksum));
  sum.add_word(static_cast<uint16_t>(~before));
  sum.add_word(after);
  return sum.checksum();
}
constexpr uint16_t checksum_update32(uint16_t checksum, uint32_t before, uint32_t after) {
  ChecksumSum sum(static_cast<uint16_t>(~checksum));
  sum.add_u32(~before);
  sum.add_u32(after);
  return sum.checksum();
}

}  // namespace tapstack
