// A frame from the stack as a packet, checked as strictly as the strictest peer would.
#include <algorithm>

#include "core/util/bytes.h"
#include "tests/conformance/family.h"
#include "tests/conformance/packet.h"

namespace tapstack::conformance {
namespace {

constexpr size_t kEthernetBytes = 14;
constexpr uint8_t kProtocolIcmp = 1, kProtocolTcp = 6, kProtocolUdp = 17, kProtocolFragment = 44,
                  kProtocolIcmp6 = 58;
constexpr size_t kIp6Bytes = 40;

ByteString part(const ByteString& bytes, size_t begin, size_t end = SIZE_MAX) {
  const size_t limit = std::min(end, bytes.size());
  const size_t from = std::min(begin, limit);
  return {bytes.begin() + static_cast<std::ptrdiff_t>(from),
          bytes.begin() + static_cast<std::ptrdiff_t>(limit)};
}

Mac mac_at(const ByteString& bytes, size_t at) {
  Mac mac;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), mac.size(), mac.begin());
  return mac;
}

void complain(Packet& packet, const char* what) {
  packet.problem += packet.problem.empty() ? what : std::string(", ") + what;
}

TcpOption decode_option(const ByteString& o) {
  using Kind = TcpOption::Kind;
  TcpOption option;
  const uint8_t kind = o[0];
  if (kind == 2 && o.size() == 4) {
    option.kind = Kind::kMss;
    option.value = load_be16(o.data() + 2);
  } else if (kind == 3 && o.size() == 3) {
    option.kind = Kind::kWindowScale;
    option.value = o[2];
  } else if (kind == 4 && o.size() == 2) {
    option.kind = Kind::kSackPermitted;
  } else if (kind == 5 && o.size() % 8 == 2) {
    option.kind = Kind::kSack;
    for (size_t i = 2; i < o.size(); i += 8) {
      option.blocks.emplace_back(load_be32(o.data() + i), load_be32(o.data() + i + 4));
    }
  } else if (kind == 8 && o.size() == 10) {
    option.kind = Kind::kTimestamps;
    option.ts_val = load_be32(o.data() + 2);
    option.ts_ecr = load_be32(o.data() + 6);
  } else {
    option.kind = Kind::kHex;
    option.bytes = o;
  }
  return option;
}

void decode_options(Packet& packet, Tcp& tcp, const ByteString& options) {
  for (size_t i = 0; i < options.size();) {
    TcpOption option;
    if (options[i] <= 1) {
      option.kind = options[i] == 1 ? TcpOption::Kind::kNop : TcpOption::Kind::kEol;
      ++i;
    } else {
      const size_t length = i + 1 < options.size() ? options[i + 1] : 0;
      if (length < 2 || i + length > options.size())
        return complain(packet, "illegal option length");
      option = decode_option(part(options, i, i + length));
      i += length;
    }
    change_cookie(option.bytes, packet.family, Family::kIp4);
    tcp.options.push_back(option);
    if (option.kind == TcpOption::Kind::kEol) return;
  }
}

uint32_t pseudo_header_sum(const Packet& packet, size_t bytes) {
  const Ip src = *packet.at.src, dst = *packet.at.dst;
  if (packet.family == Family::kIp6) {
    ByteString both;
    for (const Ip ip : {src, dst}) {
      for (const uint8_t octet : ip6_of(ip)) both.push_back(octet);
    }
    return ones_sum(both) + *packet.at.protocol + static_cast<uint32_t>(bytes);
  }
  return (src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff) + *packet.at.protocol +
         static_cast<uint32_t>(bytes);
}

// `is_quote`: cut off, so that lengths and checksums say nothing.
void decode_tcp(Packet& packet, const ByteString& bytes, bool is_quote) {
  Tcp tcp;
  packet.at.sport = load_be16(bytes.data());
  packet.at.dport = load_be16(bytes.data() + 2);
  tcp.seq = load_be32(bytes.data() + 4);
  if (bytes.size() >= 20) {
    const size_t header = size_t{bytes[12]} / 16 * 4;
    tcp.flags = bytes[13];
    tcp.ack = load_be32(bytes.data() + 8);
    tcp.win = load_be16(bytes.data() + 14);
    tcp.urg = load_be16(bytes.data() + 18);
    if (header < 20 || (header > bytes.size() && !is_quote)) complain(packet, "bad data offset");
    decode_options(packet, tcp, part(bytes, 20, header));
    packet.content = part(bytes, header);
    tcp.payload = static_cast<uint32_t>(packet.content.size());
    if (!is_quote && ones_sum(bytes, pseudo_header_sum(packet, bytes.size())) != 0xffff) {
      complain(packet, "bad TCP checksum");
    }
  } else if (!is_quote) {
    complain(packet, "TCP header too short");
  }
  packet.body = tcp;
}

