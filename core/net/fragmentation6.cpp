#include "net/fragmentation6.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "net/fragmentation.h"
#include "net/packet_options.h"
#include "wire/ip6.h"
#include "wire/ip6_extensions.h"

namespace tapstack::net {
namespace {

using wire::Ip6View;

constexpr uint32_t kFragmentBytes = wire::Ip6ExtensionView::kBytesMin;

// See cut().
struct Headers {
  // What every fragment begins with (RFC 8200 4.5, the per-fragment headers): the IPv6 header and
  // Hop-by-Hop Options.
  uint8_t ip[Ip6View::kHeaderBytes + PacketOptions::kIp6BytesMax];
  uint32_t ip_bytes;
  uint32_t next_header_at;  // the field that is to name the Fragment header
  uint8_t next_header;
  uint32_t identification;

  uint32_t header_bytes(uint32_t) const { return ip_bytes + kFragmentBytes; }
  bool put(Context& ctx, mem::Packet& piece, uint32_t offset, bool has_more) const {
    const uint32_t payload_bytes = piece.size() + header_bytes(offset) - Ip6View::kHeaderBytes;
    uint8_t* bytes = ctx.memory.prepend(piece, header_bytes(offset));
    if (bytes == nullptr) return false;
    std::memcpy(bytes, ip, ip_bytes);
    bytes[next_header_at] = wire::ip_protocol::kFragment;
    wire::Ip6Editor editor({bytes, Ip6View::kHeaderBytes});
    editor.set_payload_bytes(static_cast<uint16_t>(payload_bytes));
    wire::emit({bytes + ip_bytes, kFragmentBytes},
               wire::Ip6FragmentHeader{next_header, static_cast<uint16_t>(offset), has_more,
                                       identification});
    return true;
  }
};

// Reads what stands in front of the packet. False when it is longer than our own packets have it.
bool read(Context& ctx, const mem::Packet& packet, Headers& headers) {
  const uint32_t present = std::min<uint32_t>(packet.size(), sizeof headers.ip);
  if (present < Ip6View::kHeaderBytes) return false;
  ctx.memory.copy_out(packet, 0, {headers.ip, present});
  headers.ip_bytes = Ip6View::kHeaderBytes;
  headers.next_header_at = wire::ip6_field::kNextHeader;
  headers.next_header = headers.ip[wire::ip6_field::kNextHeader];
  if (headers.next_header != wire::ip_protocol::kHopByHop) return true;
  const auto view =
      wire::Ip6ExtensionView::parse({headers.ip + headers.ip_bytes, present - headers.ip_bytes});
  if (!view || headers.ip_bytes + view->size() > present) return false;
  headers.next_header_at = headers.ip_bytes;
  headers.next_header = view->next_header();
  headers.ip_bytes += view->size();
  return true;
}

}  // namespace

bool fragment6(Context& ctx, mem::PacketPtr packet, uint32_t mtu_bytes, uint32_t identification,
               mem::PacketQueue& out) {
  Headers headers;
  if (!read(ctx, *packet, headers)) return false;
  headers.identification = identification;
  ctx.memory.trim_front(*packet, headers.ip_bytes);
  return cut(ctx, std::move(packet), mtu_bytes, headers, out);
}

}  // namespace tapstack::net
