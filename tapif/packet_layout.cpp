#include "tapif/packet_layout.h"

namespace tapstack::tapif {
namespace {

constexpr uint16_t kTypeIp4 = 0x0800;  // RFC 894
constexpr uint16_t kTypeIp6 = 0x86dd;  // RFC 2464 3
constexpr size_t kIp4BytesMin = 20;

bool find_ip4(ConstBytes packet, PacketLayout& layout) {
  if (packet.size() < kIp4BytesMin || packet[0] >> 4 != 4) return false;
  const size_t header_bytes = size_t{packet[0] & 0xfu} * 4;
  const size_t total_bytes = load16(&packet[2]);
  if (header_bytes < kIp4BytesMin || total_bytes < header_bytes || total_bytes > packet.size()) {
    return false;
  }
  layout.protocol = packet[9];
  layout.is_fragment = (load16(&packet[6]) & 0x3fff) != 0;  // RFC 791: MF or an offset
  layout.transport = kEthernetBytes + header_bytes;
  layout.end = kEthernetBytes + total_bytes;
  return true;
}

bool find_ip6(ConstBytes packet, PacketLayout& layout) {
  if (packet.size() < kIp6Bytes || packet[0] >> 4 != 6) return false;
  const size_t payload_bytes = load16(&packet[4]);
  if (kIp6Bytes + payload_bytes > packet.size()) return false;
  layout.is_ip6 = true;
  layout.protocol = packet[6];
  layout.transport = kEthernetBytes + kIp6Bytes;
  layout.end = layout.transport + payload_bytes;
  return true;
}

}  // namespace

bool find_layout(ConstBytes frame, PacketLayout& layout) {
  layout = {};
  if (frame.size() < kEthernetBytes) return false;
  const ConstBytes packet = frame.subspan(kEthernetBytes);
  switch (load16(&frame[12])) {
    case kTypeIp4:
      return find_ip4(packet, layout);
    case kTypeIp6:
      return find_ip6(packet, layout);
    default:
      return false;
  }
}

}  // namespace tapstack::tapif
