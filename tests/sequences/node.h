// The node that the sequences were recorded from, played by one Stack on one Ethernet in virtual
// time: MAC address 00:11:22:33:44:56, addresses with that interface identifier (EUI-64).
#pragma once

#include <deque>
#include <optional>

#include "api/interfaces.h"
#include "api/run.h"
#include "api/sockets.h"
#include "tests/sequences/sequence.h"
#include "tests/sim/movable_stack.h"

namespace tapstack::sequences {

struct SentFrame {
  Instant at;
  ByteString bytes;
};

class Node {
 public:
  // `hop_limit`: what routers had told the node to use before the sequence begins; 0: nothing.
  // `draw`: which of the possible random times and numbers it draws.
  Node(uint8_t hop_limit, uint8_t draw);

  // Starts again, as after a power failure; what was sent is kept.
  void reboot();
  Instant now() const { return now_; }
  // Runs every timer up to and including `t`.
  void advance(Instant t);
  // The same, but stops when a frame has left; false if none left by `t`.
  bool advance_to_frame(Instant t);
  void inject(const ByteString& frame);
  // A program's raw socket sends this ICMPv6 message, whose checksum is the stack's to make.
  // Returns why it could not.
  Status send_icmp6(const IpAddress& to, std::span<const uint8_t> message, uint8_t hop_limit);
  // Frames that left and were not taken yet, oldest first.
  std::deque<SentFrame>& sent() { return sent_; }
  InterfaceId interface() const { return interface_; }

 private:
  void start();
  void advertise_hop_limit();
  // Takes what the stack has to send now; after every call on it.
  void collect();
  bool run_timers(Instant t, bool stop_at_frame);

  std::optional<sim::MovableStack> stack_;
  InterfaceId interface_;
  Instant now_;
  uint8_t hop_limit_, draw_;
  std::deque<SentFrame> sent_;
};

}  // namespace tapstack::sequences
