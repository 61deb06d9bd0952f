// What text a connection may send next: a pure question to its parts. Output does what the plan
// says.
#pragma once

#include <cstdint>

#include "transport/tcp/connection.h"

namespace tapstack::transport::tcp {

struct OutputPlan {
  enum class Kind : uint8_t {
    kNothing,
    kNew,         // `bytes` of unsent text, and our FIN if `fin`
    kRetransmit,  // `range` again; it includes our FIN if `fin`
  };
  Kind kind = Kind::kNothing;
  uint32_t bytes = 0;
  SeqRange range;  // of text
  bool fin = false;
  bool is_cwnd_limited = false;  // nothing or less than wanted, because of cwnd
  bool is_loss_probe = false;    // RFC 8985 7.3
};

// `segment_bytes_max`: text of a full segment with the options that would go out now.
// `burst_bytes_max`: text that one superframe may hold, a multiple of it; the same without offload.
struct OutputLimits {
  uint32_t segment_bytes_max = 0;
  uint32_t burst_bytes_max = 0;
};

// What the plan reads besides the connection.
struct OutputPools {
  const SentPool& sent;
  const SendMarkPool& marks;
};

OutputPlan plan_output(const Connection& c, const OutputPools& pools, const OutputLimits& limits);

// Whether there is text or a FIN that was never sent.
inline bool has_unsent(const Connection& c) {
  return c.snd.unsent_bytes() > 0 || (c.snd.vars().fin_queued && !c.snd.vars().fin_sent);
}

}  // namespace tapstack::transport::tcp
