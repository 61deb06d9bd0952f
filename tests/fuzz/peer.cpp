#include "tests/fuzz/peer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "util/checksum.h"
#include "wire/arp.h"
#include "wire/ethernet.h"
#include "wire/icmp.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/ip6_extensions.h"
#include "wire/nd.h"
#include "wire/nd_options.h"
#include "wire/pseudo_header.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"
#include "wire/udp.h"

namespace tapstack::fuzz {
namespace {

constexpr size_t kEthernetBytes = 14;
constexpr size_t kIpBytes = 20;
constexpr size_t kIp6Bytes = wire::Ip6View::kHeaderBytes;
constexpr size_t kTcpBytes = wire::TcpView::kHeaderBytesMin;
constexpr size_t kIpChecksumAt = kEthernetBytes + wire::ip4_field::kChecksum;

void put(Frame& frame, const MacAddress& mac) {
  frame.insert(frame.end(), mac.octets.begin(), mac.octets.end());
}

constexpr uint16_t kArpType = 0x0806, kIp4Type = 0x0800, kIp6Type = 0x86dd;

Frame ethernet(uint16_t type) {
  Frame frame;
  put(frame, kStackMac);
  put(frame, kPeerMac);
  frame.push_back(static_cast<uint8_t>(type >> 8));
  frame.push_back(static_cast<uint8_t>(type));
  return frame;
}

uint16_t type_of(const Frame& frame) {
  return frame.size() < kEthernetBytes ? uint16_t{0} : load_be16(frame.data() + 12);
}

// Where the transport's checksum field is; 0 when it has none that is known.
size_t checksum_offset(uint8_t protocol) {
  switch (protocol) {
    case wire::ip_protocol::kTcp:
      return wire::TcpView::kChecksumOffset;
    case wire::ip_protocol::kUdp:
      return wire::UdpView::kChecksumOffset;
    case wire::ip_protocol::kIcmp:
    case wire::ip_protocol::kIcmp6:
      return wire::icmp_field::kChecksum;
    default:
      return 0;
  }
}

void fix_transport(std::span<uint8_t> segment, const IpAddress& from, const IpAddress& to,
                   uint8_t protocol) {
  const size_t at = checksum_offset(protocol);
  if (at == 0 || segment.size() < at + 2) return;
  store_be16(segment.data() + at, 0);
  ChecksumSum sum;
  if (protocol != wire::ip_protocol::kIcmp) {
    sum = wire::pseudo_header_sum(from, to, protocol, static_cast<uint32_t>(segment.size()));
  }
  sum.add(segment);
  store_be16(segment.data() + at, sum.checksum());
}

Frame arp(wire::ArpOperation operation, Ip4Address sender) {
  Frame frame = ethernet(kArpType);
  frame.resize(kEthernetBytes + wire::ArpView::kBytes);
  wire::emit(std::span(frame).subspan(kEthernetBytes),
             wire::ArpMessage{operation, kPeerMac, sender, kStackMac, kStackAddress});
  return frame;
}

void fix_ip4(Frame& frame) {
  const std::span<uint8_t> packet = std::span(frame).subspan(kEthernetBytes);
  if (packet.size() < kIpBytes) return;
  const size_t header_bytes = wire::Ip4View::header_bytes_of(packet[0]);
  if (header_bytes < kIpBytes || header_bytes > packet.size()) return;
  store_be16(frame.data() + kIpChecksumAt, 0);
  store_be16(frame.data() + kIpChecksumAt, checksum_of(packet.first(header_bytes)));
  const auto ip = wire::Ip4View::parse(packet);
  if (!ip || ip->is_fragment()) return;
  fix_transport(packet.subspan(header_bytes, ip->payload_bytes()), ip->source(), ip->destination(),
                ip->protocol());
}

// The transport header behind options and routing headers; nothing of a fragment.
void fix_ip6(Frame& frame) {
  const std::span<uint8_t> packet = std::span(frame).subspan(kEthernetBytes);
  const auto ip = wire::Ip6View::parse(packet, packet.size());
  if (!ip) return;
  std::span<uint8_t> rest = packet.subspan(kIp6Bytes, ip->payload_bytes());
  uint8_t next = ip->next_header();
  while (next == wire::ip_protocol::kHopByHop || next == wire::ip_protocol::kDestinationOptions ||
         next == wire::ip_protocol::kRouting) {
    if (rest.size() < 2 || rest.size() < (rest[1] + 1u) * 8) return;
    next = rest[0];
    rest = rest.subspan((rest[1] + 1u) * 8);
  }
  fix_transport(rest, ip->source(), ip->destination(), next);
}

// Neighbour discovery's messages with the peer's link-layer address behind (RFC 4861 4.3, 4.4).
Frame neighbour(const wire::NdMessage& message, wire::NdOptionType option, Ip6Address source) {
  Frame frame = ethernet(kIp6Type);
  const size_t bytes = message.bytes() + wire::NdOption::kLinkLayerBytes;
  frame.resize(kEthernetBytes + kIp6Bytes + bytes);
  const std::span<uint8_t> packet = std::span(frame).subspan(kEthernetBytes);
  wire::emit(packet, wire::Ip6Header{.payload_bytes = static_cast<uint16_t>(bytes),
                                     .next_header = wire::ip_protocol::kIcmp6,
                                     .hop_limit = 255,
                                     .source = source,
                                     .destination = kStackAddress6});
  wire::emit(packet.subspan(kIp6Bytes), message);
  wire::emit_link_layer_option(packet.subspan(kIp6Bytes + message.bytes()), option, kPeerMac);
  fix_checksums(frame);
  return frame;
}

struct Segment {
  Family family = Family::kIp4;
  wire::TcpHeader header;
  wire::TcpOptions options;
  std::span<const uint8_t> data;
};

// The header of a packet from the peer that carries TCP.
void emit_ip(std::span<uint8_t> out, Family family, size_t payload_bytes) {
  if (family == Family::kIp6) {
    wire::emit(out, wire::Ip6Header{.payload_bytes = static_cast<uint16_t>(payload_bytes),
                                    .next_header = wire::ip_protocol::kTcp,
                                    .hop_limit = 64,
                                    .source = kPeerAddress6,
                                    .destination = kStackAddress6});
    return;
  }
  wire::Ip4Header ip;
  ip.total_length = static_cast<uint16_t>(kIpBytes + payload_bytes);
  ip.ttl = 64;
  ip.protocol = wire::ip_protocol::kTcp;
  ip.source = kPeerAddress;
  ip.destination = kStackAddress;
  wire::emit(out, ip);
}

Frame tcp_frame(Segment segment) {
  const bool is_ip6 = segment.family == Family::kIp6;
  Frame frame = ethernet(is_ip6 ? kIp6Type : kIp4Type);
  const size_t header_bytes = kTcpBytes + segment.options.size_bytes();
  const size_t ip_bytes = is_ip6 ? kIp6Bytes : kIpBytes;
  segment.header.header_bytes = static_cast<uint8_t>(header_bytes);
  frame.resize(kEthernetBytes + ip_bytes + header_bytes);
  const std::span<uint8_t> bytes(frame);
  emit_ip(bytes.subspan(kEthernetBytes), segment.family, header_bytes + segment.data.size());
  wire::emit(bytes.subspan(kEthernetBytes + ip_bytes), segment.header);
  wire::emit(bytes.subspan(kEthernetBytes + ip_bytes + kTcpBytes), segment.options);
  frame.insert(frame.end(), segment.data.begin(), segment.data.end());
  fix_checksums(frame);
  return frame;
}

// A small number that is mostly 0: how far a field is off.
uint32_t offset(Input& input) {
  const uint8_t choice = input.u8();
  if (choice < 200) return 0;
  if (choice < 230) return static_cast<uint32_t>(static_cast<int8_t>(input.u8()));
  return input.u32();
}

Frame answer_tcp(Family family, std::span<const uint8_t> bytes, Input& input) {
  const auto tcp = wire::TcpView::parse(bytes);
  if (!tcp) return {};
  const auto flags = tcp->flags();
  const size_t data_bytes = bytes.size() - tcp->header_bytes();
  const uint32_t length =
      static_cast<uint32_t>(data_bytes) + (flags.syn() ? 1 : 0) + (flags.fin() ? 1 : 0);
  Segment reply;
  reply.family = family;
  reply.header.source = tcp->destination();
  reply.header.destination = tcp->source();
  reply.header.sequence_number = tcp->acknowledgment_number() + offset(input);
  reply.header.acknowledgment_number = tcp->sequence_number() + length + offset(input);
  reply.header.window = input.u8() < 200 ? uint16_t{60'000} : input.u16();
  // ACK, with what the fuzzer adds: FIN 1, SYN 2, RST 4, PSH 8, URG 32, ECE 64, CWR 128.
  reply.header.flags.bits = 0x10;
  if (flags.syn() && !flags.ack()) reply.header.flags.bits |= 0x02;
  if (const uint8_t choice = input.u8(); choice >= 200) {
    reply.header.flags.bits = static_cast<uint8_t>(reply.header.flags.bits ^ input.u8());
  }
  reply.header.urgent_pointer = input.u8() < 250 ? uint16_t{0} : input.u16();
  const auto theirs = wire::TcpOptions::parse(tcp->options());
  reply.options.timestamps = theirs.timestamps;
  if (theirs.timestamps) {
    std::swap(reply.options.timestamps->value, reply.options.timestamps->echo_reply);
    reply.options.timestamps->value += input.u8();
  }
  if (flags.syn()) {
    reply.options.mss = input.u8() < 200 ? uint16_t{1460} : input.u16();
    reply.options.window_scale = theirs.window_scale;
    reply.options.sack_permitted = theirs.sack_permitted;
  } else if (input.u8() >= 200) {
    const uint32_t edge = tcp->sequence_number() + offset(input);
    reply.options.add_sack_block({edge, edge + input.u16()});
  }
  reply.data = input.bytes(input.u8() < 128 ? 0 : input.u16() % 1400);
  return tcp_frame(reply);
}

Frame answer_arp(const Frame& sent) {
  const auto asked = wire::ArpView::parse(std::span(sent).subspan(kEthernetBytes));
  if (!asked || asked->operation() != wire::ArpOperation::kRequest) return {};
  return arp(wire::ArpOperation::kReply, asked->target_protocol());
}

// As an echo would be, ends exchanged: the addresses of `bytes` each begin at `source`.
Frame returned(const Frame& sent, size_t source, size_t bytes) {
  Frame back = sent;
  std::swap_ranges(back.begin(), back.begin() + 6, back.begin() + 6);
  const auto at = back.begin() + static_cast<std::ptrdiff_t>(kEthernetBytes + source);
  const auto end = at + static_cast<std::ptrdiff_t>(bytes);
  std::swap_ranges(at, end, end);
  fix_checksums(back);
  return back;
}

Frame answer_ip4(const Frame& sent, Input& input) {
  const std::span<const uint8_t> packet = std::span(sent).subspan(kEthernetBytes);
  const auto ip = wire::Ip4View::parse(packet);
  if (!ip) return {};
  if (ip->protocol() == wire::ip_protocol::kTcp && !ip->is_fragment()) {
    return answer_tcp(Family::kIp4, packet.subspan(ip->header_bytes(), ip->payload_bytes()), input);
  }
  return returned(sent, wire::ip4_field::kSource, 4);
}

Frame answer_ip6(const Frame& sent, Input& input) {
  const std::span<const uint8_t> packet = std::span(sent).subspan(kEthernetBytes);
  const auto ip = wire::Ip6View::parse(packet, packet.size());
  if (!ip) return {};
  const auto payload = packet.subspan(kIp6Bytes, ip->payload_bytes());
  if (ip->next_header() == wire::ip_protocol::kTcp) return answer_tcp(Family::kIp6, payload, input);
  const auto asked = wire::NdView::parse(payload);
  const bool is_asked = ip->next_header() == wire::ip_protocol::kIcmp6 && asked &&
                        asked->type() == wire::NdType::kNeighbourSolicitation;
  if (!is_asked) return returned(sent, wire::ip6_field::kSource, 16);
  return neighbour({.type = wire::NdType::kNeighbourAdvertisement,
                    .target = asked->target(),
                    .is_solicited = true,
                    .has_override = true},
                   wire::NdOptionType::kTargetLinkLayer, asked->target());
}

}  // namespace

void fix_checksums(Frame& frame) {
  if (type_of(frame) == kIp4Type) fix_ip4(frame);
  if (type_of(frame) == kIp6Type) fix_ip6(frame);
}

Frame arp_request() { return arp(wire::ArpOperation::kRequest, kPeerAddress); }

Frame neighbour_solicitation() {
  return neighbour({.target = kStackAddress6}, wire::NdOptionType::kSourceLinkLayer, kPeerAddress6);
}

Frame syn(Family family, Port from, Port to, uint32_t sequence_number) {
  Segment segment;
  segment.family = family;
  segment.header.source = from;
  segment.header.destination = to;
  segment.header.sequence_number = sequence_number;
  segment.header.flags.bits = 0x02;
  segment.header.window = 60'000;
  segment.options.mss = 1460;
  segment.options.window_scale = 7;
  segment.options.sack_permitted = true;
  segment.options.timestamps = wire::TcpTimestamps{1, 0};
  return tcp_frame(segment);
}

Frame answer(const Frame& sent, Input& input) {
  switch (type_of(sent)) {
    case kArpType:
      return answer_arp(sent);
    case kIp4Type:
      return answer_ip4(sent, input);
    case kIp6Type:
      return answer_ip6(sent, input);
    default:
      return {};
  }
}

}  // namespace tapstack::fuzz
