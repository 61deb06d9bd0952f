#include "net/ip6_extensions.h"

#include <cstring>
#include <optional>
#include <utility>

#include "net/checksum_offload.h"
#include "net/icmp_error_output.h"
#include "net/ip6_header_walk.h"
#include "net/ip6_options.h"
#include "wire/icmp6.h"
#include "wire/ip6.h"

namespace tapstack::net {
namespace {

using wire::Icmp6Header;
using wire::Ip6View;
namespace problem = wire::icmp6_parameter_problem;
namespace ip_protocol = wire::ip_protocol;

constexpr uint32_t kFragmentBytes = wire::Ip6ExtensionView::kBytesMin;
constexpr uint32_t kPayloadBytesMax = 65535;  // RFC 8200 3

// What follows from a header.
enum class Outcome : uint8_t { kGoOn, kDrop };

Outcome drop(Context& ctx, DropReason reason) {
  ctx.drop(reason);
  ctx.counters.count(Mib::kIp6InHdrErrors);
  return Outcome::kDrop;
}

Outcome report(Context& ctx, Parts& parts, const mem::Packet& packet, DropReason reason,
               const Icmp6Header& header) {
  drop(ctx, reason);
  send_icmp_error(ctx, parts, packet, header);
  return Outcome::kDrop;
}

Outcome on_options(Context& ctx, Parts& parts, const mem::Packet& packet, const Ip6HeaderWalk& walk,
                   const Ip6Extension& extension) {
  const bool may_go_on =
      obey_ip6_options(ctx, parts, packet, {walk.offset(), extension.view().size()});
  return may_go_on ? Outcome::kGoOn : Outcome::kDrop;
}

Outcome on_hop_by_hop(Context& ctx, Parts& parts, const mem::Packet& packet,
                      const Ip6HeaderWalk& walk, const Ip6Extension& extension) {
  // RFC 8200 4.1: right behind the IPv6 header only; 4: elsewhere it counts as unrecognized.
  if (walk.offset() != Ip6View::kHeaderBytes) {
    return report(ctx, parts, packet, DropReason::kIp6BadExtension,
                  Icmp6Header::parameter_problem(problem::kNextHeader, walk.pointer()));
  }
  return on_options(ctx, parts, packet, walk, extension);
}

// RFC 8200 4.4: no type is known; type 0 is refused as all are (RFC 5095 3). One that leads nowhere
// further is walked over.
Outcome on_routing(Context& ctx, Parts& parts, const mem::Packet& packet, const Ip6HeaderWalk& walk,
                   const Ip6Extension& extension) {
  if (extension.view().segments_left() == 0) return Outcome::kGoOn;
  const uint32_t pointer = walk.offset() + wire::Ip6ExtensionView::kRoutingTypeOffset;
  return report(ctx, parts, packet, DropReason::kIp6UnknownRouting,
                Icmp6Header::parameter_problem(problem::kHeaderField, pointer));
}

// Bytes that an upper layer's header has at least; 0: it is not known to us.
uint32_t upper_header_bytes(uint8_t protocol) {
  switch (protocol) {
    case ip_protocol::kTcp:
      return 20;
    case ip_protocol::kUdp:
    case ip_protocol::kUdpLite:
    case ip_protocol::kIcmp6:
      return 8;
    default:
      return 0;
  }
}

// RFC 7112 5, RFC 8200 4.5: a first fragment holds all headers up to the upper layer's.
bool has_whole_chain(Context& ctx, const mem::Packet& first) {
  Ip6HeaderWalk walk(ctx, first);
  return walk.to_upper_layer() &&
         first.size() >= walk.offset() + upper_header_bytes(walk.next_header());
}

// RFC 8200 4.5: what is wrong with a fragment, in its order.
Outcome check_fragment(Context& ctx, Parts& parts, const mem::Packet& packet,
                       const Ip6HeaderWalk& walk, const wire::Ip6ExtensionView& header) {
  const uint32_t begin = header.fragment_offset_bytes();
  const uint32_t before = walk.offset() - Ip6View::kHeaderBytes;  // headers of every fragment
  const uint32_t length = packet.size() - walk.offset() - kFragmentBytes;
  if (header.more_fragments() && length % 8 != 0) {
    return report(ctx, parts, packet, DropReason::kIpBadFragment,
                  Icmp6Header::parameter_problem(problem::kHeaderField,
                                                 uint32_t{wire::ip6_field::kPayloadLength}));
  }
  if (before + begin + length > kPayloadBytesMax) {
    const uint32_t pointer = walk.offset() + wire::Ip6ExtensionView::kFragmentOffsetOffset;
    return report(ctx, parts, packet, DropReason::kReassemblyTooLong,
                  Icmp6Header::parameter_problem(problem::kHeaderField, pointer));
  }
  if (begin == 0 && !has_whole_chain(ctx, packet)) {
    return report(ctx, parts, packet, DropReason::kIp6IncompleteChain,
                  Icmp6Header::parameter_problem(problem::kIncompleteChain, 0));
  }
  return Outcome::kGoOn;
}

// Takes the Fragment header out of a whole datagram, the last of info.ip_header_bytes, and makes
// the headers in front describe it (RFC 8200 4.5). `pointer`: the field that named the Fragment
// header. False when there is more of them than can be moved.
bool remove_fragment_header(Context& ctx, mem::Packet& whole, uint32_t pointer) {
  const uint32_t n = whole.info.ip_header_bytes;
  uint8_t* bytes = own_front(ctx, whole, n);
  if (bytes == nullptr) return false;
  const uint8_t next_header = bytes[n - kFragmentBytes];
  std::memmove(bytes + kFragmentBytes, bytes, n - kFragmentBytes);
  bytes += kFragmentBytes;
  bytes[pointer] = next_header;
  ctx.memory.trim_front(whole, kFragmentBytes);
  wire::Ip6Editor editor({bytes, Ip6View::kHeaderBytes});
  editor.set_payload_bytes(static_cast<uint16_t>(whole.size() - Ip6View::kHeaderBytes));
  editor.set_traffic_class(whole.info.tos);
  whole.info.ip_header_bytes = static_cast<uint16_t>(n - kFragmentBytes);
  return true;
}

mem::PacketPtr reassemble(Context& ctx, Parts& parts, mem::PacketPtr packet,
                          const Ip6HeaderWalk& walk, const wire::Ip6ExtensionView& header) {
  if (check_fragment(ctx, parts, *packet, walk, header) == Outcome::kDrop) return {};
  mem::PacketInfo& info = packet->info;
  info.ip_header_bytes = static_cast<uint16_t>(walk.offset() + kFragmentBytes);
  const ReassemblyKey key{info.source, info.destination, header.identification(), info.interface,
                          0};
  const FragmentRange range{header.fragment_offset_bytes(), header.more_fragments()};
  mem::PacketPtr whole = parts.reassembly.add(ctx, key, range, std::move(packet));
  if (whole && !remove_fragment_header(ctx, *whole, walk.pointer())) {
    drop(ctx, DropReason::kIp6HeaderLimit);
    return {};
  }
  return whole;
}

// RFC 6946 4: a datagram in one fragment is one by itself, whatever else has its identification.
bool is_atomic(const wire::Ip6ExtensionView& header) {
  return header.fragment_offset_bytes() == 0 && !header.more_fragments();
}

// All but fragments.
Outcome obey(Context& ctx, Parts& parts, mem::Packet& packet, const Ip6HeaderWalk& walk,
             const Ip6Extension& extension) {
  switch (walk.next_header()) {
    case ip_protocol::kHopByHop:
      return on_hop_by_hop(ctx, parts, packet, walk, extension);
    case ip_protocol::kRouting:
      return on_routing(ctx, parts, packet, walk, extension);
    case ip_protocol::kDestinationOptions:
      return on_options(ctx, parts, packet, walk, extension);
    default:
      packet.info.was_fragmented = true;
      return Outcome::kGoOn;
  }
}

// What the headers lead to. Upper layers that nobody knows are refused later, by the stack (RFC
// 8200 4).
mem::PacketPtr deliver(Context& ctx, mem::PacketPtr packet, const Ip6HeaderWalk& walk) {
  packet->info.protocol = walk.next_header();
  packet->info.ip_header_bytes = static_cast<uint16_t>(walk.offset());
  if (walk.next_header() != ip_protocol::kNoNextHeader) return packet;
  ctx.drop(DropReason::kIp6NoNextHeader);  // RFC 8200 4.7
  return {};
}

}  // namespace

mem::PacketPtr ip6_extensions_input(Context& ctx, Parts& parts, mem::PacketPtr packet) {
  std::optional<Ip6HeaderWalk> walk(std::in_place, ctx, *packet);
  for (uint32_t headers = 0; walk->is_at_extension(); ++headers) {
    const auto extension = walk->read();
    if (!extension) {
      drop(ctx, DropReason::kIp6BadExtension);
      return {};
    }
    if (headers == kConfig.ip6_extension_headers_max) {
      // RFC 8883 2.5.
      report(ctx, parts, *packet, DropReason::kIp6HeaderLimit,
             Icmp6Header::parameter_problem(problem::kTooManyHeaders, walk->offset()));
      return {};
    }
    const bool is_fragment =
        walk->next_header() == ip_protocol::kFragment && !is_atomic(extension->view());
    if (is_fragment) {
      packet = reassemble(ctx, parts, std::move(packet), *walk, extension->view());
      if (!packet) return {};
      walk.emplace(ctx, *packet);  // back to where the Fragment header stood
      while (walk->offset() < packet->info.ip_header_bytes) walk->skip(*walk->read());
      continue;
    }
    if (obey(ctx, parts, *packet, *walk, *extension) == Outcome::kDrop) return {};
    walk->skip(*extension);
  }
  return deliver(ctx, std::move(packet), *walk);
}

}  // namespace tapstack::net
