// What a program can be told about text that it sent: SO_TIMESTAMPING, MSG_ZEROCOPY.
#pragma once

#include <cstdint>

#include "util/time.h"

namespace tapstack {

struct SendReport {
  // One bit each: what is wanted of a send() (SendOptions::reports), what a report tells.
  static constexpr uint8_t kScheduled = 1;  // handed over to the network layer, the first time
  static constexpr uint8_t kSent = 2;       // to the device; here the two are one
  static constexpr uint8_t kAcked = 4;      // all up to it was acknowledged
  static constexpr uint8_t kReleased = 8;   // the same: nothing refers to it any more

  uint8_t what = 0;       // one of them
  uint32_t position = 0;  // of the send()'s last octet in all text sent, from 0, modulo 2^32
  Instant at;
};

}  // namespace tapstack
