// Path MTUs learnt from ICMP, per destination (RFC 1191, RFC 8201).
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "config.h"
#include "mem/pool.h"
#include "util/address.h"
#include "util/siphash.h"
#include "util/time.h"

namespace tapstack::net {

class PathMtuCache {
 public:
  explicit PathMtuCache(const SecretKey& hash_key);

  // The path MTU to `destination` in bytes, at most `interface_mtu_bytes`, which also is the answer
  // when nothing was learnt or what was learnt is older than kConfig.path_mtu_age_ms.
  uint32_t lookup(const IpAddress& destination, uint32_t interface_mtu_bytes, Instant now) const;
  // A path to `destination` takes `mtu_bytes` (see reported_path_mtu()). Never up. Returns the MTU
  // that is now believed.
  uint32_t lower(const IpAddress& destination, uint32_t mtu_bytes, Instant now);
  void clear();
  size_t used() const { return entries_.used(); }

 private:
  struct Entry {
    IpAddress destination;
    uint32_t mtu_bytes = 0;
    mem::Index next = mem::kNoIndex;   // in its bucket
    mem::Index newer = mem::kNoIndex;  // in the order of learning
    Instant expires_at;
  };

  size_t bucket(const IpAddress& destination) const;
  mem::Index find(const IpAddress& destination) const;
  void remove_oldest();
  mem::Index add(const IpAddress& destination);

  static constexpr size_t kBuckets = std::bit_ceil(kConfig.path_mtus);

  SecretKey hash_key_;
  mem::Pool<Entry, kConfig.path_mtus, struct PathMtuTag> entries_;
  std::array<mem::Index, kBuckets> buckets_;
  mem::Index oldest_ = mem::kNoIndex;
  mem::Index newest_ = mem::kNoIndex;
};

// What a router says that could not forward a packet of `packet_bytes`. `next_hop_mtu_bytes`: what
// its link takes; 0: it did not say, so the next lower plateau is taken (RFC 1191 7.1). At least
// kConfig.path_mtu_min_bytes; 0 when the report makes no sense: a link that takes `packet_bytes`
// would not have refused the packet.
uint32_t reported_path_mtu(uint32_t next_hop_mtu_bytes, uint32_t packet_bytes);

// The largest plateau of RFC 1191 table 7-1 below `bytes`; 68 when there is none.
uint32_t plateau_below(uint32_t bytes);

}  // namespace tapstack::net
