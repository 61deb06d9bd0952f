// When to ask for routers: RFC 4861 6.3.7 with the back-off of RFC 7559, so that a router that
// comes late is found, and a link without one is not flooded.
#pragma once

#include <cstdint>

#include "util/random.h"
#include "util/time.h"

namespace tapstack::net {

class RouterSearch {
 public:
  // Asks at `at` for the first time.
  void start(Instant at);
  // A router was found, or none is wanted.
  void stop() { ask_at_ = Instant::never(); }
  // A solicitation goes out now: plans the next.
  void on_asked(Instant now, Random& random);

  // When the next solicitation is due; never() when none is planned.
  Instant ask_at() const { return ask_at_; }

 private:
  Instant ask_at_ = Instant::never();
  Duration interval_;  // RFC 8415 15, RT; 0: nothing was sent yet
};

}  // namespace tapstack::net
