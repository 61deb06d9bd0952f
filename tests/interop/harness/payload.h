// Bytes to send, and the sum of bytes received.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>

#include "tests/interop/harness/options.h"

namespace tapstack::peer {

// CRC-32 of zlib and of IEEE 802.3: Python's zlib.crc32() gives the same.
class Crc32 {
 public:
  void add(std::span<const uint8_t> bytes);
  uint32_t value() const { return ~state_; }

 private:
  uint32_t state_ = 0xffffffffu;
};

// What one connection sends: a file, or the first bytes of a seeded stream. The stream is the
// outputs of SplitMix64 from `seed`, eight bytes each, the least significant first.
class Payload {
 public:
  explicit Payload(const Options& options);
  // The next piece, at most `room.size()` bytes; 0 at the end.
  size_t read(std::span<uint8_t> room);

 private:
  uint8_t next_of_stream();

  std::ifstream file_;
  bool is_file_;
  uint64_t left_;
  uint64_t state_;
  uint64_t word_ = 0;
  unsigned word_bytes_ = 0;
};

}  // namespace tapstack::peer
