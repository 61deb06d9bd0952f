// What one ACK said, as congestion control hears it.
#pragma once

#include <cstdint>

#include "transport/tcp/delivery_rate.h"
#include "transport/tcp/seq.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

// In any phase of recovery. Sizes are of text.
struct AckSample {
  Instant now;
  SeqNumber una;                  // after this ACK
  SeqNumber nxt;                  // SND.NXT
  uint32_t acked_bytes = 0;       // cumulatively
  uint32_t delivered_bytes = 0;   // newly acknowledged or newly SACKed
  uint32_t newly_lost_bytes = 0;  // found lost while this ACK was processed
  uint32_t flight_bytes = 0;      // pipe before this ACK
  uint32_t pipe_bytes = 0;        // and after it
  Duration rtt = kNoRtt;          // an exact sample, if this ACK gave one
  Duration srtt;                  // zero until there is one
  Duration min_rtt;
  bool is_in_recovery = false;    // fast recovery: PRR rules what is sent
  bool is_loss_recovery = false;  // after a time-out: slow start over what is outstanding
  bool has_ecn_echo = false;
  bool has_sack = false;  // negotiated
  RateSample rate;

  static constexpr Duration kNoRtt = Duration::us(-1);
};

}  // namespace tapstack::transport::tcp
