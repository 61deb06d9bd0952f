// What the parts of an engine work on, lent for the length of one turn under the lock.
#pragma once

#include <sys/uio.h>

#include <array>

#include "core/api/packet_sockets.h"
#include "core/api/sockets.h"
#include "shim/common/identity.h"
#include "shim/engine/packet_ring_state.h"
#include "shim/engine/slots.h"
#include "shim/engine/watch.h"

namespace tapstack::shim::netlink {
class State;
}

namespace tapstack::shim {

// A filter of which some pieces have come (kFilterPiece).
struct FilterDraft {
  SlotId slot;
  size_t known = 0;
  std::array<FilterInstruction, link::kFilterInstructionsMax> instructions;
};

// Buffers for one operation at a time.
struct Scratch {
  static constexpr size_t kSpans = 1024;  // UIO_MAXIOV of Linux
  static constexpr size_t kDatagramBytes =
      65'535 + sizeof(DatagramHeader) + PacketOptions::kIp4BytesMax + PacketOptions::kIp6BytesMax;
  static constexpr size_t kNetlinkBytes = 72 * 1024;  // the longest request, given back in an error
  static constexpr size_t kOptionBytes = 2048;        // more extension headers are not told of

  std::array<ConstBytes, kSpans> const_spans;
  std::array<Bytes, kSpans> spans;
  std::array<iovec, kSpans> parts;
  alignas(DatagramHeader) std::array<uint8_t, kDatagramBytes + 1> datagram;
  std::array<uint8_t, kOptionBytes> options;              // of a received packet
  alignas(4) std::array<uint8_t, kNetlinkBytes> netlink;  // messages to a program
  FilterDraft filter;
};

struct Works {
  Stack& stack;
  Slots& slots;
  Watch& watch;
  Scratch& scratch;
  const EngineToken& token;
  netlink::State& netlink;
  Instant now;
  RingMaps rings{};
};

}  // namespace tapstack::shim