void decode_udp(Packet& packet, const ByteString& bytes, bool is_quote) {
  packet.at.sport = load_be16(bytes.data());
  packet.at.dport = load_be16(bytes.data() + 2);
  packet.content = part(bytes, 8);
  const uint16_t length = load_be16(bytes.data() + 4);
  if (is_quote) {
    packet.body = Udp{length - 8u};
    return;
  }
  packet.body = Udp{static_cast<uint32_t>(packet.content.size())};
  if (length != bytes.size()) complain(packet, "bad UDP length");
  const bool has_sum = load_be16(bytes.data() + 6) != 0;
  if (has_sum && ones_sum(bytes, pseudo_header_sum(packet, bytes.size())) != 0xffff) {
    complain(packet, "bad UDP checksum");
  }
}

Packet decode_ip(const ByteString& bytes, bool is_quote);
Packet decode_ip6(const ByteString& bytes, bool is_quote);

void decode_icmp(Packet& packet, const ByteString& bytes, bool is_quote) {
  Icmp icmp;
  icmp.type = bytes[0];
  icmp.code = bytes[1];
  if (!is_quote && ones_sum(bytes) != 0xffff) complain(packet, "bad ICMP checksum");
  const bool is_error =
      icmp.type == 3 || icmp.type == 4 || icmp.type == 5 || icmp.type == 11 || icmp.type == 12;
  packet.content = part(bytes, 8);
  icmp.payload = static_cast<uint32_t>(packet.content.size());
  if (!is_error) {
    icmp.id = load_be16(bytes.data() + 4);
    icmp.seq = load_be16(bytes.data() + 6);
  } else {
    if (icmp.type == 3 && icmp.code == 4) icmp.mtu = load_be16(bytes.data() + 6);
    if (icmp.type == 12) icmp.pointer = bytes[4];
    if (!is_quote) icmp.quote = std::make_shared<Packet>(decode_ip(packet.content, true));
  }
  packet.body = icmp;
}

// The message as ICMP for IPv4 would say it.
void decode_icmp6(Packet& packet, const ByteString& bytes, bool is_quote) {
  const IcmpKind kind = icmp4_of({bytes[0], bytes[1]});
  Icmp icmp;
  icmp.type = kind.type;
  icmp.code = kind.code;
  if (!is_quote && ones_sum(bytes, pseudo_header_sum(packet, bytes.size())) != 0xffff) {
    complain(packet, "bad ICMPv6 checksum");
  }
  packet.content = part(bytes, 8);
  icmp.payload = static_cast<uint32_t>(packet.content.size());
  if (bytes[0] >= 128) {
    icmp.id = load_be16(bytes.data() + 4);
    icmp.seq = load_be16(bytes.data() + 6);
  } else {
    if (bytes[0] == 2)
      icmp.mtu = static_cast<uint16_t>(load_be32(bytes.data() + 4) - kMoreHeaderBytes);
    *icmp.payload -= std::min(*icmp.payload, kMoreHeaderBytes);
    if (!is_quote) icmp.quote = std::make_shared<Packet>(decode_ip6(packet.content, true));
  }
  packet.body = icmp;
}

void decode_transport(Packet& packet, bool is_quote) {
  const ByteString& bytes = packet.ip_payload;
  const bool is_fragment = packet.at.fragment.has_value();
  const bool is_known =
      *packet.at.protocol == kProtocolTcp || *packet.at.protocol == kProtocolUdp ||
      *packet.at.protocol == kProtocolIcmp || *packet.at.protocol == kProtocolIcmp6;
  packet.body = OtherIp{static_cast<uint32_t>(bytes.size())};
  if (!is_known || (is_fragment && !(is_quote && packet.at.fragment->begin == 0))) return;
  if (bytes.size() < 8) return complain(packet, "transport header too short");
  if (*packet.at.protocol == kProtocolTcp) decode_tcp(packet, bytes, is_quote);
  if (*packet.at.protocol == kProtocolUdp) decode_udp(packet, bytes, is_quote);
  if (*packet.at.protocol == kProtocolIcmp) decode_icmp(packet, bytes, is_quote);
  if (*packet.at.protocol == kProtocolIcmp6) decode_icmp6(packet, bytes, is_quote);
}

