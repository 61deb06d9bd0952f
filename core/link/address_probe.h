// Finding out whether an IPv4 address is free before it is used, and claiming it (RFC 5227 2.1,
// 2.3): when to do what. The messages are ARP's.
#pragma once

#include <cstdint>

#include "util/random.h"
#include "util/time.h"

namespace tapstack::link {

// Times in ms. Delays between a pair of bounds are drawn anew each time, uniformly.
struct ProbeSchedule {
  uint16_t delay_max_ms = 0;  // before the first probe
  uint8_t probes = 0;
  uint16_t interval_min_ms = 0;  // between two probes
  uint16_t interval_max_ms = 0;
  uint16_t wait_ms = 0;  // after the last probe, for somebody to object
  uint8_t announcements = 0;
  uint16_t announce_interval_ms = 0;
};

// RFC 5227 1.1: PROBE_WAIT, PROBE_NUM, PROBE_MIN, PROBE_MAX, ANNOUNCE_WAIT, ANNOUNCE_NUM,
// ANNOUNCE_INTERVAL.
inline constexpr ProbeSchedule kProbeSchedule4{1'000, 3, 1'000, 2'000, 2'000, 2, 2'000};

enum class ProbeStep : uint8_t {
  kNothing,   // not due, or over
  kProbe,     // ask for the address
  kUnique,    // nobody has it: it is ours from now on
  kAnnounce,  // tell that it is ours
};

class AddressProbe {
 public:
  // Begins, or begins again.
  void start(Instant now, const ProbeSchedule& schedule, Random& random);
  // Somebody has the address, or it is no longer of interest.
  void stop() { *this = AddressProbe(); }
  // What is to be done at `now`; to be asked until it says kNothing. kUnique is said once; the
  // first announcement is due with it.
  ProbeStep step(Instant now, const ProbeSchedule& schedule, Random& random);
  // never() when nothing will be due.
  Instant next_deadline() const { return next_; }

 private:
  uint8_t probes_sent_ = 0;
  uint8_t announced_ = 0;
  bool is_unique_ = false;
  Instant next_ = Instant::never();
};

}  // namespace tapstack::link
