#include "stack/receive_area.h"

#include <cstring>

namespace tapstack {
namespace {

constexpr uint32_t kBlockBytes = static_cast<uint32_t>(kConfig.block_bytes);

constexpr uint32_t whole_blocks(size_t bytes) {
  return static_cast<uint32_t>((bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes);
}

}  // namespace

size_t ReceiveArea::prepare(mem::PacketMemory& memory, size_t bytes, std::span<mem::Bytes> spans) {
  const uint32_t wanted = whole_blocks(bytes);
  if (area_.length < wanted) {
    mem::Chain more;
    if (!memory.new_chain(wanted - area_.length, more, mem::Priority::kControl)) return 0;
    memory.append_chain(area_, more);
  }
  return memory.chain_writable(area_, spans);
}

mem::PacketPtr ReceiveArea::take(mem::PacketMemory& memory, size_t bytes) {
  const auto length = static_cast<uint32_t>(bytes);
  TAPSTACK_ASSERT(length <= area_.length);
  mem::PacketPtr packet = memory.new_packet(mem::Priority::kControl);
  if (!packet) return packet;
  if (length <= kConfig.packet_header_bytes) {
    uint8_t* inside = memory.prepend(*packet, length);
    memory.chain_copy_out(area_, 0, {inside, length});
    return packet;
  }
  const uint32_t used = whole_blocks(length);
  if (!memory.chain_split_front(area_, used, packet->chain)) return {};
  memory.chain_trim_back(packet->chain, used - length);
  return packet;
}

}  // namespace tapstack