Packet decode_ip(const ByteString& bytes, bool is_quote) {
  Packet packet;
  packet.body = RawFrame{};
  if (bytes.size() < 20) return complain(packet, "IP header too short"), packet;
  const uint8_t* p = bytes.data();
  const size_t header = size_t{p[0]} % 16 * 4;
  if (p[0] / 16 != 4) complain(packet, "IP version is not 4");
  if (header < 20 || header > bytes.size()) return complain(packet, "bad IHL"), packet;
  Attributes& at = packet.at;
  at.tos = p[1];
  at.total_length = load_be16(p + 2);
  at.id = load_be16(p + 4);
  const uint16_t field = load_be16(p + 6);
  at.df = (field & 0x4000) != 0;
  at.ttl = p[8];
  at.protocol = p[9];
  at.src = load_be32(p + 12);
  at.dst = load_be32(p + 16);
  at.ip_options = part(bytes, 20, header);
  packet.ip_payload = part(bytes, header);
  if ((field & 0x3fff) != 0) {
    const uint32_t begin = (field & 0x1fffu) * 8;
    at.fragment = FragmentRange{begin, begin + static_cast<uint32_t>(packet.ip_payload.size()),
                                (field & 0x2000) != 0};
  }
  if (!is_quote && *at.total_length != bytes.size())
    complain(packet, "total length is not the packet's");
  if (ones_sum(part(bytes, 0, header)) != 0xffff) complain(packet, "bad IP header checksum");
  decode_transport(packet, is_quote);
  return packet;
}

// RFC 8200 3; the only extension header that what is sent here may have is the fragment's (4.5).
Packet decode_ip6(const ByteString& bytes, bool is_quote) {
  Packet packet;
  packet.family = Family::kIp6;
  packet.body = RawFrame{};
  if (bytes.size() < kIp6Bytes) return complain(packet, "IPv6 header too short"), packet;
  const uint8_t* p = bytes.data();
  if (p[0] / 16 != 6) complain(packet, "IP version is not 6");
  Attributes& at = packet.at;
  at.tos = static_cast<uint8_t>(load_be32(p) >> 20);
  const uint16_t payload_bytes = load_be16(p + 4);
  at.total_length = static_cast<uint16_t>(payload_bytes + kIp6Bytes - kMoreHeaderBytes);
  at.protocol = p[6];
  at.ttl = p[7];
  Ip6Octets src, dst;
  std::copy_n(p + 8, src.size(), src.begin());
  std::copy_n(p + 24, dst.size(), dst.begin());
  at.src = ip_of(src);
  at.dst = ip_of(dst);
  packet.ip_payload = part(bytes, kIp6Bytes);
  if (!is_quote && payload_bytes + kIp6Bytes != bytes.size()) {
    complain(packet, "payload length is not the packet's");
  }
  if (*at.protocol == kProtocolFragment && packet.ip_payload.size() >= 8) {
    const uint16_t field = load_be16(packet.ip_payload.data() + 2);
    at.protocol = packet.ip_payload[0];
    packet.ip_payload = part(packet.ip_payload, 8);
    const uint32_t begin = field & 0xfff8u;
    at.fragment = FragmentRange{begin, begin + static_cast<uint32_t>(packet.ip_payload.size()),
                                (field & 1) != 0};
  }
  decode_transport(packet, is_quote);
  return packet;
}

Packet decode_arp(const ByteString& bytes) {
  Packet packet;
  Arp arp;
  if (bytes.size() < 28) return complain(packet, "ARP message too short"), packet;
  if (load_be16(bytes.data()) != 1 || load_be16(bytes.data() + 2) != 0x0800 || bytes[4] != 6 ||
      bytes[5] != 4) {
    complain(packet, "not ARP for IPv4 over Ethernet");
  }
  arp.operation = load_be16(bytes.data() + 6);
  arp.sender_mac = mac_at(bytes, 8);
  arp.sender = load_be32(bytes.data() + 14);
  arp.target_mac = mac_at(bytes, 18);
  arp.target = load_be32(bytes.data() + 24);
  packet.body = arp;
  return packet;
}

}  // namespace

Packet decode(const ByteString& frame) {
  Packet packet;
  packet.body = RawFrame{};
  if (frame.size() >= kEthernetBytes) {
    const uint16_t type = load_be16(frame.data() + 12);
    const ByteString payload = part(frame, kEthernetBytes);
    if (type == 0x0800) packet = decode_ip(payload, false);
    if (type == 0x0806) packet = decode_arp(payload);
    if (type == 0x86dd) packet = decode_ip6(payload, false);
    packet.at.eth_dst = mac_at(frame, 0);
    packet.at.eth_src = mac_at(frame, 6);
    if (*packet.at.eth_src != kLocalMac) complain(packet, "the frame's source is not the stack");
  } else {
    complain(packet, "shorter than an Ethernet header");
  }
  if (auto* raw = std::get_if<RawFrame>(&packet.body))
    raw->bytes.assign(frame.begin(), frame.end());
  packet.frame = frame;
  return packet;
}

}  // namespace tapstack::conformance
