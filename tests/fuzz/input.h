// The bytes of a fuzzer as a source of decisions. When they are used up, every answer is 0.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tapstack::fuzz {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(data, size) {}

  bool is_empty() const { return rest_.empty(); }
  uint8_t u8() {
    if (rest_.empty()) return 0;
    const uint8_t byte = rest_[0];
    rest_ = rest_.subspan(1);
    return byte;
  }
  uint16_t u16() {
    const unsigned high = u8();
    return static_cast<uint16_t>(high * 256 + u8());
  }
  uint32_t u32() {
    const uint32_t high = u16();
    return high * 65'536 + u16();
  }
  // In [0, n), n > 0.
  uint32_t below(uint32_t n) { return (n <= 256 ? u8() : u32()) % n; }
  // The next `n` bytes, or as many as there are.
  std::span<const uint8_t> bytes(size_t n) {
    const auto taken = rest_.first(std::min(n, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const uint8_t> rest_;
};

}  // namespace tapstack::fuzz
