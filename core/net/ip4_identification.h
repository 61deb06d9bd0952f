// Identification of IPv4 datagrams that may be fragmented (RFC 6864 4.3: unique per source,
// destination and protocol within the lifetime of a datagram).
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "config.h"
#include "util/address.h"
#include "util/random.h"
#include "util/siphash.h"

namespace tapstack::net {

// RFC 7739 5.2 (for IPv6, the reasoning is the same): a counter per hash of the destination, so
// that no observer learns how much is sent to others, and a keyed offset per destination.
class Ip4Identification {
 public:
  explicit Ip4Identification(const SecretKey& key) : key_(key) {}

  // The identification of the next datagram.
  uint16_t next(const IpAddress& source, const IpAddress& destination, uint8_t protocol);

 private:
  static constexpr size_t kCounters = std::bit_ceil(kConfig.ip4_identifications);

  SecretKey key_;
  std::array<uint16_t, kCounters> counters_{};
};

}  // namespace tapstack::net
