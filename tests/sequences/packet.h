// The IPv6 packets of the sequences: compared, classified and told in one line. A decoder of its
// own: what is under test is not used to judge itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "tests/sequences/sequence.h"

namespace tapstack::sequences {

inline constexpr size_t kEthernetHeader = 14;
inline constexpr uint8_t kRouterAdvertisement = 134;

// How an expected frame differs from one that left, "" if it does not. Ethernet headers are not
// compared; neither is what a sender is free to choose and a recording cannot know: the flow label
// (RFC 6437) and the Identification of fragments (RFC 7739).
std::string difference(const ByteString& expected, const ByteString& got);

bool is_ip6(const ByteString& frame);
// Of an IPv6 frame: the ICMPv6 type, also behind a fragment header at offset 0; nothing if it has
// none.
std::optional<uint8_t> icmp6_type(const ByteString& frame);
bool is_kind(const ByteString& frame, PacketKind kind);
// Whether a node sends it of its own accord: reports of its groups (RFC 2710, RFC 3810) and
// duplicate address detection (RFC 4862 5.4.2).
bool is_unprompted(const ByteString& frame);
uint8_t hop_limit_of(const ByteString& frame);
// Cur Hop Limit of a router advertisement; 0: unspecified (RFC 4861 4.2), or it is none.
uint8_t advertised_hop_limit(const ByteString& frame);
// Identification of a fragment; nothing for a whole packet.
std::optional<uint32_t> fragment_identification(const ByteString& frame);
// What follows the IPv6 header, and the fragment header if there is one.
std::span<const uint8_t> message_of(const ByteString& frame);

// "NS fe80::1 > ff02::1:ff00:2 hop 255, target fe80::2, source MAC 00:...": one line.
std::string summary(const ByteString& frame);

}  // namespace tapstack::sequences
