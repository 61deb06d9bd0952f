// Blocks that lie ready for a device to read the next frame into.
#pragma once

#include <span>

#include "link/context.h"
#include "mem/packet_memory.h"

namespace tapstack {

// A stored value. What a frame fills goes away with it; the rest waits for the next one. Frames
// that fit a packet's header area are copied there, so a stream of small frames uses up no block at
// all.
class ReceiveArea {
 public:
  // Spans for `bytes` at least. 0: no memory, or `spans` are too few.
  size_t prepare(mem::PacketMemory& memory, size_t bytes, std::span<mem::Bytes> spans);
  // The first `bytes` of the area as a packet; empty when packets are exhausted (then the bytes are
  // lost and the area is free again). `bytes` as prepared, at most.
  mem::PacketPtr take(mem::PacketMemory& memory, size_t bytes);
  // Gives all blocks back.
  void release(mem::PacketMemory& memory) { memory.free_chain(area_); }
  uint32_t blocks() const { return area_.slices; }

 private:
  mem::Chain area_;  // whole blocks, not shared
};

}  // namespace tapstack
