#include "net/fragmentation4.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "wire/ip4.h"
#include "wire/ip4_options.h"

namespace tapstack::net {
namespace {

// The header of a datagram being cut.
struct Template {
  wire::Ip4Header fields;                         // of the original
  uint8_t first[wire::Ip4View::kHeaderBytesMax];  // header of the first fragment
  uint8_t
      later[wire::Ip4View::kHeaderBytesMax];  // of the others: only options with the copied flag
  uint32_t later_bytes = wire::Ip4View::kHeaderBytesMin;
};

void read(const wire::Ip4View& view, Template& t) {
  t.fields.header_bytes = view.header_bytes();
  t.fields.type_of_service = view.type_of_service();
  t.fields.identification = view.identification();
  t.fields.more_fragments = view.more_fragments();
  t.fields.fragment_offset_bytes = view.fragment_offset_bytes();
  t.fields.ttl = view.ttl();
  t.fields.protocol = view.protocol();
  t.fields.source = view.source();
  t.fields.destination = view.destination();
  std::memcpy(t.first, view.header().data(), view.header_bytes());
  std::memcpy(t.later, view.header().data(), t.later_bytes);
  for (wire::Ip4OptionWalk walk(view.options()); auto option = walk.next();) {
    if (!option->is_copied()) continue;
    std::memcpy(t.later + t.later_bytes, option->bytes.data(), option->bytes.size());
    t.later_bytes += static_cast<uint32_t>(option->bytes.size());
  }
  while (t.later_bytes % 4 != 0) t.later[t.later_bytes++] = wire::ip4_option::kEndOfList;
}

// Puts the header in front of a piece of payload that begins `offset` bytes into the original's.
bool emit_header(Context& ctx, const Template& t, mem::Packet& piece, uint32_t offset, bool more) {
  const bool is_first = offset == 0;
  const uint32_t header_bytes = is_first ? t.fields.header_bytes : t.later_bytes;
  const uint32_t payload_bytes = piece.size();
  uint8_t* bytes = ctx.memory.prepend(piece, header_bytes);
  if (bytes == nullptr) return false;
  std::memcpy(bytes, is_first ? t.first : t.later, header_bytes);
  wire::Ip4Header h = t.fields;
  h.header_bytes = static_cast<uint8_t>(header_bytes);
  h.total_length = static_cast<uint16_t>(header_bytes + payload_bytes);
  h.fragment_offset_bytes = static_cast<uint16_t>(h.fragment_offset_bytes + offset);
  h.more_fragments = more || t.fields.more_fragments;
  wire::emit({bytes, header_bytes}, h);
  ctx.counters.count(Mib::kIpFragCreates);
  return true;
}

constexpr uint32_t payload_per_fragment(uint32_t mtu_bytes, uint32_t header_bytes) {
  return (mtu_bytes - header_bytes) / 8 * 8;
}

// Splits the front `n` bytes of payload off `rest` into a packet of their own.
mem::PacketPtr split(Context& ctx, mem::Packet& rest, uint32_t n) {
  mem::PacketPtr piece = ctx.memory.new_packet(mem::Priority::kData);
  if (!piece || !ctx.memory.chain_split_front(rest.chain, n, piece->chain)) return {};
  piece->info = rest.info;
  return piece;
}

}  // namespace

bool fragment4(Context& ctx, mem::PacketPtr packet, uint32_t mtu_bytes, mem::PacketQueue& out) {
  const uint32_t present = packet->info.ip_header_bytes;
  const uint8_t* bytes = ctx.memory.pull(*packet, present);
  const auto view = wire::Ip4View::parse_quoted({bytes, bytes == nullptr ? 0u : present});
  if (!view) return false;
  Template t;
  read(*view, t);
  ctx.memory.trim_front(*packet, present);
  mem::PacketQueue made;
  bool is_made = ctx.memory.flatten_header(*packet, mem::Priority::kControl);
  const uint32_t total = packet->size();
  for (uint32_t offset = 0; is_made && offset < total;) {
    const uint32_t header_bytes = offset == 0 ? t.fields.header_bytes : t.later_bytes;
    const uint32_t room = payload_per_fragment(mtu_bytes, header_bytes);
    const uint32_t n = std::min(room, total - offset);
    mem::PacketPtr piece = split(ctx, *packet, n);
    is_made = piece && emit_header(ctx, t, *piece, offset, offset + n < total);
    if (is_made) ctx.memory.push(made, std::move(piece));
    offset += n;
  }
  if (!is_made) {
    ctx.memory.clear(made);
    ctx.counters.count(Mib::kIpFragFails);
    return false;
  }
  while (mem::PacketPtr piece = ctx.memory.pop(made)) ctx.memory.push(out, std::move(piece));
  ctx.counters.count(Mib::kIpFragOKs);
  return true;
}

}  // namespace tapstack::net
