// When the next text may leave at a given rate (draft-ietf-ccwg-bbr 5.6.2). Knows no clock and no
// connection: output asks before it sends, and sets a deadline for what has to wait.
#pragma once

#include <algorithm>
#include <cstdint>

#include "util/time.h"

namespace tapstack::transport::tcp {

// The most that may leave at once at a rate: what it sends in a millisecond, at least two segments,
// at most a superframe (draft-ietf-ccwg-bbr 5.6.3).
constexpr uint32_t send_quantum_bytes(uint64_t rate_bytes_per_s, uint32_t mss_bytes) {
  const uint64_t most = std::max<uint64_t>(65'535, 2 * uint64_t{mss_bytes});
  return static_cast<uint32_t>(
      std::clamp<uint64_t>(rate_bytes_per_s / 1000, 2 * uint64_t{mss_bytes}, most));
}

class Pacer {
 public:
  // `bytes` (text and headers as the rate counts them) left at `now`, at `rate_bytes_per_s` (0: not
  // paced). A piece may be as large as the quantum of whoever decides the rate: what follows waits
  // for as long as the piece takes.
  void on_sent(Instant now, uint64_t bytes, uint64_t rate_bytes_per_s);
  // Text could go but for its turn: when next_send_at() comes late, that is made up for. Time in
  // which the window or the program held it back earns no burst, which a short queue could not
  // hold.
  void on_held_back() { is_waiting_ = true; }
  // Nothing may leave before; in the past, or zero, when nothing has to wait.
  Instant next_send_at() const;
  bool may_send(Instant now) const { return next_send_at() <= now; }

 private:
  int64_t next_send_ns_ = 0;  // finer than Instant: at 10 Gbit/s a segment takes 1.2 us
  bool is_waiting_ = false;   // text was held back, and its lateness is not made up for yet
};

}  // namespace tapstack::transport::tcp
