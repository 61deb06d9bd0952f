// A host at one end of a path: a stack with one device that takes superframes, and what it takes
// to drive it in virtual time.
#pragma once

#include <cstdint>
#include <vector>

#include "core/api/interfaces.h"
#include "core/api/run.h"
#include "core/api/sockets.h"
#include "tests/bench/sim/bottleneck.h"

namespace tapstack::bench {

inline constexpr uint32_t kMtuBytes = 1500;
inline constexpr uint32_t kFrameBytesMax = kMtuBytes + 14;

class EndHost {
 public:
  // 10.0.0.<number>/24, number in [1, 254]. Everything random in the stack follows from `seed`.
  EndHost(uint8_t number, uint64_t seed, Instant now);
  ~EndHost();
  EndHost(const EndHost&) = delete;
  EndHost& operator=(const EndHost&) = delete;

  Stack& stack() const { return *stack_; }
  Ip4Address address() const { return Ip4Address::from(10, 0, 0, number_); }
  // A frame from the wire, its checksum vouched for.
  void input(Instant now, ConstBytes frame);
  // Runs timers and hands what the stack sends to the link, cut to the MTU, until nothing is due.
  void drive(Instant now, Bottleneck& link);
  Instant next_deadline() const { return api::next_deadline(*stack_); }
  // Counter with this name ("TcpRetransSegs").
  uint64_t counter(const char* name) const;

 private:
  bool send_one(Instant now, Bottleneck& link);

  uint8_t number_;
  void* memory_;
  Stack* stack_;
  InterfaceId device_;
  std::vector<uint8_t> frame_;   // as the stack sends it
  std::vector<uint8_t> packet_;  // a piece of it
};

}  // namespace tapstack::bench
