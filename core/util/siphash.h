// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash. Whoever does not know the key can
// neither aim many connections at one hash bucket nor predict sequence numbers and ports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "util/address.h"

namespace tapstack {

// 128 bits of secret; comes from Random::key().
struct SecretKey {
  uint64_t k0 = 0;
  uint64_t k1 = 0;
};

uint64_t siphash(const SecretKey& key, std::span<const uint8_t> bytes);

// Of an address; of a local and remote endpoint with a protocol number or other selector: demux
// (hash tables), RFC 6528 initial sequence numbers, RFC 6056 algorithm 3 port offsets.
uint64_t siphash(const SecretKey& key, const IpAddress& address);
uint64_t siphash(const SecretKey& key, const IpAddress& local, const Endpoint& remote,
                 uint32_t selector);
uint64_t siphash(const SecretKey& key, const Endpoint& local, const Endpoint& remote,
                 uint32_t selector = 0);

}  // namespace tapstack
