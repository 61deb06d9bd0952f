#include "transport/sticky_options.h"

#include <cstring>
#include <type_traits>
#include <utility>

namespace tapstack::transport {
namespace {

using net::PacketOptions;

static_assert(sizeof(PacketOptions) <= kConfig.packet_header_bytes);
static_assert(alignof(PacketOptions) == 1 && std::is_trivially_copyable_v<PacketOptions>);

}  // namespace

Status StickyOptions::set(const Context& ctx, PacketHeader header, std::span<const uint8_t> bytes) {
  const PacketOptions* before = get(ctx.memory);
  if (before == nullptr && bytes.empty()) return Status();
  PacketOptions options;
  if (before != nullptr) options = *before;
  if (const Status set = options.set(header, bytes); !set.ok()) return set;
  if (before == nullptr) {
    mem::PacketPtr packet = ctx.memory.new_packet(mem::Priority::kData);
    if (!packet) return Error::kNoBuffers;
    ctx.memory.prepend(*packet, sizeof options);
    packet_ = packet.release();
  }
  mem::Packet& packet = ctx.memory.packet(packet_);
  std::memcpy(packet.header + packet.header_begin, &options, sizeof options);
  return Status();
}

const PacketOptions* StickyOptions::get(const mem::PacketMemory& memory) const {
  if (packet_ == mem::kNoIndex) return nullptr;
  const mem::Packet& packet = memory.packet(packet_);
  const void* bytes = packet.header + packet.header_begin;
  return static_cast<const PacketOptions*>(bytes);
}

void StickyOptions::clear(mem::PacketMemory& memory) {
  if (packet_ != mem::kNoIndex) memory.free_packet(packet_);
  packet_ = mem::kNoIndex;
}

}  // namespace tapstack::transport
