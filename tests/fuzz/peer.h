// The other end of a fuzzed stack's wire: frames of the fuzzer's, with checksums made right so that
// they get somewhere, and answers to what the stack sent, truthful or nearly.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tests/fuzz/input.h"
#include "util/address.h"

namespace tapstack::fuzz {

using Frame = std::vector<uint8_t>;

inline constexpr MacAddress kStackMac{{2, 0, 0, 0, 0, 2}};
inline constexpr MacAddress kPeerMac{{2, 0, 0, 0, 0, 1}};
inline constexpr Ip4Address kStackAddress = Ip4Address::from(10, 10, 10, 2);
inline constexpr Ip4Address kPeerAddress = Ip4Address::from(10, 10, 10, 1);

inline constexpr Ip6Address kStackAddress6 = Ip6Address::from(0xfd10, 0x10, 0x10, 0, 0, 0, 0, 2);
inline constexpr Ip6Address kPeerAddress6 = Ip6Address::from(0xfd10, 0x10, 0x10, 0, 0, 0, 0, 1);

// Makes header and transport checksums of an IP packet right, as far as it is one.
void fix_checksums(Frame& frame);

// "kPeerAddress is at kPeerMac", asking for kStackAddress.
Frame arp_request();
// The same of IPv6.
Frame neighbour_solicitation();
// A SYN from the peer.
Frame syn(Family family, Port from, Port to, uint32_t sequence_number);
// An answer to a frame of the stack: ARP and neighbour solicitations are answered; a TCP segment
// gets an acknowledgement, data, or an end, off by what `input` says; anything else comes back with
// its ends exchanged. Empty when there is no answer.
Frame answer(const Frame& sent, Input& input);

}  // namespace tapstack::fuzz
