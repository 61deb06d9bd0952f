// Frames with hand-made headers for the tests of tapif.
#pragma once

#include <cstdint>
#include <vector>

#include "core/api/run.h"

namespace tapstack::tapif::testing {

// 54 bytes of Ethernet, IPv4 and TCP headers and `payload_bytes` of 0, 1, 2, ...; 192.0.2.1:1000 to
// 192.0.2.2:80, sequence number 0x01020304, flags as given, identification 0x1000. The IPv4
// checksum is right; the TCP checksum holds the sum of the pseudo header.
std::vector<uint8_t> tcp4_frame(size_t payload_bytes, uint8_t flags);

// The offload information that goes with it.
api::Offload tcp4_offload(uint16_t segment_bytes);

// 74 bytes of headers: as tcp4_frame(), over IPv6 from 2001:db8::1 to 2001:db8::2.
std::vector<uint8_t> tcp6_frame(size_t payload_bytes, uint8_t flags);
api::Offload tcp6_offload(uint16_t segment_bytes);

// 62 bytes of headers: IPv6 (no extension headers) and UDP, 2001:db8::1 port 1000 to 2001:db8::2
// port 53.
std::vector<uint8_t> udp6_frame(size_t payload_bytes);
api::Offload udp6_offload(uint16_t segment_bytes);

// Whether the checksums of the frame's IP packet verify: written apart from the code under test.
bool checksums_are_right(ConstBytes frame);

}  // namespace tapstack::tapif::testing
