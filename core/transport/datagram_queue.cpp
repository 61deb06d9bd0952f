#include "transport/datagram_queue.h"

#include <utility>

namespace tapstack::transport {

uint32_t DatagramQueue::cost_bytes(const mem::Packet& packet) {
  return static_cast<uint32_t>(sizeof(mem::Packet) + packet.chain.slices * kConfig.block_bytes);
}

bool DatagramQueue::push(const Context& ctx, mem::PacketPtr packet, uint32_t limit_bytes,
                         DropReason when_full) {
  const uint32_t cost = cost_bytes(*packet);
  const bool fits = is_empty() || charged_bytes_ + cost <= limit_bytes;
  if (!fits || !ctx.memory.may_keep(packet->chain.length)) {
    ++drops_;
    ctx.drop(fits ? DropReason::kMemoryReserve : when_full);
    return false;
  }
  charged_bytes_ += cost;
  ctx.memory.push(packets_, std::move(packet));
  return true;
}

mem::PacketPtr DatagramQueue::pop(mem::PacketMemory& memory) {
  mem::PacketPtr packet = memory.pop(packets_);
  if (packet) charged_bytes_ -= cost_bytes(*packet);
  return packet;
}

mem::Packet* DatagramQueue::front(mem::PacketMemory& memory) const {
  return is_empty() ? nullptr : &memory.packet(packets_.head);
}

uint32_t DatagramQueue::front_bytes(const mem::PacketMemory& memory) const {
  if (is_empty()) return 0;
  const mem::Packet& packet = memory.packet(packets_.head);
  return packet.size() - packet.info.payload_offset;
}

void DatagramQueue::clear(mem::PacketMemory& memory) {
  memory.clear(packets_);
  charged_bytes_ = 0;
}

}  // namespace tapstack::transport
