#include "net/interface_identifier.h"

#include <algorithm>
#include <array>

#include "util/bytes.h"

namespace tapstack::net {
namespace {

constexpr size_t kPrefixBytes = 8;

Ip6Address with_identifier(const Ip6Address& prefix, uint64_t identifier) {
  Ip6Address address = prefix;
  store_le64(address.octets.data() + kPrefixBytes, identifier);
  return address;
}

}  // namespace

Ip6Address eui64_address(const Ip6Address& prefix, const MacAddress& mac) {
  constexpr uint8_t kUniversal = 0x02;  // inverted, so that hand-made identifiers may be short
  const auto& m = mac.octets;
  const std::array<uint8_t, 8> identifier = {
      static_cast<uint8_t>(m[0] ^ kUniversal), m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};
  Ip6Address address = prefix;
  for (size_t i = 0; i < identifier.size(); ++i) address.octets[8 + i] = identifier[i];
  return address;
}

Ip6Address stable_address(const Ip6Address& prefix, const MacAddress& mac, uint8_t collisions,
                          const SecretKey& secret) {
  std::array<uint8_t, kPrefixBytes + 6 + 2> input{};
  std::copy_n(prefix.octets.begin(), kPrefixBytes, input.begin());
  std::copy_n(mac.octets.begin(), mac.octets.size(), input.begin() + kPrefixBytes);
  input[input.size() - 2] = collisions;
  Ip6Address address;
  do {
    address = with_identifier(prefix, siphash(secret, input));
    ++input.back();  // another one in place of a reserved one
  } while (has_reserved_identifier(address));
  return address;
}

Ip6Address random_address(const Ip6Address& prefix, Random& random) {
  Ip6Address address;
  do {
    address = with_identifier(prefix, random.next_u64());
  } while (has_reserved_identifier(address));
  return address;
}

bool has_reserved_identifier(const Ip6Address& address) {
  const uint8_t* p = address.octets.data() + kPrefixBytes;
  const uint32_t high = load_be32(p);
  const uint32_t low = load_be32(p + 4);
  if (high == 0 && low == 0) return true;
  if (high == 0x02005eff && low >> 24 == 0xfe) return true;  // IANA's block of MAC addresses
  return high == 0xfdffffff && low >= 0xffffff80u;           // anycast, RFC 2526
}

}  // namespace tapstack::net
