// How long a connection has been busy sending, and what held it up meanwhile (TCP_INFO's
// tcpi_busy_time, tcpi_rwnd_limited and tcpi_sndbuf_limited).
#pragma once

#include <cstdint>

#include "util/time.h"

namespace tapstack::transport::tcp {

enum class SendPhase : uint8_t {
  kIdle,           // nothing is queued
  kBusy,           // something is queued or on its way
  kWindowLimited,  // it waits for the peer's window
  kBufferLimited,  // all that fits the send buffer is on its way, and the program has more
};

class SendClock {
 public:
  void enter(SendPhase phase, Instant now) {
    spent_[index(phase_)] = spent(phase_, now);
    phase_ = phase;
    since_ = now;
  }
  // In `phase`, up to `now`.
  Duration spent(SendPhase phase, Instant now) const {
    const Duration before = spent_[index(phase)];
    return phase == phase_ ? before + (now - since_) : before;
  }
  // In all but kIdle.
  Duration busy(Instant now) const {
    return spent(SendPhase::kBusy, now) + spent(SendPhase::kWindowLimited, now) +
           spent(SendPhase::kBufferLimited, now);
  }

 private:
  static constexpr size_t index(SendPhase phase) { return static_cast<size_t>(phase); }

  SendPhase phase_ = SendPhase::kIdle;
  Instant since_;
  Duration spent_[4];
};

}  // namespace tapstack::transport::tcp
