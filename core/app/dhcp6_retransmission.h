// When a DHCPv6 client sends a message again (RFC 8415 15).
#pragma once

#include <cstdint>

#include "util/random.h"
#include "util/time.h"

namespace tapstack::app {

// RFC 8415 15; 0 in the last three: no limit.
struct Dhcp6RetransmissionTimes {
  uint32_t irt_s = 1;  // initial retransmission time
  uint32_t mrt_s = 0;  // maximum retransmission time
  uint8_t mrc = 0;     // maximum retransmission count
  uint32_t mrd_s = 0;  // maximum retransmission duration
};

class Dhcp6Retransmission {
 public:
  // The first message goes at `first`. `is_solicit`: the first RT is longer than IRT, never shorter
  // (RFC 8415 18.2.1).
  void start(Instant first, const Dhcp6RetransmissionTimes& times, bool is_solicit = false);
  void stop() { next_ = Instant::never(); }

  Instant next_deadline() const { return next_; }  // of a message, or of giving up
  // At next_deadline(): whether a message goes out; false: count or duration is used up.
  bool send(Instant now, Random& random);
  uint8_t sent() const { return sent_; }
  // Of the Elapsed Time option: hundredths of a second since the first message (21.9).
  uint16_t elapsed(Instant now) const;
  // A server has changed the maximum (SOL_MAX_RT, INF_MAX_RT).
  void set_mrt(uint32_t mrt_s) { times_.mrt_s = mrt_s; }

 private:
  Dhcp6RetransmissionTimes times_;
  bool is_solicit_ = false;
  uint8_t sent_ = 0;
  Duration rt_;
  Instant first_;
  Instant next_ = Instant::never();
};

}  // namespace tapstack::app
