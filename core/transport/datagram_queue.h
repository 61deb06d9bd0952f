// Received datagrams of one endpoint, bounded by the memory that they hold rather than by their
// length: a one-byte datagram in a block of 2048 bytes costs the block (Linux's truesize).
#pragma once

#include "link/context.h"
#include "mem/packet_memory.h"

namespace tapstack::transport {

// A stored value; whoever owns it must clear() it. The datagrams' blocks move in, without a copy.
class DatagramQueue {
 public:
  // Takes `packet` if its cost fits under `limit_bytes` (an empty queue takes any) and the pools
  // keep their reserve. Otherwise counts the drop, as `when_full` or DropReason::kMemoryReserve,
  // and returns false.
  bool push(const Context& ctx, mem::PacketPtr packet, uint32_t limit_bytes, DropReason when_full);
  // The oldest datagram; empty when there is none.
  mem::PacketPtr pop(mem::PacketMemory& memory);
  // The oldest datagram, left in the queue; nullptr when there is none.
  mem::Packet* front(mem::PacketMemory& memory) const;
  // Bytes of the oldest datagram; 0 when there is none.
  uint32_t front_bytes(const mem::PacketMemory& memory) const;
  void clear(mem::PacketMemory& memory);

  bool is_empty() const { return packets_.count == 0; }
  uint32_t count() const { return packets_.count; }
  uint32_t charged_bytes() const { return charged_bytes_; }
  uint32_t drops() const { return drops_; }

  // What holding `packet` costs, in bytes: its record and every block that it has a slice of.
  static uint32_t cost_bytes(const mem::Packet& packet);

 private:
  mem::PacketQueue packets_;
  uint32_t charged_bytes_ = 0;
  uint32_t drops_ = 0;
};

}  // namespace tapstack::transport
