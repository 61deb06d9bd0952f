// Limits the challenge ACKs of one connection: RFC 5961 7. Per connection, because a limit shared
// by all lets an attacker count another connection's (CVE-2016-5696).
#pragma once

#include <cstdint>

#include "config.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

class ChallengeLimit {
 public:
  // Whether one more may be sent in this second; counts it.
  bool allow(Instant now) {
    if (!has_begun_ || now - second_began_ >= Duration::s(1)) {
      has_begun_ = true;
      second_began_ = now;
      sent_ = 0;
    }
    if (sent_ >= kConfig.tcp_challenge_acks_per_second) return false;
    ++sent_;
    return true;
  }

 private:
  Instant second_began_;
  uint32_t sent_ = 0;
  bool has_begun_ = false;
};

}  // namespace tapstack::transport::tcp
