// One Ethernet in virtual time with hosts, whole stacks that configure themselves, and scripted
// routers. Frames arrive at once and reach everybody, as on a hub.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "api/interfaces.h"
#include "api/run.h"
#include "api/sockets.h"
#include "tests/sim/movable_stack.h"
#include "tests/sim/router6.h"

namespace tapstack::sim {

struct SegmentHost {
  std::unique_ptr<MovableStack> stack;
  InterfaceId device;
  uint8_t number = 0;
  size_t longest_frame = 0;  // that it has sent
  size_t frames_sent = 0;

  Stack& operator*() const { return **stack; }
  // Its address in the /64 of `prefix`: EUI-64 of its MAC address 02:00:00:00:00:<number>.
  Ip6Address address_in(const Ip6Address& prefix) const;
  Ip6Address link_local() const;
  // One of its stack's counters. Throws std::out_of_range: there is none with this name.
  uint64_t counter(std::string_view name) const;
};

class Segment6 {
 public:
  explicit Segment6(Instant now) : now_(now) {}

  // References stay valid.
  SegmentHost& add_host(uint8_t number);
  Router6& add_router(uint8_t number);
  Instant now() const { return now_; }
  // A router says something.
  void say(const EthernetFrame& frame) { broadcast(frame, nullptr); }
  // Lets `span` pass.
  void run(Duration span);

 private:
  void broadcast(const EthernetFrame& frame, const void* from);
  bool take_frame(SegmentHost& host);
  void settle();

  Instant now_;
  std::vector<std::unique_ptr<SegmentHost>> hosts_;
  std::vector<std::unique_ptr<Router6>> routers_;
};

}  // namespace tapstack::sim
