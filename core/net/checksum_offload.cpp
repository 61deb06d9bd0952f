#include "net/checksum_offload.h"

#include <cstring>

#include "wire/ip4.h"
#include "wire/udp.h"

namespace tapstack::net {

uint8_t* own_front(Context& ctx, mem::Packet& packet, uint32_t n) {
  uint8_t* bytes = ctx.memory.pull(packet, n);
  if (bytes == nullptr) return nullptr;
  if (packet.header_end - packet.header_begin >= static_cast<int>(n)) return bytes;
  uint8_t copy[kConfig.packet_header_bytes];
  std::memcpy(copy, bytes, n);
  ctx.memory.trim_front(packet, n);
  bytes = ctx.memory.prepend(packet, n);
  std::memcpy(bytes, copy, n);
  return bytes;
}

bool complete_checksum(Context& ctx, mem::Packet& packet) {
  mem::Offload& offload = packet.info.offload;
  if (offload.checksum != mem::ChecksumState::kPartial) return true;
  const uint32_t start = offload.checksum_start;
  const uint32_t field = start + offload.checksum_offset;
  if (field + 2 > packet.size()) return false;
  const uint16_t sum = ctx.memory.sum(packet, start, packet.size() - start);
  uint8_t* bytes = own_front(ctx, packet, field + 2);
  if (bytes == nullptr) return false;
  uint16_t checksum = static_cast<uint16_t>(~sum);
  if (packet.info.protocol == wire::ip_protocol::kUdp) checksum = wire::udp_checksum(checksum);
  store_be16(bytes + field, checksum);
  offload.checksum = mem::ChecksumState::kUnknown;
  return true;
}

}  // namespace tapstack::net
