// How the text that programs send is laid in buffers, and what follows from it: how much a SEND
// takes, and where a large one is pushed before its end (RFC 9293 3.9.1.2 leaves both to the
// sender).
//
// As Linux does it, so that a program finds the sizes it knows: a buffer holds as many whole
// segments as go in one burst, half the peer's window at most. A SEND goes on filling the last
// buffer whatever is queued, and begins another while the queue is below its limits; so the queue
// is bounded by its limit and one buffer. Where a buffer is full, what may go out goes at once, and
// text is pushed when more than half a window was laid since the last push: a receiver that waits
// for a PSH would otherwise wait for all of it.
#pragma once

#include <cstdint>

#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

// What a SEND finds.
struct SendSpace {
  SeqNumber end;                 // behind all that is queued
  uint32_t queued_bytes = 0;     // with what was sent and is not acknowledged
  uint32_t unsent_bytes = 0;     // of these
  uint32_t limit_bytes = 0;      // of the queue
  uint32_t low_water_bytes = 0;  // TCP_NOTSENT_LOWAT: begins no buffer behind so much; 0: none
  uint32_t sendable_bytes = 0;   // so much may go out at once, in whole segments
  uint32_t buffer_bytes = 1;     // of a full buffer
  uint32_t push_bytes = 0;       // half of the largest window the peer has offered
};

class SendBuffers {
 public:
  // How many of `wanted` octets a SEND takes.
  uint32_t room(const SendSpace& space, uint32_t wanted) const;
  // The SEND took `bytes`. `space` is what it found.
  void on_queued(const SendSpace& space, uint32_t bytes);
  // Text up to `end` goes out for the first time. True: with a PSH.
  bool take_push(SeqNumber end);
  // All that was queued has gone out.
  void on_all_sent() { has_push_ = false; }

 private:
  SeqNumber tail_begin_;  // of the last buffer, unless part of it has gone out
  SeqNumber push_at_;
  uint32_t push_step_bytes_ = 0;
  bool has_push_ = false;
};

}  // namespace tapstack::transport::tcp
