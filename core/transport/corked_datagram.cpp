#include "transport/corked_datagram.h"

#include <cstring>
#include <type_traits>
#include <utility>

#include "util/assert.h"

namespace tapstack::transport {
namespace {

using net::PacketOptions;

static_assert(sizeof(PacketOptions) <= kConfig.packet_header_bytes);
static_assert(alignof(PacketOptions) == 1 && std::is_trivially_copyable_v<PacketOptions>);

}  // namespace

Status CorkedDatagram::begin(const Context& ctx, const DatagramInfo& to) {
  TAPSTACK_ASSERT(!is_pending());
  mem::PacketPtr packet = ctx.memory.new_packet(mem::Priority::kData);
  if (!packet) return Error::kNoBuffers;
  mem::PacketInfo& info = packet->info;
  info.destination = to.peer.address;
  info.destination_port = to.peer.port;
  info.source = to.local;
  info.interface = to.interface;
  info.ttl = to.ttl;
  info.tos = to.tos;
  info.flow_label = to.flow_label;
  has_options_ = to.options != nullptr;
  if (has_options_) {
    std::memcpy(ctx.memory.prepend(*packet, sizeof *to.options), to.options, sizeof *to.options);
  }
  packet_ = packet.release();
  return Status();
}

Status CorkedDatagram::append(const Context& ctx, std::span<const mem::ConstBytes> parts,
                              size_t bytes_max) {
  mem::Chain& chain = ctx.memory.packet(packet_).chain;
  for (const mem::ConstBytes& part : parts) {
    const bool fits = part.size() <= bytes_max - chain.length;
    if (fits && ctx.memory.append_copy(chain, part, mem::Priority::kData)) continue;
    clear(ctx.memory);
    return fits ? Error::kNoBuffers : Error::kMessageTooLong;
  }
  return Status();
}

Family CorkedDatagram::family(const mem::PacketMemory& memory) const {
  return memory.packet(packet_).info.destination.family();
}

mem::PacketPtr CorkedDatagram::take(mem::PacketMemory& memory, DatagramInfo& to,
                                    PacketOptions& options) {
  mem::PacketPtr packet = memory.adopt(std::exchange(packet_, mem::kNoIndex));
  const mem::PacketInfo& info = packet->info;
  to.peer = {info.destination, info.destination_port};
  to.local = info.source;
  to.interface = info.interface;
  to.ttl = info.ttl;
  to.tos = info.tos;
  to.flow_label = info.flow_label;
  if (has_options_) {
    std::memcpy(&options, packet->header + packet->header_begin, sizeof options);
    memory.trim_front(*packet, sizeof options);
    to.options = &options;
  }
  packet->info = {};
  return packet;
}

void CorkedDatagram::clear(mem::PacketMemory& memory) {
  if (is_pending()) memory.free_packet(packet_);
  packet_ = mem::kNoIndex;
}

}  // namespace tapstack::transport
