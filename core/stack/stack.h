// A whole TCP/IP stack as one value: every table, queue, buffer and timer lives inside it, and no
// pointer does. Copy its bytes elsewhere, and the copy goes on. Wiring only: who is handed a
// packet, a timer, an error or an event. Embedders use it through core/api.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <type_traits>

#include "mem/packet_memory.h"
#include "socket/calls.h"
#include "socket/layers.h"
#include "socket/queries.h"
#include "socket/socket_table.h"
#include "stack/receive_area.h"
#include "timer/timers.h"
#include "util/counters.h"
#include "util/random.h"

namespace tapstack {

struct StackSettings {
  std::array<uint8_t, Random::kSeedBytes>
      seed{};   // entropy; the same seed and input: the same output
  Instant now;  // of the embedder's clock
};

// Construct it in place in static or mapped memory, of whatever content: construction writes tables
// of some hundred kilobytes at most, and none of the pools. Not thread safe.
class Stack {
 public:
  explicit Stack(const StackSettings& settings);

  // --- frames; see api/run.h ---
  // The frame in the receive area (its first `bytes`), or one of its own.
  void input(Instant now, InterfaceId interface, mem::PacketPtr frame);
  void poll(Instant now);
  Instant next_deadline() const;
  // The next frame for the device of `interface`; empty when there is none.
  mem::PacketPtr next_frame(Instant now, InterfaceId interface);
  // A frame had to be thrown away before it came here.
  void count_overrun(InterfaceId interface);
  bool is_drained(Instant now) const {
    return layers_.tcp.is_drained(now) && layers_.network.is_drained();
  }

  // --- sockets ---
  Context context(Instant now);
  socket::Environment environment(Context& ctx) { return {ctx, layers_, sockets_}; }
  socket::View view() const { return {layers_, sockets_, memory_}; }
  bool next_event(SocketId& id);

  // --- parts, for core/api and tests ---
  mem::PacketMemory& memory() { return memory_; }
  const mem::PacketMemory& memory() const { return memory_; }
  ReceiveArea& receive_area() { return receive_area_; }
  Counters& counters() { return counters_; }
  const Counters& counters() const { return counters_; }
  const timer::Timers& timers() const { return timers_; }
  socket::Layers& layers() { return layers_; }
  const socket::Layers& layers() const { return layers_; }
  bool has_answer_due() const { return layers_.tcp.has_answer_due(); }
  Instant last_now() const { return now_; }

 private:
  void receive(Context& ctx, InterfaceId interface, mem::PacketPtr frame);
  void dispatch(Context& ctx, net::Delivery delivery);
  void expire_timers(Context& ctx);
  void deliver_loopback(Context& ctx);
  void hand_out_errors(Context& ctx);
  void collect_events();
  bool has_work_now() const;

  Instant now_;  // the latest that anybody told
  Random random_;
  Counters counters_;
  timer::Timers timers_;
  socket::Layers layers_;
  socket::SocketTable sockets_;
  ReceiveArea receive_area_;
  mem::PacketMemory memory_;
};

static_assert(std::is_trivially_copyable_v<Stack>);
static_assert(std::is_trivially_destructible_v<Stack>);

}  // namespace tapstack
