// A packet as bytes (RFC 894, 791, 792, 768, 9293, 826, 8200, 4443).
#include <algorithm>

#include "core/util/bytes.h"
#include "tests/conformance/family.h"
#include "tests/conformance/packet.h"

namespace tapstack::conformance {
namespace {

constexpr uint8_t kProtocolIcmp = 1, kProtocolTcp = 6, kProtocolUdp = 17, kProtocolFragment = 44,
                  kProtocolIcmp6 = 58;
constexpr uint16_t kDefaultWindow = 65'535;

class Writer {
 public:
  void u8(uint32_t v) { bytes_.push_back(static_cast<uint8_t>(v)); }
  void u16(uint32_t v) { u8(v / 256), u8(v % 256); }
  void u32(uint32_t v) { u16(v / 65'536), u16(v % 65'536); }
  template <class Range>
  void all(const Range& range) {
    bytes_.insert(bytes_.end(), range.begin(), range.end());
  }
  ByteString& bytes() { return bytes_; }

 private:
  ByteString bytes_;
};

void put_checksum(ByteString& bytes, size_t at, uint32_t start, bool is_bad) {
  const uint16_t sum = static_cast<uint16_t>(~ones_sum(bytes, start));
  store_be16(bytes.data() + at, static_cast<uint16_t>(is_bad ? sum ^ 0x5555 : sum));
}

// RFC 793 3.1, RFC 768, RFC 8200 8.1: source, destination, protocol and length.
uint32_t pseudo_header_sum(const Packet& packet, uint8_t protocol, size_t bytes) {
  const Ip src = packet.at.src.value_or(0), dst = packet.at.dst.value_or(0);
  if (packet.family == Family::kIp6) {
    ByteString both;
    for (const Ip ip : {src, dst}) {
      for (const uint8_t octet : ip6_of(ip)) both.push_back(octet);
    }
    return ones_sum(both) + protocol + static_cast<uint32_t>(bytes);
  }
  return (src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff) + protocol +
         static_cast<uint32_t>(bytes);
}

void put_option(Writer& out, const TcpOption& o) {
  using Kind = TcpOption::Kind;
  switch (o.kind) {
    case Kind::kMss:
      out.u8(2), out.u8(4), out.u16(o.value);
      break;
    case Kind::kNop:
      out.u8(1);
      break;
    case Kind::kEol:
      out.u8(0);
      break;
    case Kind::kWindowScale:
      out.u8(3), out.u8(3), out.u8(o.value);
      break;
    case Kind::kSackPermitted:
      out.u8(4), out.u8(2);
      break;
    case Kind::kSack:
      out.u8(5), out.u8(static_cast<uint32_t>(2 + 8 * o.blocks.size()));
      for (const auto& [left, right] : o.blocks) out.u32(left), out.u32(right);
      break;
    case Kind::kTimestamps:
      out.u8(8), out.u8(10), out.u32(o.ts_val.value_or(0)), out.u32(o.ts_ecr.value_or(0));
      break;
    case Kind::kHex:
      out.all(o.bytes);
      break;
  }
}

ByteString payload_of(const Attributes& at, uint32_t begin, uint32_t bytes) {
  ByteString payload = content(begin, bytes);
  for (uint8_t& b : payload) b ^= at.fill_xor;
  return payload;
}

ByteString encode_tcp(const Packet& packet, const Tcp& tcp, uint32_t sequence_shift) {
  const Attributes& at = packet.at;
  Writer options;
  for (TcpOption o : tcp.options) {
    change_cookie(o.bytes, Family::kIp4, packet.family);
    put_option(options, o);
  }
  while (options.bytes().size() % 4 != 0) options.u8(0);
  Writer out;
  out.u16(at.sport.value_or(0)), out.u16(at.dport.value_or(0));
  out.u32(tcp.seq), out.u32(tcp.ack.value_or(0));
  const size_t words = 5 + options.bytes().size() / 4;
  out.u8(at.data_offset.value_or(static_cast<uint8_t>(words)) * 16u), out.u8(tcp.flags);
  out.u16(tcp.win.value_or(kDefaultWindow)), out.u16(0), out.u16(tcp.urg.value_or(0));
  out.all(options.bytes());
  const uint32_t syn = tcp.has(tcp_flag::kSyn) ? 1 : 0;  // takes the number before the text's
  out.all(payload_of(at, tcp.seq + syn - sequence_shift, tcp.payload));
  put_checksum(out.bytes(), 16, pseudo_header_sum(packet, kProtocolTcp, out.bytes().size()),
               at.bad_sum);
  return out.bytes();
}

ByteString encode_udp(const Packet& packet, const Udp& udp) {
  const Attributes& at = packet.at;
  Writer out;
  out.u16(at.sport.value_or(0)), out.u16(at.dport.value_or(0));
  out.u16(at.udp_length.value_or(static_cast<uint16_t>(8 + udp.payload))), out.u16(0);
  out.all(payload_of(at, 0, udp.payload));
  ByteString& bytes = out.bytes();
  if (at.no_sum) return bytes;
  // What lies behind the length that the header says is padding.
  const size_t length = std::clamp<size_t>(load_be16(bytes.data() + 4), 8, bytes.size());
  const ByteString padding(bytes.begin() + static_cast<std::ptrdiff_t>(length), bytes.end());
  bytes.resize(length);
  put_checksum(bytes, 6, pseudo_header_sum(packet, kProtocolUdp, bytes.size()), at.bad_sum);
  if (load_be16(bytes.data() + 6) == 0) store_be16(bytes.data() + 6, 0xffff);
  out.all(padding);
  return bytes;
}

// What follows the header: a quote, cut to `payload` as it would be with an IPv4 header, or data.
ByteString icmp_data(const Packet& packet, const Icmp& icmp, uint32_t sequence_shift) {
  if (!icmp.quote) return payload_of(packet.at, 0, icmp.payload.value_or(0));
  ByteString quoted = encode_ip(*icmp.quote, sequence_shift);
  const uint32_t more = packet.family == Family::kIp6 ? kMoreHeaderBytes : 0;
  if (icmp.payload && *icmp.payload + more < quoted.size()) quoted.resize(*icmp.payload + more);
  return quoted;
}

ByteString encode_icmp6(const Packet& packet, const Icmp& icmp, uint32_t sequence_shift) {
  const IcmpKind kind = icmp6_of({icmp.type, icmp.code});
  Writer out;
  out.u8(kind.type), out.u8(kind.code), out.u16(0);
  if (icmp.mtu) {
    out.u32(*icmp.mtu + kMoreHeaderBytes);
  } else {
    out.u16(icmp.id.value_or(0)), out.u16(icmp.seq.value_or(0));
  }
  out.all(icmp_data(packet, icmp, sequence_shift));
  put_checksum(out.bytes(), 2, pseudo_header_sum(packet, kProtocolIcmp6, out.bytes().size()),
               packet.at.bad_sum);
  return out.bytes();
}

ByteString encode_icmp(const Packet& packet, const Icmp& icmp, uint32_t sequence_shift) {
  Writer out;
  out.u8(icmp.type), out.u8(icmp.code), out.u16(0);
  if (icmp.gateway) {
    out.u32(*icmp.gateway);
  } else if (icmp.pointer) {
    out.u8(*icmp.pointer), out.u8(0), out.u16(0);
  } else {
    out.u16(icmp.id.value_or(0)), out.u16(icmp.mtu.value_or(icmp.seq.value_or(0)));
  }
  out.all(icmp_data(packet, icmp, sequence_shift));
  put_checksum(out.bytes(), 2, 0, packet.at.bad_sum);
  return out.bytes();
}

uint8_t protocol_of(const Packet& packet) {
  if (packet.at.protocol) return *packet.at.protocol;
  if (std::holds_alternative<Tcp>(packet.body)) return kProtocolTcp;
  if (std::holds_alternative<Udp>(packet.body)) return kProtocolUdp;
  if (std::holds_alternative<Icmp>(packet.body)) {
    return packet.family == Family::kIp6 ? kProtocolIcmp6 : kProtocolIcmp;
  }
  return 255;
}

// RFC 791 3.1: the flags and the offset in units of 8 bytes.
uint16_t fragment_field(const Packet& packet) {
  const Attributes& at = packet.at;
  const bool df = at.df.value_or(std::holds_alternative<Tcp>(packet.body) && !at.fragment);
  uint32_t field = df ? 0x4000 : 0;
  if (at.fragment) field |= at.fragment->begin / 8 | (at.fragment->more ? 0x2000u : 0u);
  return static_cast<uint16_t>(field);
}

// RFC 8200 3 and 4.5.
ByteString encode_ip6(const Packet& packet, const ByteString& payload) {
  const Attributes& at = packet.at;
  Writer fragment;
  if (at.fragment) {
    fragment.u8(protocol_of(packet)), fragment.u8(0);
    fragment.u16(at.fragment->begin | (at.fragment->more ? 1u : 0u)),
        fragment.u32(at.id.value_or(0));
  }
  const size_t bytes = fragment.bytes().size() + payload.size();
  Writer out;
  out.u32(at.version.value_or(6) * 0x10000000u + at.tos.value_or(0) * 0x100000u);
  out.u16(static_cast<uint32_t>(bytes));
  out.u8(at.fragment ? kProtocolFragment : protocol_of(packet)), out.u8(at.ttl.value_or(64));
  out.all(ip6_of(at.src.value_or(0))), out.all(ip6_of(at.dst.value_or(0)));
  out.all(fragment.bytes()), out.all(payload);
  return out.bytes();
}

ByteString encode_arp(const Attributes& at, const Arp& arp) {
  Writer out;
  out.all(at.eth_dst.value_or(arp.operation == 1 ? kBroadcastMac : kLocalMac));
  out.all(at.eth_src.value_or(kPeerMac)), out.u16(0x0806);
  out.u16(1), out.u16(0x0800), out.u8(6), out.u8(4), out.u16(arp.operation);
  out.all(arp.sender_mac.value_or(kPeerMac)), out.u32(arp.sender.value_or(0));
  const Mac nobody{};
  out.all(arp.target_mac.value_or(arp.operation == 1 ? nobody : kLocalMac));
  out.u32(arp.target.value_or(0));
  return out.bytes();
}

ByteString encode_raw(const RawFrame& raw) {
  ByteString bytes;
  for (const auto& b : raw.bytes) bytes.push_back(b.value_or(0));
  return bytes;
}

}  // namespace

ByteString content(uint32_t begin, uint32_t bytes) {
  ByteString out(bytes);
  for (uint32_t i = 0; i < bytes; ++i) out[i] = content_byte(begin + i);
  return out;
}

uint16_t ones_sum(const ByteString& bytes, uint32_t start) {
  uint64_t sum = start;
  for (size_t i = 0; i < bytes.size(); ++i) sum += i % 2 == 0 ? bytes[i] * 256u : bytes[i];
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

ByteString encode_transport(const Packet& packet, uint32_t sequence_shift) {
  const Attributes& at = packet.at;
  if (const Tcp* tcp = packet.tcp()) return encode_tcp(packet, *tcp, sequence_shift);
  if (const auto* udp = std::get_if<Udp>(&packet.body)) return encode_udp(packet, *udp);
  if (const Icmp* icmp = packet.icmp()) {
    return packet.family == Family::kIp6 ? encode_icmp6(packet, *icmp, sequence_shift)
                                         : encode_icmp(packet, *icmp, sequence_shift);
  }
  if (const auto* other = std::get_if<OtherIp>(&packet.body)) {
    return payload_of(at, 0, other->payload);
  }
  return {};
}

ByteString encode_ip(const Packet& packet, uint32_t sequence_shift) {
  const Attributes& at = packet.at;
  ByteString payload = encode_transport(packet, sequence_shift);
  if (at.fragment) {
    payload.resize(std::min<size_t>(payload.size(), at.fragment->end));
    payload.erase(payload.begin(), payload.begin() + std::min<std::ptrdiff_t>(at.fragment->begin,
                                                                              std::ssize(payload)));
  }
  if (packet.family == Family::kIp6) return encode_ip6(packet, payload);
  Writer out;
  const size_t header_bytes = 20 + at.ip_options.size();
  out.u8(at.version.value_or(4) * 16u + at.ihl.value_or(static_cast<uint8_t>(header_bytes / 4)));
  out.u8(at.tos.value_or(0));
  out.u16(at.total_length.value_or(static_cast<uint16_t>(header_bytes + payload.size())));
  out.u16(at.id.value_or(0)), out.u16(fragment_field(packet));
  out.u8(at.ttl.value_or(64)), out.u8(protocol_of(packet)), out.u16(0);
  out.u32(at.src.value_or(0)), out.u32(at.dst.value_or(0));
  out.all(at.ip_options);
  put_checksum(out.bytes(), 10, 0, at.bad_ip_sum);
  out.all(payload);
  return out.bytes();
}

ByteString encode(const Packet& packet, uint32_t sequence_shift) {
  const Attributes& at = packet.at;
  Writer out;
  if (const auto* arp = std::get_if<Arp>(&packet.body)) {
    out.all(encode_arp(at, *arp));
  } else if (const auto* raw = std::get_if<RawFrame>(&packet.body)) {
    out.all(encode_raw(*raw));
  } else {
    out.all(at.eth_dst.value_or(kLocalMac)), out.all(at.eth_src.value_or(kPeerMac)),
        out.u16(packet.family == Family::kIp6 ? 0x86dd : 0x0800);
    out.all(encode_ip(packet, sequence_shift));
  }
  ByteString& bytes = out.bytes();
  bytes.resize(bytes.size() + at.padding);
  bytes.resize(bytes.size() - std::min<size_t>(bytes.size(), at.cut));
  return bytes;
}

}  // namespace tapstack::conformance
