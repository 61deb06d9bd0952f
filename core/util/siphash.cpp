#include "util/siphash.h"

#include <bit>
#include <cstring>

#include "util/bytes.h"

namespace tapstack {
namespace {

struct SipState {
  uint64_t v0, v1, v2, v3;

  explicit SipState(const SecretKey& key)
      : v0(key.k0 ^ 0x736f6d6570736575u),
        v1(key.k1 ^ 0x646f72616e646f6du),
        v2(key.k0 ^ 0x6c7967656e657261u),
        v3(key.k1 ^ 0x7465646279746573u) {}

  void round() {
    v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
  }

  void add(uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  uint64_t finish() {
    v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

// What is hashed of an address: four octets for IPv4, sixteen for IPv6, so IPv4 stays cheap.
size_t address_octets(const IpAddress& address) { return address.is_ip6() ? 16 : 4; }

// The bytes of a tuple; lengths differ between families, so tuples of different families differ.
class TupleBytes {
 public:
  void add(const IpAddress& address) {
    const size_t n = address_octets(address);
    std::memcpy(bytes_ + used_, address.octets().data(), n);
    used_ += n;
  }
  void add(uint32_t value, size_t octets) {
    uint8_t word[4];
    store_le32(word, value);
    std::memcpy(bytes_ + used_, word, octets);
    used_ += octets;
  }
  std::span<const uint8_t> bytes() const { return {bytes_, used_}; }

 private:
  uint8_t bytes_[2 * 16 + 2 * 2 + 4];
  size_t used_ = 0;
};

}  // namespace

uint64_t siphash(const SecretKey& key, std::span<const uint8_t> bytes) {
  SipState state(key);
  const size_t whole = bytes.size() / 8 * 8;
  for (size_t i = 0; i < whole; i += 8) state.add(load_le64(&bytes[i]));
  uint64_t last = uint64_t{bytes.size() & 0xff} << 56;
  for (size_t i = whole; i < bytes.size(); ++i) last |= uint64_t{bytes[i]} << (8 * (i - whole));
  state.add(last);
  return state.finish();
}

uint64_t siphash(const SecretKey& key, const IpAddress& address) {
  return siphash(key, std::span(address.octets().data(), address_octets(address)));
}

uint64_t siphash(const SecretKey& key, const IpAddress& local, const Endpoint& remote,
                 uint32_t selector) {
  TupleBytes tuple;
  tuple.add(local);
  tuple.add(remote.address);
  tuple.add(remote.port.value, 2);
  tuple.add(selector, 4);
  return siphash(key, tuple.bytes());
}

uint64_t siphash(const SecretKey& key, const Endpoint& local, const Endpoint& remote,
                 uint32_t selector) {
  TupleBytes tuple;
  tuple.add(local.address);
  tuple.add(remote.address);
  tuple.add((uint32_t{local.port.value} << 16) | remote.port.value, 4);
  tuple.add(selector, 4);
  return siphash(key, tuple.bytes());
}

}  // namespace tapstack
