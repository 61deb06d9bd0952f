#include "net/fragmentation4.h"

#include <cstring>
#include <utility>

#include "net/fragmentation.h"
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

// See cut().
struct Headers {
  const Template& t;

  uint32_t header_bytes(uint32_t offset) const {
    return offset == 0 ? t.fields.header_bytes : t.later_bytes;
  }
  bool put(Context& ctx, mem::Packet& piece, uint32_t offset, bool has_more) const {
    const uint32_t payload_bytes = piece.size();
    const uint32_t n = header_bytes(offset);
    uint8_t* bytes = ctx.memory.prepend(piece, n);
    if (bytes == nullptr) return false;
    std::memcpy(bytes, offset == 0 ? t.first : t.later, n);
    wire::Ip4Header h = t.fields;
    h.header_bytes = static_cast<uint8_t>(n);
    h.total_length = static_cast<uint16_t>(n + payload_bytes);
    h.fragment_offset_bytes = static_cast<uint16_t>(h.fragment_offset_bytes + offset);
    h.more_fragments = has_more || t.fields.more_fragments;
    wire::emit({bytes, n}, h);
    return true;
  }
};

}  // namespace

bool fragment4(Context& ctx, mem::PacketPtr packet, uint32_t mtu_bytes, mem::PacketQueue& out) {
  const uint32_t present = packet->info.ip_header_bytes;
  const uint8_t* bytes = ctx.memory.pull(*packet, present);
  const auto view = wire::Ip4View::parse_quoted({bytes, bytes == nullptr ? 0u : present});
  if (!view) return false;
  Template t;
  read(*view, t);
  ctx.memory.trim_front(*packet, present);
  return cut(ctx, std::move(packet), mtu_bytes, Headers{t}, out);
}

}  // namespace tapstack::net
