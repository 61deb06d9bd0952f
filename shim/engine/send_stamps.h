// Times at which datagrams were sent, until the program fetches them (SO_TIMESTAMPING).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tapstack::shim {

// SO_TIMESTAMPING: when a datagram was sent.
struct SendStamp {
  uint32_t key = 0;  // its number among those that were asked for, since the option was set
  int64_t realtime_ns = 0;
};

// First in, first out. Stamps for which there is no room are lost, as Linux loses those that the
// receive buffer cannot hold.
class SendStamps {
 public:
  // The next datagram was sent at `realtime_ns`.
  void push(int64_t realtime_ns) {
    const uint32_t key = next_key_++;
    if (count_ == kCapacity) return;
    ring_[(first_ + count_++) % kCapacity] = {key, realtime_ns};
  }
  // False when there is none.
  bool pop(SendStamp& stamp) {
    if (count_ == 0) return false;
    stamp = ring_[first_];
    first_ = (first_ + 1) % kCapacity;
    --count_;
    return true;
  }
  bool is_empty() const { return count_ == 0; }
  // SOF_TIMESTAMPING_OPT_ID is set anew: numbers begin with 0.
  void restart_keys() { next_key_ = 0; }

 private:
  static constexpr size_t kCapacity = 16;

  std::array<SendStamp, kCapacity> ring_{};
  size_t first_ = 0, count_ = 0;
  uint32_t next_key_ = 0;
};

}  // namespace tapstack::shim
