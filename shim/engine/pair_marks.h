// Places among the bytes that a program has written to its handle and the core has not taken yet:
// where a send ended of which more is wanted than that it arrives (marked_sends.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tapstack::shim {

// What is wanted of the end of a send.
struct PairMark {
  bool ends_record = false;  // MSG_EOR
  uint8_t reports = 0;       // SendReport
};

// In the order of the bytes. A place for which there is no room is lost, and the bytes go without.
class PairMarks {
 public:
  // `ahead` bytes lie between the core and the place, at least as many as before any other.
  void push(uint32_t ahead, PairMark mark) {
    if (count_ == kCapacity || ahead < last_) return;
    ring_[(first_ + count_++) % kCapacity] = {ahead - last_, mark};
    last_ = ahead;
  }
  // So many bytes may be taken at once, to the next place; 0: there is none.
  uint32_t ahead() const { return count_ == 0 ? 0 : ring_[first_].bytes; }
  // The core took `bytes`, at most ahead() if that is not 0. What is wanted if it got there.
  std::optional<PairMark> on_taken(uint32_t bytes) {
    if (count_ == 0) return std::nullopt;
    last_ -= bytes;
    Place& next = ring_[first_];
    next.bytes -= bytes;
    if (next.bytes > 0) return std::nullopt;
    first_ = (first_ + 1) % kCapacity;
    --count_;
    return next.mark;
  }

 private:
  static constexpr size_t kCapacity = 64;

  struct Place {
    uint32_t bytes = 0;  // behind the one before
    PairMark mark;
  };
  std::array<Place, kCapacity> ring_{};
  size_t first_ = 0, count_ = 0;
  uint32_t last_ = 0;  // bytes between the core and the last place
};

}  // namespace tapstack::shim
