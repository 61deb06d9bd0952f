#include "net/egress.h"

#include <optional>
#include <utility>

#include "link/arp.h"
#include "link/ethernet.h"
#include "net/checksum_offload.h"
#include "net/family.h"
#include "net/fragmentation4.h"
#include "net/fragmentation6.h"
#include "net/ip6_operation.h"
#include "net/link_mtu.h"
#include "net/nd_output.h"
#include "wire/ip4.h"

namespace tapstack::net {
namespace {

using link::Interface;
using mem::ChecksumState;
using mem::Segmentation;

// One packet that fits: the link header, and into the queue.
Status queue_frame(Context& ctx, Parts& parts, const Interface& interface, mem::PacketPtr packet,
                   const MacAddress& mac) {
  const IpAddress to = packet->info.destination;
  if (interface.is_loopback) {
    // What never leaves this host was not damaged on the way.
    ChecksumState& state = packet->info.offload.checksum;
    if (state == ChecksumState::kUnknown) state = ChecksumState::kVerified;
    return parts.interfaces.enqueue(ctx, interface.id, std::move(packet));
  }
  if (!interface.settings.can_checksum && !complete_checksum(ctx, *packet)) {
    return refuse_output(ctx, to, DropReason::kMemoryNoBlock, Error::kNoBuffers);
  }
  if (!interface.has_neighbours()) {
    return parts.interfaces.enqueue(ctx, interface.id, std::move(packet));
  }
  const link::Payload payload = is_ip6(to) ? link::Payload::kIp6 : link::Payload::kIp4;
  return link::ethernet_output(ctx, parts.interfaces, interface.id, std::move(packet), mac,
                               payload);
}

bool must_stay_whole(Context& ctx, mem::Packet& packet) {
  if (is_ip6(packet.info.destination)) return (packet.info.flags & kMayFragment) == 0;
  const uint32_t n = packet.info.ip_header_bytes;  // options included
  return wire::Ip4View::parse_quoted({ctx.memory.pull(packet, n), n})->dont_fragment();
}

bool fragment(Context& ctx, Parts& parts, mem::PacketPtr packet, uint32_t mtu_bytes,
              mem::PacketQueue& out) {
  const mem::PacketInfo& info = packet->info;
  if (!is_ip6(info.destination)) return fragment4(ctx, std::move(packet), mtu_bytes, out);
  const uint32_t id = parts.identification.next(info.source, info.destination, 0);
  return fragment6(ctx, std::move(packet), mtu_bytes, id, out);
}

// All fragments of a datagram, or none: a lost one would waste the others.
Status queue_fragments(Context& ctx, Parts& parts, const Interface& interface,
                       mem::PacketPtr packet, const MacAddress& mac) {
  const IpAddress to = packet->info.destination;
  const uint32_t mtu = parts.path_mtus.lookup(to, link_mtu_bytes(parts, interface, to), ctx.now);
  if (!complete_checksum(ctx, *packet)) {
    return refuse_output(ctx, to, DropReason::kMemoryNoBlock, Error::kNoBuffers);
  }
  mem::PacketQueue fragments;
  if (!fragment(ctx, parts, std::move(packet), mtu, fragments)) {
    return refuse_output(ctx, to, DropReason::kMemoryNoPacket, Error::kNoBuffers);
  }
  if (interface.transmit.count + fragments.count > kConfig.interface_queue_packets) {
    ctx.memory.clear(fragments);
    return refuse_output(ctx, to, DropReason::kInterfaceQueueFull, Error::kNoBuffers);
  }
  Status status;
  while (mem::PacketPtr fragment = ctx.memory.pop(fragments)) {
    const Status sent = queue_frame(ctx, parts, interface, std::move(fragment), mac);
    if (!sent.ok()) status = sent;
  }
  return status;
}

// The link-layer address to send to; none while it has to be resolved.
std::optional<MacAddress> destination_mac(Context& ctx, Parts& parts, const Interface& interface,
                                          const mem::PacketInfo& info) {
  if (!interface.has_neighbours()) return MacAddress{};
  if (info.destination.is_multicast()) return link::group_mac(info.destination);
  if (interface.is_broadcast(info.destination)) return MacAddress::broadcast();
  return parts.neighbours.lookup(ctx, interface.id, info.next_hop, info.source);
}

}  // namespace

void solicit(Context& ctx, Parts& parts, const link::Solicitation& ask) {
  if (is_ip6(ask.target)) return nd_solicit(ctx, parts, ask);
  link::arp_solicit(ctx, parts.interfaces, ask);
}

Status transmit(Context& ctx, Parts& parts, mem::PacketPtr packet) {
  const IpAddress to = packet->info.destination;
  const Interface* interface = parts.interfaces.find(packet->info.interface);
  if (interface == nullptr)
    return refuse_output(ctx, to, DropReason::kInterfaceUnknown, Error::kNoDevice);
  if (!interface->settings.is_up) {
    return refuse_output(ctx, to, DropReason::kInterfaceDown, Error::kNetworkDown);
  }
  if (is_ip6(to) && !has_ip6(parts, *interface)) {
    return refuse_output(ctx, to, DropReason::kIp6Disabled, Error::kNetworkUnreachable);
  }
  const auto mac = destination_mac(ctx, parts, *interface, packet->info);
  if (!mac) {
    const IpAddress next_hop = packet->info.next_hop;
    const auto ask = parts.neighbours.enqueue(ctx, interface->id, next_hop, std::move(packet));
    if (!ask.ok()) return ask.error();
    if (ask.value()) solicit(ctx, parts, *ask.value());
    return {};
  }
  const bool is_superframe =
      packet->info.offload.segmentation != Segmentation::kNone && interface->settings.can_segment;
  // A packet with DF was measured against the path when it was made; another may since have become
  // too large for the path and be cut.
  const bool is_whole = must_stay_whole(ctx, *packet);
  const uint32_t link_mtu = link_mtu_bytes(parts, *interface, to);
  const uint32_t mtu = is_whole ? link_mtu : parts.path_mtus.lookup(to, link_mtu, ctx.now);
  if (is_superframe || packet->size() <= mtu) {
    return queue_frame(ctx, parts, *interface, std::move(packet), *mac);
  }
  if (is_whole || packet->info.offload.segmentation != Segmentation::kNone) {
    ctx.counters.count(mib_of(to, Mib::kIpFragFails, Mib::kIp6FragFails));
    return refuse_output(ctx, to, DropReason::kIpTooBig, Error::kMessageTooLong);
  }
  return queue_fragments(ctx, parts, *interface, std::move(packet), *mac);
}

void transmit_all(Context& ctx, Parts& parts, mem::PacketQueue packets) {
  while (mem::PacketPtr packet = ctx.memory.pop(packets)) {
    transmit(ctx, parts, std::move(packet)).ignore();
  }
}

}  // namespace tapstack::net
