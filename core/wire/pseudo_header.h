// The pseudo header that transport checksums cover (RFC 9293 3.1, RFC 768; RFC 8200 8.1 for IPv6).
#pragma once

#include <cstdint>
#include <span>

#include "util/address.h"
#include "util/checksum.h"

namespace tapstack::wire {

// The sum to start a transport checksum with. Addresses of one family; `protocol`: ip_protocol's;
// `length_bytes`: transport header and data, up to 65,535 over IPv4.
// - Complete checksum: add the segment with its checksum field 0, then checksum() is the field.
// - Verification: add the segment as received; checksum() is 0 if nothing was damaged.
// - Left to the device: folded(), which is not inverted, is the field (virtio-net 5.1.6.2).
ChecksumSum pseudo_header_sum(const IpAddress& source, const IpAddress& destination,
                              uint8_t protocol, uint32_t length_bytes);

}  // namespace tapstack::wire
