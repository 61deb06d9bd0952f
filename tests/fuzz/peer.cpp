#include "tests/fuzz/peer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "util/checksum.h"
#include "wire/arp.h"
#include "wire/ethernet.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/pseudo_header.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"
#include "wire/udp.h"

namespace tapstack::fuzz {
namespace {

constexpr size_t kEthernetBytes = 14;
constexpr size_t kIpBytes = 20;
constexpr size_t kTcpBytes = wire::TcpView::kHeaderBytesMin;
constexpr size_t kIpChecksumAt = kEthernetBytes + wire::ip4_field::kChecksum;

void put(Frame& frame, const MacAddress& mac) {
  frame.insert(frame.end(), mac.octets.begin(), mac.octets.end());
}

Frame ethernet(uint8_t type_low) {
  Frame frame;
  put(frame, kStackMac);
  put(frame, kPeerMac);
  frame.push_back(8);
  frame.push_back(type_low);
  return frame;
}

// Where the transport's checksum field is; 0 when it has none that is known.
size_t checksum_offset(uint8_t protocol) {
  switch (protocol) {
    case wire::ip_protocol::kTcp:
      return wire::TcpView::kChecksumOffset;
    case wire::ip_protocol::kUdp:
      return wire::UdpView::kChecksumOffset;
    case wire::ip_protocol::kIcmp:
      return wire::Icmp4View::kChecksumOffset;
    default:
      return 0;
  }
}

void fix_transport(std::span<uint8_t> segment, const wire::Ip4View& ip) {
  const size_t at = checksum_offset(ip.protocol());
  if (at == 0 || segment.size() < at + 2 || ip.is_fragment()) return;
  store_be16(segment.data() + at, 0);
  ChecksumSum sum;
  if (ip.protocol() != wire::ip_protocol::kIcmp) {
    sum = wire::pseudo_header_sum(ip.source(), ip.destination(), ip.protocol(),
                                  static_cast<uint32_t>(segment.size()));
  }
  sum.add(segment);
  store_be16(segment.data() + at, sum.checksum());
}

Frame arp(wire::ArpOperation operation, Ip4Address sender) {
  Frame frame = ethernet(6);
  frame.resize(kEthernetBytes + wire::ArpView::kBytes);
  wire::emit(std::span(frame).subspan(kEthernetBytes),
             wire::ArpMessage{operation, kPeerMac, sender, kStackMac, kStackAddress});
  return frame;
}

struct Segment {
  wire::TcpHeader header;
  wire::TcpOptions options;
  std::span<const uint8_t> data;
};

Frame tcp_frame(Segment segment) {
  Frame frame = ethernet(0);
  const size_t header_bytes = kTcpBytes + segment.options.size_bytes();
  segment.header.header_bytes = static_cast<uint8_t>(header_bytes);
  frame.resize(kEthernetBytes + kIpBytes + header_bytes);
  const std::span<uint8_t> bytes(frame);
  wire::Ip4Header ip;
  ip.total_length = static_cast<uint16_t>(kIpBytes + header_bytes + segment.data.size());
  ip.ttl = 64;
  ip.protocol = wire::ip_protocol::kTcp;
  ip.source = kPeerAddress;
  ip.destination = kStackAddress;
  wire::emit(bytes.subspan(kEthernetBytes), ip);
  wire::emit(bytes.subspan(kEthernetBytes + kIpBytes), segment.header);
  wire::emit(bytes.subspan(kEthernetBytes + kIpBytes + kTcpBytes), segment.options);
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

Frame answer_tcp(const wire::Ip4View& ip, std::span<const uint8_t> bytes, Input& input) {
  const auto tcp = wire::TcpView::parse(bytes);
  if (!tcp) return {};
  const auto flags = tcp->flags();
  const size_t data_bytes = ip.payload_bytes() - tcp->header_bytes();
  const uint32_t length =
      static_cast<uint32_t>(data_bytes) + (flags.syn() ? 1 : 0) + (flags.fin() ? 1 : 0);
  Segment reply;
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

}  // namespace

void fix_checksums(Frame& frame) {
  if (frame.size() < kEthernetBytes + kIpBytes || frame[12] != 8 || frame[13] != 0) return;
  const std::span<uint8_t> packet = std::span(frame).subspan(kEthernetBytes);
  const size_t header_bytes = wire::Ip4View::header_bytes_of(packet[0]);
  if (header_bytes < kIpBytes || header_bytes > packet.size()) return;
  store_be16(frame.data() + kIpChecksumAt, 0);
  store_be16(frame.data() + kIpChecksumAt, checksum_of(packet.first(header_bytes)));
  const auto ip = wire::Ip4View::parse(packet);
  if (ip) fix_transport(packet.subspan(header_bytes, ip->payload_bytes()), *ip);
}

Frame arp_request() { return arp(wire::ArpOperation::kRequest, kPeerAddress); }

Frame syn(Port from, Port to, uint32_t sequence_number) {
  Segment segment;
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
  if (sent.size() < kEthernetBytes || sent[12] != 8) return {};
  const std::span<const uint8_t> packet = std::span(sent).subspan(kEthernetBytes);
  if (sent[13] == 6) {
    const auto asked = wire::ArpView::parse(packet);
    if (!asked || asked->operation() != wire::ArpOperation::kRequest) return {};
    return arp(wire::ArpOperation::kReply, asked->target_protocol());
  }
  const auto ip = wire::Ip4View::parse(packet);
  if (!ip) return {};
  if (ip->protocol() == wire::ip_protocol::kTcp && !ip->is_fragment()) {
    return answer_tcp(*ip, packet.subspan(ip->header_bytes(), ip->payload_bytes()), input);
  }
  Frame back = sent;  // as an echo would be, ends exchanged
  std::swap_ranges(back.begin(), back.begin() + 6, back.begin() + 6);
  const auto at = back.begin() + kEthernetBytes + wire::ip4_field::kSource;
  std::swap_ranges(at, at + 4, at + 4);
  fix_checksums(back);
  return back;
}

}  // namespace tapstack::fuzz
