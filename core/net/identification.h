// Identification of datagrams that are or may be fragmented (RFC 6864 4.3, RFC 8200 4.5: unique per
// source and destination within the lifetime of a datagram).
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "config.h"
#include "util/address.h"
#include "util/random.h"
#include "util/siphash.h"

namespace tapstack::net {

// RFC 7739 5.3: a counter per hash of the destination, so that no observer learns how much is sent
// to others, and a keyed offset per destination.
class Identification {
 public:
  explicit Identification(const SecretKey& key) : key_(key) {}

  // The identification of the next datagram; IPv4 has room for the low 16 bits.
  uint32_t next(const IpAddress& source, const IpAddress& destination, uint8_t protocol);

 private:
  static constexpr size_t kCounters = std::bit_ceil(kConfig.identifications);

  SecretKey key_;
  std::array<uint32_t, kCounters> counters_{};
};

}  // namespace tapstack::net
