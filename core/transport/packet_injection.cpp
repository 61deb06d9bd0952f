#include "transport/packet_injection.h"

#include <algorithm>
#include <utility>

#include "wire/ethernet.h"

namespace tapstack::transport {
namespace {

constexpr uint32_t kHeaderBytes = wire::EthernetView::kHeaderBytes;
constexpr uint32_t kVlanTagBytes = 4;

// In PacketInfo::flags of a frame on its way out, where IP's own flags are other bits.
constexpr uint16_t kInjected = 0x8000;

bool is_ip(uint16_t type) {
  return type == wire::ethertype::kIp4 || (kConfig.ip6 && type == wire::ethertype::kIp6);
}

bool has_header(const link::Interface& interface) {
  return interface.is_loopback || interface.has_neighbours();
}

// eth_header(): the type field holds the length of an IEEE 802.3 frame.
uint16_t type_field(uint16_t protocol, uint32_t payload_bytes) {
  const bool is_8023 = protocol == frame_protocol::k8023 || protocol == frame_protocol::k8022;
  return is_8023 ? static_cast<uint16_t>(payload_bytes) : protocol;
}

Status prepend_header(const Context& ctx, const link::Interface& interface, mem::Packet& packet,
                      const FrameTarget& target) {
  if (!has_header(interface)) return Status();
  if (!target.is_named && !interface.is_loopback) return Error::kInvalid;
  const uint16_t type = type_field(target.to.protocol, packet.size());
  uint8_t* bytes = ctx.memory.prepend(packet, kHeaderBytes);
  if (bytes == nullptr) return Error::kNoBuffers;
  MacAddress destination;
  std::copy_n(target.destination.octets.begin(), destination.octets.size(),
              destination.octets.begin());
  wire::emit({bytes, kHeaderBytes},
             wire::EthernetHeader{destination, interface.settings.mac, type});
  return Status();
}

uint16_t type_of(const Context& ctx, const mem::Packet& frame) {
  uint8_t header[kHeaderBytes];
  ctx.memory.copy_out(frame, 0, header);
  return wire::EthernetView::parse(header)->type();
}

Status check_length(const Context& ctx, const link::Interface& interface, const mem::Packet& frame,
                    uint32_t header_bytes) {
  const uint32_t most = interface.settings.mtu_bytes + header_bytes;
  if (frame.size() > most + kVlanTagBytes) return Error::kMessageTooLong;
  if (frame.size() == 0 || frame.size() < header_bytes) return Error::kInvalid;
  const bool is_tagged = header_bytes > 0 && type_of(ctx, frame) == wire::ethertype::kVlan;
  return frame.size() > most && !is_tagged ? Error::kMessageTooLong : Status();
}

// Loopback's queue holds IP packets; frames of other protocols end there, as at a host that does
// not know them.
Status loop_back(Context& ctx, net::Network& network, mem::PacketPtr frame) {
  const uint16_t type = type_of(ctx, *frame);
  if (!is_ip(type) || frame->size() == kHeaderBytes) {
    ctx.drop(DropReason::kEthernetUnknownType);
    return Status();
  }
  ctx.memory.trim_front(*frame, kHeaderBytes);
  const Family family = type == wire::ethertype::kIp6 ? Family::kIp6 : Family::kIp4;
  frame->info.source = frame->info.destination = IpAddress::any(family);
  frame->info.interface = link::kLoopback;
  return network.parts().interfaces.enqueue(ctx, link::kLoopback, std::move(frame));
}

}  // namespace

bool is_injected_by(const mem::Packet& frame, mem::Index endpoint) {
  return frame.info.flags == (kInjected | endpoint);
}

Result<size_t> inject(Context& ctx, net::Network& network, const PacketEndpoint& endpoint,
                      std::span<const mem::ConstBytes> parts, const FrameTarget& asked) {
  FrameTarget target = asked;
  if (!target.is_named) target.to = endpoint.binding;
  const link::Interface* interface = network.interface(target.to.interface);
  if (interface == nullptr) return Error::kNoSuchDevice;
  if (!interface->settings.is_up) return Error::kNetworkDown;
  const size_t bytes = total_bytes(parts);
  const uint32_t header_bytes = has_header(*interface) ? kHeaderBytes : 0;
  const uint32_t own_header = endpoint.is_cooked ? 0 : header_bytes;
  if (bytes > interface->settings.mtu_bytes + own_header + kVlanTagBytes) {
    return Error::kMessageTooLong;
  }
  const auto index = packet_from(ctx, parts);
  if (!index.ok()) return index.error();
  mem::PacketPtr frame = ctx.memory.adopt(*index);
  if (endpoint.is_cooked) {
    const Status headed = prepend_header(ctx, *interface, *frame, target);
    if (!headed.ok()) return headed.error();
  }
  const Status fits = check_length(ctx, *interface, *frame, header_bytes);
  if (!fits.ok()) return fits.error();
  frame->info.flags = static_cast<uint16_t>(kInjected | endpoint.id.index);
  frame->info.interface = interface->id;
  const Status sent = interface->is_loopback ? loop_back(ctx, network, std::move(frame))
                                             : network.parts().interfaces.enqueue(
                                                   ctx, interface->id, std::move(frame));
  return sent.ok() ? Result<size_t>(bytes) : Result<size_t>(sent.error());
}

}  // namespace tapstack::transport
