// A packet as a script writes it. What a script leaves out is empty: a default when the packet is
// sent to the stack, anything when one is expected from it.
//
// The runner has a codec of its own (packet_encode, packet_decode): what is under test is not used
// to judge itself.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/util/address.h"

namespace tapstack::conformance {

using Byte = uint8_t;
using ByteString = std::vector<uint8_t>;
using Mac = std::array<uint8_t, 6>;
using Ip = uint32_t;  // 10.1.2.3 is 0x0a010203

// Of the stack (`local`) and of everybody else (`peer`), unless a script says otherwise.
inline constexpr Mac kLocalMac{2, 0, 0, 0, 0, 2};
inline constexpr Mac kPeerMac{2, 0, 0, 0, 0, 1};
inline constexpr Mac kBroadcastMac{255, 255, 255, 255, 255, 255};

enum class Direction : uint8_t { kIn, kOut };  // to the stack, from the stack

// [sent a part of it only]
struct FragmentRange {
  uint32_t begin = 0, end = 0;  // bytes of the IP payload
  bool more = false;
};

// What stands in the brackets before a packet.
struct Attributes {
  std::optional<Mac> eth_src, eth_dst;
  std::optional<Ip> src, dst;
  std::optional<uint16_t> sport, dport;
  std::optional<int> fd;  // whose flow it belongs to
  std::optional<uint8_t> ttl, tos, protocol;
  std::optional<uint16_t> id;
  std::optional<bool> df;
  std::optional<FragmentRange> fragment;
  ByteString ip_options;
  // Damage, for packets to the stack.
  std::optional<uint8_t> version, ihl, data_offset;
  std::optional<uint16_t> total_length, udp_length;
  bool bad_ip_sum = false, bad_sum = false, no_sum = false;
  uint8_t fill_xor = 0;  // changes every byte of the payload
  uint32_t padding = 0;  // bytes behind the IP packet
  uint32_t cut = 0;      // bytes missing at the end of the frame
};

struct TcpOption {
  enum class Kind : uint8_t {
    kMss,
    kNop,
    kEol,
    kWindowScale,
    kSackPermitted,
    kSack,
    kTimestamps,
    kHex
  };
  Kind kind = Kind::kNop;
  uint32_t value = 0;
  std::optional<uint32_t> ts_val, ts_ecr;
  std::vector<std::pair<uint32_t, uint32_t>> blocks;
  ByteString bytes;  // kHex: the whole option
};

struct Tcp {
  uint8_t flags = 0;
  uint32_t seq = 0;
  uint32_t payload = 0;  // bytes
  std::optional<uint32_t> ack;
  std::optional<uint16_t> win, urg;
  bool any_options = false;
  std::vector<TcpOption> options;

  bool has(uint8_t bits) const { return (flags & bits) == bits; }
};

namespace tcp_flag {
inline constexpr uint8_t kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16, kUrg = 32, kEce = 64,
                         kCwr = 128;
}

struct Udp {
  uint32_t payload = 0;
};

struct Packet;

struct Icmp {
  uint8_t type = 0, code = 0;
  std::optional<uint16_t> id, seq, mtu;
  std::optional<uint8_t> pointer;
  std::optional<Ip> gateway;
  std::optional<uint32_t> payload;  // bytes after the 8 of the header
  std::shared_ptr<Packet> quote;    // of an error
};

struct Arp {
  uint16_t operation = 1;
  std::optional<Ip> sender, target;
  std::optional<Mac> sender_mac, target_mac;
};

// Any IP protocol.
struct OtherIp {
  uint32_t payload = 0;
};

// A frame as it stands; empty bytes match anything.
struct RawFrame {
  std::vector<std::optional<Byte>> bytes;
};

struct Packet {
  Family family = Family::kIp4;  // of its IP header; see family.h
  Attributes at;
  std::variant<Tcp, Udp, Icmp, Arp, OtherIp, RawFrame> body;

  // Of a packet from the stack only.
  ByteString frame;       // as it was
  ByteString ip_payload;  // of an IP packet
  ByteString content;     // what the program gets: payload of TCP, UDP, echo; the quote of an error
  std::string problem;    // checksum, length: why no peer would take it

  bool is_ip() const {
    return !std::holds_alternative<Arp>(body) && !std::holds_alternative<RawFrame>(body);
  }
  const Tcp* tcp() const { return std::get_if<Tcp>(&body); }
  Tcp* tcp() { return std::get_if<Tcp>(&body); }
  const Icmp* icmp() const { return std::get_if<Icmp>(&body); }
};

// The names that scripts use for ICMP types and codes (RFC 792, RFC 1122, RFC 1812).
struct IcmpName {
  const char* name;
  uint8_t type;
  int code;  // -1: a type alone, code 0
};
extern const std::vector<IcmpName> kIcmpNames;

// Byte `position` of whatever is sent or received: every position has a value of its own, nearly.
constexpr uint8_t content_byte(uint32_t position) {
  return static_cast<uint8_t>(position * 167 + (position >> 8) * 13 + (position >> 16) * 7);
}
ByteString content(uint32_t begin, uint32_t bytes);

Packet parse_packet(std::string_view text);
std::string to_text(const Packet& packet);
Mac parse_mac(std::string_view text);
Ip parse_ip(std::string_view text);
std::string ip_text(Ip ip);
std::string mac_text(const Mac& mac);

// The Ethernet frame that a packet (its addresses, ports and numbers those on the wire) makes.
// `sequence_shift`: what was added to sequence numbers, so that payload depends on the script only.
ByteString encode(const Packet& packet, uint32_t sequence_shift);
ByteString encode_ip(const Packet& packet, uint32_t sequence_shift);
// The transport part of an IP packet, whole even if it is sent in fragments.
ByteString encode_transport(const Packet& packet, uint32_t sequence_shift);
Packet decode(const ByteString& frame);
// RFC 1071, not inverted.
uint16_t ones_sum(const ByteString& bytes, uint32_t start = 0);

// Why `got` is not what was expected; empty if it is. Both in the script's numbers.
std::string mismatch(const Packet& expected, const Packet& got);

}  // namespace tapstack::conformance
