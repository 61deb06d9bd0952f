#include "link/frame_view.h"

#include "util/bytes.h"

namespace tapstack::link {
namespace {

constexpr uint8_t kHeaderBytes = wire::EthernetView::kHeaderBytes;

// Numbers of eth_type_trans() for a type field that is a length.
constexpr uint16_t kRaw8023 = 1, kLlc8022 = 4;

uint16_t ethertype_of_ip(const mem::PacketMemory& memory, const mem::Packet& packet) {
  uint8_t first = 0;
  if (packet.size() == 0) return 0;
  memory.copy_out(packet, 0, {&first, 1});
  if (first >> 4 == 4) return wire::ethertype::kIp4;
  return first >> 4 == 6 ? wire::ethertype::kIp6 : uint16_t{0};
}

uint16_t protocol_of(const mem::PacketMemory& memory, const mem::Packet& frame, uint16_t type) {
  if (type > wire::ethertype::kLengthMax) return type;
  uint8_t payload[2] = {};
  if (frame.size() < kHeaderBytes + sizeof payload) return kLlc8022;
  memory.copy_out(frame, kHeaderBytes, payload);
  return load_be16(payload) == 0xffff ? kRaw8023 : kLlc8022;
}

FrameView view_loopback(const mem::PacketMemory& memory, const mem::Packet& packet) {
  FrameView view;
  view.is_made_up = true;
  view.header_bytes = kHeaderBytes;
  view.protocol = ethertype_of_ip(memory, packet);
  wire::emit(view.header, wire::EthernetHeader{{}, {}, view.protocol});
  return view;
}

}  // namespace

FrameView view_frame(const mem::PacketMemory& memory, const Interface& interface,
                     const mem::Packet& frame) {
  if (interface.is_loopback) return view_loopback(memory, frame);
  FrameView view;
  if (!interface.has_neighbours()) {
    view.protocol = ethertype_of_ip(memory, frame);
    return view;
  }
  uint8_t bytes[kHeaderBytes];
  if (frame.size() < sizeof bytes) return view;
  memory.copy_out(frame, 0, bytes);
  const auto ethernet = wire::EthernetView::parse(bytes);
  view.header_bytes = kHeaderBytes;
  view.destination = ethernet->destination();
  view.source = ethernet->source();
  view.protocol = protocol_of(memory, frame, ethernet->type());
  return view;
}

}  // namespace tapstack::link
