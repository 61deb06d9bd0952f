#include "net/fragmentation6.h"

#include <cstring>
#include <utility>

#include "net/fragmentation.h"
#include "wire/ip6.h"
#include "wire/ip6_extensions.h"

namespace tapstack::net {
namespace {

using wire::Ip6View;

constexpr uint32_t kFragmentBytes = wire::Ip6ExtensionView::kBytesMin;

// See cut().
struct Headers {
  uint8_t ip[Ip6View::kHeaderBytes];
  uint8_t next_header;
  uint32_t identification;

  uint32_t header_bytes(uint32_t) const { return Ip6View::kHeaderBytes + kFragmentBytes; }
  bool put(Context& ctx, mem::Packet& piece, uint32_t offset, bool has_more) const {
    const uint32_t payload_bytes = piece.size() + kFragmentBytes;
    uint8_t* bytes = ctx.memory.prepend(piece, header_bytes(offset));
    if (bytes == nullptr) return false;
    std::memcpy(bytes, ip, sizeof ip);
    wire::Ip6Editor editor({bytes, sizeof ip});
    editor.set_payload_bytes(static_cast<uint16_t>(payload_bytes));
    editor.set_next_header(wire::ip_protocol::kFragment);
    wire::emit({bytes + sizeof ip, kFragmentBytes},
               wire::Ip6FragmentHeader{next_header, static_cast<uint16_t>(offset), has_more,
                                       identification});
    return true;
  }
};

}  // namespace

bool fragment6(Context& ctx, mem::PacketPtr packet, uint32_t mtu_bytes, uint32_t identification,
               mem::PacketQueue& out) {
  const uint8_t* bytes = ctx.memory.pull(*packet, Ip6View::kHeaderBytes);
  if (bytes == nullptr) return false;
  Headers headers;
  std::memcpy(headers.ip, bytes, sizeof headers.ip);
  headers.next_header = Ip6View::parse_quoted(headers.ip)->next_header();
  headers.identification = identification;
  ctx.memory.trim_front(*packet, Ip6View::kHeaderBytes);
  return cut(ctx, std::move(packet), mtu_bytes, headers, out);
}

}  // namespace tapstack::net
