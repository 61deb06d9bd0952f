// Which timers there are: every one the stack can ever need has a fixed place, given by its kind
// and the index of the object that it belongs to.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "config.h"
#include "util/assert.h"

namespace tapstack::timer {

enum class TimerKind : uint8_t {
  kTcpConnection,  // per connection: the earliest of its deadlines
  kTcpHalfOpen,    // per half-open record: SYN-ACK retransmission
  kTcpTimeWait,    // one for the whole queue: records expire in the order they were made
  kNeighbour,      // per neighbour cache entry: retransmission, ageing
  kReassembly,     // per datagram under reassembly
  kSocket,         // per socket: linger and the like
  kPathMtu,        // one: ageing of the cache
  kGroups,         // per interface: reports of multicast groups
  kAddress,        // per interface: probes, announcements, lifetimes of addresses
  kInterface,      // per interface: output that waits (pacing)
};
inline constexpr size_t kTimerKinds = 10;

// How many timers each kind has.
inline constexpr std::array<size_t, kTimerKinds> kTimersOfKind = {
    kConfig.tcp_connections, kConfig.tcp_half_open, 1, kConfig.neighbours,
    kConfig.reassemblies,    kConfig.sockets,       1, kConfig.interfaces,
    kConfig.interfaces,      kConfig.interfaces,
};

// Where the numbers of a kind begin; the last entry is the number of all timers.
inline constexpr std::array<size_t, kTimerKinds + 1> kTimerBase = [] {
  std::array<size_t, kTimerKinds + 1> base{};
  for (size_t k = 0; k < kTimerKinds; ++k) base[k + 1] = base[k] + kTimersOfKind[k];
  return base;
}();
inline constexpr size_t kTimers = kTimerBase[kTimerKinds];

// Names one timer; dense in [0, kTimers).
struct TimerId {
  uint32_t value = 0;
  constexpr auto operator<=>(const TimerId&) const = default;
};

// `index` < the number of timers of the kind.
constexpr TimerId make(TimerKind kind, uint32_t index = 0) {
  const size_t k = static_cast<size_t>(kind);
  TAPSTACK_ASSERT(index < kTimersOfKind[k]);
  return {static_cast<uint32_t>(kTimerBase[k] + index)};
}

constexpr TimerKind kind_of(TimerId id) {
  size_t k = 0;
  while (id.value >= kTimerBase[k + 1]) ++k;
  return static_cast<TimerKind>(k);
}

constexpr uint32_t index_of(TimerId id) {
  return id.value - static_cast<uint32_t>(kTimerBase[static_cast<size_t>(kind_of(id))]);
}

}  // namespace tapstack::timer
