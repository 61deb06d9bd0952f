// A stack that a fuzzer drives: one device, time that the fuzzer moves, and what must hold whatever
// happens.
#pragma once

#include <cstdint>
#include <vector>

#include "api/interfaces.h"
#include "api/run.h"
#include "api/sockets.h"
#include "tests/fuzz/peer.h"
#include "tests/sim/movable_stack.h"

namespace tapstack::fuzz {

class Machine {
 public:
  Machine();

  Stack& stack() { return *stack_; }
  Instant now() const { return now_; }
  InterfaceId device() const { return device_; }
  // A frame comes in; then the stack runs until it has nothing to do any more.
  void receive(const Frame& frame);
  // Runs timers and output at this instant. Aborts if that does not come to an end.
  void settle();
  // Lets time pass, every deadline on the way.
  void pass(Duration d);
  // Continues in other memory.
  void move() { stack_.move(); }
  // The last frame that the stack sent; empty when there was none.
  const Frame& last_sent() const { return last_sent_; }
  // After all sockets are closed: lets time pass until the stack rests, and aborts if it keeps
  // anything.
  void expect_nothing_left();

 private:
  bool send_one();

  sim::MovableStack stack_;
  Instant now_ = Instant::from_us(1'000'000);
  InterfaceId device_;
  Frame last_sent_;
};

}  // namespace tapstack::fuzz
