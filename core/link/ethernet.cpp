#include "link/ethernet.h"

#include <utility>

#include "wire/ethernet.h"

namespace tapstack::link {
namespace {

constexpr uint16_t kHeaderBytes = wire::EthernetView::kHeaderBytes;

Payload refuse(Context& ctx, Interface& interface, DropReason reason) {
  ctx.drop(reason);
  ++interface.counters.in_dropped;
  return Payload::kNone;
}

DropReason reason_for(uint16_t type) {
  if (type <= wire::ethertype::kLengthMax) return DropReason::kEthernetLength;
  const bool is_tagged = type == wire::ethertype::kVlan || type == wire::ethertype::kServiceVlan;
  return is_tagged ? DropReason::kEthernetVlan : DropReason::kEthernetUnknownType;
}

uint16_t type_of(Payload payload) {
  if (payload == Payload::kArp) return wire::ethertype::kArp;
  return payload == Payload::kIp6 ? wire::ethertype::kIp6 : wire::ethertype::kIp4;
}

void shift_offload(mem::Offload& offload, int bytes) {
  if (offload.checksum == mem::ChecksumState::kPartial) {
    offload.checksum_start = static_cast<uint16_t>(offload.checksum_start + bytes);
  }
  if (offload.segmentation != mem::Segmentation::kNone) {
    offload.header_bytes = static_cast<uint16_t>(offload.header_bytes + bytes);
  }
}

}  // namespace

Payload ethernet_input(Context& ctx, Interface& interface, mem::Packet& frame) {
  ++interface.counters.in_frames;
  interface.counters.in_bytes += frame.size();
  if (!interface.settings.is_up) return refuse(ctx, interface, DropReason::kInterfaceDown);
  const uint8_t* bytes = ctx.memory.pull(frame, kHeaderBytes);
  if (bytes == nullptr) {
    ++interface.counters.in_errors;
    return refuse(ctx, interface, DropReason::kEthernetTooShort);
  }
  const wire::EthernetView view = *wire::EthernetView::parse({bytes, kHeaderBytes});
  const MacAddress destination = view.destination();
  const MacAddress source = view.source();
  const uint16_t type = view.type();
  if (!destination.is_group() && destination != interface.settings.mac) {
    return refuse(ctx, interface, DropReason::kEthernetNotForUs);
  }
  if (source.is_group()) return refuse(ctx, interface, DropReason::kEthernetBadSource);
  // Another host may have our MAC address too. For IPv6 that shows when addresses are probed, by
  // its probes (RFC 4862 5.4.5); ours that come back carry our nonce (RFC 7527).
  const bool is_probe_possible =
      kConfig.ip6 && type == wire::ethertype::kIp6 && destination.is_group();
  if (source == interface.settings.mac && !is_probe_possible) {
    return refuse(ctx, interface, DropReason::kEthernetOwnFrame);
  }
  frame.info.interface = interface.id;
  frame.info.link_broadcast = destination.is_broadcast();
  frame.info.link_multicast = destination.is_group() && !destination.is_broadcast();
  ctx.memory.trim_front(frame, kHeaderBytes);
  shift_offload(frame.info.offload, -int{kHeaderBytes});
  if (type == wire::ethertype::kIp4) return Payload::kIp4;
  if (type == wire::ethertype::kArp) return Payload::kArp;
  if (type == wire::ethertype::kIp6) {
    if constexpr (kConfig.ip6) return Payload::kIp6;
    return refuse(ctx, interface, DropReason::kIp6NotSupported);
  }
  return refuse(ctx, interface, reason_for(type));
}

Status ethernet_output(Context& ctx, InterfaceTable& interfaces, InterfaceId id,
                       mem::PacketPtr packet, const MacAddress& destination, Payload payload) {
  const Interface* interface = interfaces.find(id);
  if (interface == nullptr) {
    ctx.drop(DropReason::kInterfaceUnknown);
    return Error::kNoDevice;
  }
  uint8_t* bytes = ctx.memory.prepend(*packet, kHeaderBytes);
  if (bytes == nullptr) {
    ctx.drop(DropReason::kMemoryNoBlock);
    return Error::kNoBuffers;
  }
  wire::emit({bytes, kHeaderBytes},
             wire::EthernetHeader{destination, interface->settings.mac, type_of(payload)});
  shift_offload(packet->info.offload, int{kHeaderBytes});
  return interfaces.enqueue(ctx, id, std::move(packet));
}

MacAddress group_mac(const IpAddress& group) {
  const auto& o = group.octets();
  if (group.is_ip4() && group.is_multicast()) {
    return {{0x01, 0x00, 0x5e, static_cast<uint8_t>(o[1] & 0x7f), o[2], o[3]}};
  }
  if (group.is_ip6() && group.is_multicast()) return {{0x33, 0x33, o[12], o[13], o[14], o[15]}};
  return MacAddress::broadcast();
}

}  // namespace tapstack::link
