// What is kept of a ring: with its slot, and with the engine's process.
#pragma once

#include <array>
#include <cstdint>

#include "shim/common/protocol.h"

namespace tapstack::shim {

struct PacketRing {
  int fd = -1;  // of its memory, private; -1: there is none
  int32_t version = 0;
  uint32_t block_bytes = 0, block_count = 0;
  uint32_t frame_bytes = 0, frame_count = 0;
  uint32_t reserve_bytes = 0;
  uint32_t head = 0;        // the next frame to fill
  bool is_waiting = false;  // more waits in the core
  uint8_t vain_looks = 0;   // since the program last freed a frame
  bool is_shown = false;    // a message on the handle says that there are frames

  uint64_t bytes() const { return uint64_t{block_bytes} * block_count; }
};

// Where the memory of rings is mapped in this process.
struct RingMap {
  SlotId slot;
  uint8_t* memory = nullptr;
  uint64_t bytes = 0;
};
struct RingMaps {
  std::array<RingMap, kConfig.packet_endpoints> maps{};
  size_t used = 0;
};

}  // namespace tapstack::shim
