// Packets and queues. Chains are in packet_chain.cpp.
#include "mem/packet_memory.h"

#include <algorithm>
#include <cstring>

#include "util/bytes.h"

namespace tapstack::mem {
namespace {

uint32_t header_size(const Packet& packet) { return packet.header_end - packet.header_begin; }

ConstBytes header_bytes(const Packet& packet) {
  return {packet.header + packet.header_begin, header_size(packet)};
}

}  // namespace

PacketPtr PacketMemory::new_packet(Priority priority) {
  const size_t reserved = priority == Priority::kData ? kConfig.packets_reserved : 0;
  if (kConfig.packets - packets_.used() <= reserved) return {};
  return adopt(packets_.allocate().index);
}

void PacketMemory::free_packet(Index index) {
  free_chain(packet(index).chain);
  packets_.release_at(index);
}

PacketPtr PacketMemory::clone(const Packet& original, Priority priority) {
  PacketPtr copy = new_packet(priority);
  if (!copy) return {};
  if (!share(original.chain, 0, original.chain.length, copy->chain, priority)) return {};
  copy->info = original.info;
  copy->header_begin = original.header_begin;
  copy->header_end = original.header_end;
  const ConstBytes header = header_bytes(original);
  std::memcpy(copy->header + copy->header_begin, header.data(), header.size());
  return copy;
}

uint8_t* PacketMemory::pull(Packet& packet, uint32_t n) {
  const uint32_t have = header_size(packet);
  if (have >= n) return packet.header + packet.header_begin;
  if (n > kConfig.packet_header_bytes || n > packet.size()) return nullptr;
  if (have == 0) {
    Slice& first = slices_[packet.chain.head];
    if (first.length >= n) return data(first);
  }
  // Header bytes go to where, with what is missing behind them, they end at the end of the area:
  // that leaves the most room for prepend().
  const uint32_t missing = n - have;
  const uint32_t begin = static_cast<uint32_t>(kConfig.packet_header_bytes) - n;
  std::memmove(packet.header + begin, packet.header + packet.header_begin, have);
  chain_copy_out(packet.chain, 0, {packet.header + begin + have, missing});
  chain_trim_front(packet.chain, missing);
  packet.header_begin = static_cast<uint16_t>(begin);
  packet.header_end = static_cast<uint16_t>(kConfig.packet_header_bytes);
  return packet.header + begin;
}

uint8_t* PacketMemory::prepend(Packet& packet, uint32_t n) {
  if (n > packet.header_begin) return nullptr;
  packet.header_begin = static_cast<uint16_t>(packet.header_begin - n);
  return packet.header + packet.header_begin;
}

void PacketMemory::trim_front(Packet& packet, uint32_t n) {
  TAPSTACK_ASSERT(n <= packet.size());
  const uint32_t of_header = std::min(n, header_size(packet));
  packet.header_begin = static_cast<uint16_t>(packet.header_begin + of_header);
  if (packet.header_begin == packet.header_end) {
    packet.header_begin = packet.header_end = kConfig.packet_header_bytes;
  }
  chain_trim_front(packet.chain, n - of_header);
}

void PacketMemory::trim_back(Packet& packet, uint32_t n) {
  TAPSTACK_ASSERT(n <= packet.size());
  const uint32_t of_chain = std::min(n, packet.chain.length);
  chain_trim_back(packet.chain, of_chain);
  packet.header_end = static_cast<uint16_t>(packet.header_end - (n - of_chain));
}

void PacketMemory::copy_out(const Packet& packet, uint32_t offset, Bytes to) const {
  const ConstBytes header = header_bytes(packet);
  if (offset < header.size()) {
    const size_t n = std::min<size_t>(header.size() - offset, to.size());
    std::memcpy(to.data(), header.data() + offset, n);
    to = to.subspan(n);
    offset += static_cast<uint32_t>(n);
  }
  if (to.empty()) return;
  chain_copy_out(packet.chain, offset - static_cast<uint32_t>(header.size()), to);
}

uint16_t PacketMemory::sum(const Packet& packet, uint32_t offset, uint32_t length) const {
  TAPSTACK_ASSERT(offset <= packet.size() && length <= packet.size() - offset);
  const ConstBytes header = header_bytes(packet);
  if (offset >= header.size()) {
    return chain_sum(packet.chain, offset - static_cast<uint32_t>(header.size()), length);
  }
  const ConstBytes covered =
      header.subspan(offset, std::min<size_t>(header.size() - offset, length));
  ChecksumSum sum;
  sum.add(covered);
  const uint16_t rest = chain_sum(packet.chain, 0, length - static_cast<uint32_t>(covered.size()));
  // RFC 1071 2 (B): what begins at an odd offset counts with its bytes exchanged.
  sum.add_word(covered.size() % 2 == 0 ? rest : swap16(rest));
  return sum.folded();
}

size_t PacketMemory::gather(const Packet& packet, std::span<ConstBytes> spans) const {
  const ConstBytes header = header_bytes(packet);
  const size_t used = header.empty() ? 0 : 1;
  if (used > spans.size()) return 0;
  if (used != 0) spans[0] = header;
  uint32_t covered = 0;
  const size_t more = chain_gather(packet.chain, 0, spans.subspan(used), &covered);
  return covered == packet.chain.length ? used + more : 0;
}

bool PacketMemory::flatten_header(Packet& packet, Priority priority) {
  const ConstBytes header = header_bytes(packet);
  if (!header.empty()) {
    if (!has_blocks(1, priority) || !has_slices(1, priority)) return false;
    const Index slice = new_block_slice(static_cast<uint32_t>(header.size()));
    std::memcpy(data(slices_[slice]), header.data(), header.size());
    link_front(packet.chain, slice);
  }
  packet.header_begin = packet.header_end = kConfig.packet_header_bytes;
  return true;
}

void PacketMemory::push(PacketQueue& queue, PacketPtr packet) {
  TAPSTACK_ASSERT(packet);
  packet->next = kNoIndex;
  queue.bytes += packet->size();
  ++queue.count;
  const Index index = packet.release();
  (queue.tail == kNoIndex ? queue.head : this->packet(queue.tail).next) = index;
  queue.tail = index;
}

PacketPtr PacketMemory::pop(PacketQueue& queue) {
  if (queue.head == kNoIndex) return {};
  PacketPtr first = adopt(queue.head);
  queue.head = first->next;
  if (queue.head == kNoIndex) queue.tail = kNoIndex;
  first->next = kNoIndex;
  queue.bytes -= first->size();
  --queue.count;
  return first;
}

void PacketMemory::clear(PacketQueue& queue) {
  while (pop(queue)) {
  }
}

bool PacketMemory::may_keep(uint32_t bytes) const {
  const size_t blocks = (bytes + kConfig.block_bytes - 1) / kConfig.block_bytes;
  return has_blocks(blocks, Priority::kData) && has_slices(blocks, Priority::kData) &&
         kConfig.packets - packets_.used() > kConfig.packets_reserved;
}

}  // namespace tapstack::mem
