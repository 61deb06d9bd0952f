// The stack under test: one Stack at 10.10.10.2/24, or its like of IPv6, on one Ethernet, in
// virtual time, moved to other memory before every event. Frames that leave it are kept with the
// time at which they left.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <string>

#include "core/api/create.h"
#include "core/api/interfaces.h"
#include "core/api/run.h"
#include "tests/conformance/packet.h"
#include "tests/conformance/script.h"

namespace tapstack::conformance {

inline constexpr Ip kLocalIp = 0x0a0a0a02;
inline constexpr Ip kPeerIp = 0x0a0a0a01;  // also the default gateway
// Time 0 of a script: nothing may depend on the clock having begun with the stack.
inline constexpr Instant kEpoch = Instant::from_us(1'000'000'000);

struct SentFrame {
  Instant at;
  ByteString bytes;
};

class Host {
 public:
  explicit Host(const Options& options);

  Stack& stack() { return *stack_; }
  Instant now() const { return now_; }
  // Runs every timer up to and including `t`.
  void advance(Instant t);
  // The same, but stops at the time of the first frame; false if none left by `t`.
  bool advance_to_frame(Instant t);
  void inject(const ByteString& frame);
  // Takes what the stack has to send now; after every call on it.
  void collect();
  // Copies the stack elsewhere and scribbles over the original.
  void move();
  std::deque<SentFrame>& sent() { return sent_; }
  // A broken promise of the stack itself, such as a deadline that stays in the past.
  const std::string& problem() const { return problem_; }

 private:
  struct Freer {
    void operator()(void* memory) const { std::free(memory); }
  };
  void configure(const Options& options);
  void answer_arp(const ByteString& request);
  void answer_solicitation(const ByteString& request);
  bool run_timers_until_frame(Instant t, bool stop_at_frame);

  std::array<std::unique_ptr<void, Freer>, 2> memory_;
  size_t place_ = 0;
  Stack* stack_ = nullptr;
  InterfaceId interface_;
  Instant now_ = kEpoch;
  Family family_;
  bool arp_by_hand_;
  std::deque<SentFrame> sent_;
  std::string problem_;
};

}  // namespace tapstack::conformance
