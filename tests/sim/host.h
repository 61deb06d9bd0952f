// A host of the simulation: a stack with one device, and what it takes to drive it.
#pragma once

#include <vector>

#include "api/interfaces.h"
#include "api/run.h"
#include "api/sockets.h"
#include "tests/sim/dice.h"
#include "tests/sim/link.h"
#include "tests/sim/movable_stack.h"
#include "tests/sim/trace.h"

namespace tapstack::sim {

struct HostSettings {
  int number = 0;  // 10.0.0.<number + 1>/24 or fd00::<number + 1>/64
  Family family = Family::kIp4;
  uint32_t mtu_bytes = 1500;
  bool can_checksum = false;
  bool can_segment = false;
  uint64_t seed = 0;
};

class Host {
 public:
  Host(const HostSettings& settings, Instant now);

  Stack& stack() { return *stack_; }
  int number() const { return settings_.number; }
  IpAddress address() const;
  InterfaceId device() const { return device_; }

  // A frame from the wire; through the receive area or as a copy, as the dice say.
  void input(Instant now, const FrameInFlight& frame);
  // Runs timers, and hands what the stack sends to the link, until nothing is due any more. Returns
  // false if the stack stays due without doing anything: it would spin.
  bool drive(Instant now, Link& link, Trace& trace);
  Instant next_deadline() { return api::next_deadline(*stack_); }
  void move() { stack_.move(); }

  // Takes most of the packet memory away, as other users of it would, or gives it back.
  void hog(bool on);
  bool is_hogged() const { return !hogged_packets_.empty() || !hogged_blocks_.is_empty(); }

  // What is in use of the pool with this name.
  size_t used(const char* pool);

 private:
  bool send_one(Instant now, Link& link, Trace& trace);

  HostSettings settings_;
  MovableStack stack_;
  InterfaceId device_;
  Dice dice_;
  mem::Chain hogged_blocks_;
  std::vector<mem::Index> hogged_packets_;
};

}  // namespace tapstack::sim
