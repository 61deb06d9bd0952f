#include "tests/sequences/packet.h"

#include <algorithm>
#include <cstdio>

namespace tapstack::sequences {
namespace {

constexpr size_t kIp6Header = 40;
constexpr size_t kFragmentHeader = 8;
constexpr size_t kNextHeader = kEthernetHeader + 6;
constexpr size_t kHopLimit = kEthernetHeader + 7;
constexpr size_t kSource = kEthernetHeader + 8;
constexpr size_t kPayload = kEthernetHeader + kIp6Header;
constexpr uint8_t kFragment = 44;
constexpr uint8_t kIcmp6 = 58;
constexpr size_t kIdentification = kPayload + 4;

bool is_fragment(const ByteString& frame) {
  return is_ip6(frame) && frame[kNextHeader] == kFragment &&
         frame.size() >= kPayload + kFragmentHeader;
}

// With what may differ set to zero.
ByteString comparable(const ByteString& frame) {
  ByteString packet(frame.begin() + kEthernetHeader, frame.end());
  if (!is_ip6(frame)) return packet;
  packet[1] = packet[1] & 0xf0;
  packet[2] = packet[3] = 0;
  if (is_fragment(frame)) {
    std::fill_n(packet.begin() + (kIdentification - kEthernetHeader), sizeof(uint32_t), 0);
  }
  return packet;
}

}  // namespace

bool is_ip6(const ByteString& frame) {
  return frame.size() >= kPayload && frame[12] == 0x86 && frame[13] == 0xdd;
}

std::string difference(const ByteString& expected, const ByteString& got) {
  if (!is_ip6(got)) return "not IPv6";
  const ByteString want = comparable(expected);
  const ByteString have = comparable(got);
  const auto [at, other] = std::mismatch(want.begin(), want.end(), have.begin(), have.end());
  if (at == want.end() && other == have.end()) return "";
  const auto offset = at - want.begin();
  if (at == want.end() || other == have.end()) {
    return std::to_string(want.size()) + " bytes expected, got " + std::to_string(have.size());
  }
  char text[80];
  std::snprintf(text, sizeof text, "octet %td of the packet: %02x expected, got %02x", offset, *at,
                *other);
  return text;
}

std::span<const uint8_t> message_of(const ByteString& frame) {
  const std::span<const uint8_t> all(frame);
  return all.subspan(is_fragment(frame) ? kPayload + kFragmentHeader : kPayload);
}

std::optional<uint8_t> icmp6_type(const ByteString& frame) {
  if (!is_ip6(frame)) return std::nullopt;
  uint8_t protocol = frame[kNextHeader];
  if (is_fragment(frame)) {
    if (frame[kPayload + 2] != 0 || (frame[kPayload + 3] & 0xf8) != 0) return std::nullopt;
    protocol = frame[kPayload];
  }
  // Reports of groups have their Router Alert in front (RFC 2710 3).
  if (protocol == 0 && frame.size() > kPayload + 8 && frame[kPayload] == kIcmp6) {
    return frame[kPayload + 8];
  }
  const auto message = message_of(frame);
  if (protocol != kIcmp6 || message.empty()) return std::nullopt;
  return message[0];
}

bool is_kind(const ByteString& frame, PacketKind kind) {
  switch (kind) {
    case PacketKind::kAny:
      return true;
    case PacketKind::kRouterSolicitation:
      return icmp6_type(frame) == 133;
    case PacketKind::kNeighbourSolicitation:
      return icmp6_type(frame) == 135;
    case PacketKind::kNeighbourAdvertisement:
      return icmp6_type(frame) == 136;
    case PacketKind::kEchoReply:
      return icmp6_type(frame) == 129;
  }
  return false;
}

bool is_unprompted(const ByteString& frame) {
  if (!is_ip6(frame)) return true;  // another protocol's
  const auto type = icmp6_type(frame);
  const bool from_nowhere = std::all_of(frame.begin() + kSource, frame.begin() + kSource + 16,
                                        [](uint8_t octet) { return octet == 0; });
  return type == 131 || type == 132 || type == 143 || (type == 135 && from_nowhere);
}

uint8_t hop_limit_of(const ByteString& frame) { return frame[kHopLimit]; }

uint8_t advertised_hop_limit(const ByteString& frame) {
  const auto message = message_of(frame);
  return icmp6_type(frame) == kRouterAdvertisement && message.size() > 4 ? message[4] : 0;
}

std::optional<uint32_t> fragment_identification(const ByteString& frame) {
  if (!is_fragment(frame)) return std::nullopt;
  uint32_t value = 0;
  for (size_t i = 0; i < sizeof value; ++i) value = value * 256 + frame[kIdentification + i];
  return value;
}

}  // namespace tapstack::sequences
