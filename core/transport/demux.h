// Finds the object that a pair of endpoints belongs to: a hash table of numbers, keyed so that a
// peer cannot aim at one bucket. What a number means and whether it matches is its owner's
// business.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "mem/handle.h"
#include "util/address.h"
#include "util/siphash.h"

namespace tapstack::transport {

// The two ends of a flow as this host sees them.
struct Flow {
  Endpoint local;
  Endpoint remote;
  constexpr bool operator==(const Flow&) const = default;
};

// Numbers [0, N) in buckets. Construction touches the bucket heads only.
template <size_t N>
class Demux {
 public:
  Demux() { heads_.fill(mem::kNoIndex); }
  void start(const SecretKey& key) { key_ = key; }

  uint32_t hash(const Flow& flow) const {
    return static_cast<uint32_t>(siphash(key_, flow.local, flow.remote)) % kBuckets;
  }
  // Of no bucket: by which those that share a port part the flows (port_group.h).
  uint32_t group_hash(const Flow& flow) const {
    return static_cast<uint32_t>(siphash(key_, flow.local, flow.remote) >> 32);
  }
  uint32_t hash(Port port) const { return port.value % kBuckets; }

  // `number` must not be in the table.
  void insert(uint32_t hash, uint32_t number) {
    next_[number] = heads_[hash];
    heads_[hash] = number;
  }
  // `number` must be in the table, inserted with `hash`.
  void remove(uint32_t hash, uint32_t number) {
    uint32_t* link = &heads_[hash];
    while (*link != number) link = &next_[*link];
    *link = next_[number];
  }
  // The first number for which matches(number) holds, newest first; mem::kNoIndex when none does.
  template <class Matches>
  uint32_t find(uint32_t hash, Matches&& matches) const {
    for (uint32_t n = heads_[hash]; n != mem::kNoIndex; n = next_[n]) {
      if (matches(n)) return n;
    }
    return mem::kNoIndex;
  }

 private:
  static constexpr size_t kBuckets = std::bit_ceil(N);

  SecretKey key_;
  std::array<uint32_t, kBuckets> heads_;
  uint32_t next_[N];  // valid for what is in the table
};

}  // namespace tapstack::transport
