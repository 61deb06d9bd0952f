#include "tapif/derived_mac.h"

namespace tapstack::tapif {

MacAddress derive_mac(const MacAddress& host, const std::string& name) {
  uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&](uint8_t octet) { hash = (hash ^ octet) * 0x100000001b3u; };
  for (const uint8_t octet : host.octets) add(octet);
  for (const char c : name) add(static_cast<uint8_t>(c));
  MacAddress mac;
  for (size_t i = 0; i < 6; ++i) mac.octets[i] = static_cast<uint8_t>(hash >> (8 * i));
  mac.octets[0] = static_cast<uint8_t>((mac.octets[0] & 0xfc) | 0x02);
  if (mac == host) mac.octets[5] ^= 1;
  return mac;
}

}  // namespace tapstack::tapif
