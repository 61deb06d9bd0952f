// The deadlines of one connection. The earliest of them is its place in the stack's timers.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "util/time.h"

namespace tapstack::transport::tcp {

enum class Deadline : uint8_t {
  kRetransmit,  // RFC 6298 5; of the SYN too
  kLossProbe,   // RFC 8985 7.2
  kReordering,  // RFC 8985 6.2 step 5
  kPacing,      // when the next text may leave
  kPersist,     // RFC 9293 3.8.6.1, and the override of 3.8.6.2.1
  kDelayedAck,  // RFC 9293 3.8.6.3
  kKeepAlive,   // RFC 9293 3.8.4
  kFinWait2,    // nobody is left to read: Linux's tcp_fin_timeout
};
inline constexpr size_t kDeadlines = 8;

class Deadlines {
 public:
  Deadlines() { at_.fill(Instant::never()); }
  void set(Deadline d, Instant at) { at_[static_cast<size_t>(d)] = at; }
  void clear(Deadline d) { set(d, Instant::never()); }
  void clear_all() { at_.fill(Instant::never()); }
  Instant at(Deadline d) const { return at_[static_cast<size_t>(d)]; }
  bool is_set(Deadline d) const { return !at(d).is_never(); }
  bool is_due(Deadline d, Instant now) const { return at(d) <= now; }
  Instant earliest() const { return *std::min_element(at_.begin(), at_.end()); }

 private:
  std::array<Instant, kDeadlines> at_;
};

}  // namespace tapstack::transport::tcp
