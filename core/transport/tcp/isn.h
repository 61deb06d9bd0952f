// Initial sequence numbers: RFC 6528, ISN = M + F(ends, secret) with SipHash as F and a clock M of
// one tick every 4 us (RFC 9293 3.4.1: MUST-8, SHLD-1); without the secret nobody can compute F
// (MUST-9). Also the timestamp offset of a pair of endpoints, which is made the same way
// (RFC 7323 7.1).
#pragma once

#include <cstdint>

#include "transport/demux.h"
#include "transport/tcp/seq.h"
#include "util/random.h"
#include "util/siphash.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

class IsnGenerator {
 public:
  // Draws the secrets; once, before anything else.
  void start(Random& random);
  SeqNumber isn(const Flow& flow, Instant now) const;
  uint32_t timestamp_offset(const Flow& flow) const;

 private:
  SecretKey isn_key_;
  SecretKey timestamp_key_;
};

}  // namespace tapstack::transport::tcp
