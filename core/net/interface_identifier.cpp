#include "net/interface_identifier.h"

namespace tapstack::net {

Ip6Address eui64_address(const Ip6Address& prefix, const MacAddress& mac) {
  constexpr uint8_t kUniversal = 0x02;  // inverted, so that hand-made identifiers may be short
  const auto& m = mac.octets;
  const std::array<uint8_t, 8> identifier = {
      static_cast<uint8_t>(m[0] ^ kUniversal), m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};
  Ip6Address address = prefix;
  for (size_t i = 0; i < identifier.size(); ++i) address.octets[8 + i] = identifier[i];
  return address;
}

}  // namespace tapstack::net
