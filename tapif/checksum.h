// Internet checksums (RFC 1071) that the device was to complete.
#pragma once

#include "core/api/run.h"

namespace tapstack::tapif {

// One's complement sum of the bytes, as big-endian 16-bit words, folded to 16 bits. An odd last
// byte counts as if a zero followed.
uint16_t ones_sum(ConstBytes bytes, uint32_t initial = 0);

// Sum of the pseudo header (RFC 9293 3.1, RFC 8200 8.1) of an IP packet whose transport part has
// `transport_bytes`. `frame` begins with the Ethernet header.
uint16_t pseudo_header_sum(ConstBytes frame, bool is_ip6, uint8_t protocol, size_t transport_bytes);

// Completes a partial checksum in place, that of a superframe as if it were one packet. Frames that
// need none are left alone, and so are those whose offsets lie outside.
void complete_checksum(Bytes frame, const api::Offload& offload);

}  // namespace tapstack::tapif
