// What one acceptable ACK says, after it was taken in (RFC 9293 3.10.7.4, fifth step).
#pragma once

#include <cstdint>
#include <optional>

#include "transport/tcp/sent_log.h"

namespace tapstack::transport::tcp {

struct AckFacts {
  Delivered delivered;
  uint32_t pipe_before_bytes = 0;
  bool has_moved = false;            // SND.UNA did
  bool is_duplicate = false;         // RFC 5681 2: the five conditions
  bool has_ecn_echo = false;         // RFC 3168 6.1.2
  std::optional<SeqRange> repeated;  // the peer got it twice: D-SACK (RFC 2883)
  std::optional<uint32_t> tsecr;     // RFC 7323
};

}  // namespace tapstack::transport::tcp
