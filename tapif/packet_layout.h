// Where the headers of a frame are: as much as cutting superframes and completing checksums needs.
#pragma once

#include <cstdint>

#include "core/api/types.h"

namespace tapstack::tapif {

inline constexpr size_t kEthernetBytes = 14;  // IEEE 802.3: two addresses and the type
inline constexpr size_t kIp6Bytes = 40;       // the fixed header (RFC 8200 3)

// Fields in network byte order.
inline uint16_t load16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }
inline uint32_t load32(const uint8_t* at) { return uint32_t{load16(at)} << 16 | load16(at + 2); }
inline void store16(uint8_t* at, uint16_t value) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}
inline void store32(uint8_t* at, uint32_t value) {
  store16(at, static_cast<uint16_t>(value >> 16));
  store16(at + 2, static_cast<uint16_t>(value));
}

enum : uint8_t { kProtocolTcp = 6, kProtocolUdp = 17 };  // IANA protocol numbers

// Layout of an IP packet in an Ethernet II frame. IPv6 only without extension headers.
struct PacketLayout {
  bool is_ip6 = false;
  uint8_t protocol = 0;
  bool is_fragment = false;
  size_t transport = 0;  // offset in the frame
  size_t end = 0;        // of the IP packet, excluding Ethernet padding
};

// False when the frame holds no whole IP packet.
bool find_layout(ConstBytes frame, PacketLayout& layout);

}  // namespace tapstack::tapif
