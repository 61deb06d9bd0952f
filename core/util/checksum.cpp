#include "util/checksum.h"

#include "util/bytes.h"

namespace tapstack {
namespace {

// Adds with the carry brought round, so that 64-bit words can be summed: RFC 1071 2 (C).
constexpr uint64_t add_carry(uint64_t sum, uint64_t word) {
  sum += word;
  return sum + (sum < word ? 1 : 0);
}

constexpr uint16_t fold(uint64_t s) {
  s = (s >> 32) + (s & 0xffffffff);
  s = (s >> 32) + (s & 0xffffffff);
  s = (s >> 16) + (s & 0xffff);
  s = (s >> 16) + (s & 0xffff);
  return static_cast<uint16_t>(s);
}

}  // namespace

// One's complement addition does not care about byte order (RFC 1071 2 (B)): words are read in the
// processor's own, and the folded result is turned round once.
uint16_t checksum_sum(std::span<const uint8_t> bytes) {
  const uint8_t* p = bytes.data();
  size_t n = bytes.size();
  uint64_t even = 0;  // two sums, so that additions can overlap
  uint64_t odd = 0;
  for (; n >= 32; n -= 32, p += 32) {
    even = add_carry(even, load_native<uint64_t>(p));
    odd = add_carry(odd, load_native<uint64_t>(p + 8));
    even = add_carry(even, load_native<uint64_t>(p + 16));
    odd = add_carry(odd, load_native<uint64_t>(p + 24));
  }
  for (; n >= 4; n -= 4, p += 4) even = add_carry(even, load_native<uint32_t>(p));
  if (n >= 2) {
    odd = add_carry(odd, load_native<uint16_t>(p));
    p += 2;
  }
  if ((n & 1) != 0) {  // padded with a zero byte behind it
    const uint8_t last[2] = {*p, 0};
    odd = add_carry(odd, load_native<uint16_t>(last));
  }
  return native_from_be16(fold(add_carry(even, odd)));
}

void ChecksumSum::add(std::span<const uint8_t> bytes) {
  const uint16_t sum = checksum_sum(bytes);
  sum_ += odd_ ? swap16(sum)
               : sum;  // RFC 1071 2 (B): at an odd offset high and low bytes change places
  odd_ ^= (bytes.size() & 1) != 0;
}

}  // namespace tapstack
