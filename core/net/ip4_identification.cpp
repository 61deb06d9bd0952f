#include "net/ip4_identification.h"

namespace tapstack::net {

uint16_t Ip4Identification::next(const IpAddress& source, const IpAddress& destination,
                                 uint8_t protocol) {
  const uint64_t hash = siphash(key_, source, Endpoint{destination, Port{}}, protocol);
  uint16_t& counter = counters_[static_cast<size_t>(hash) & (kCounters - 1)];
  return static_cast<uint16_t>((hash >> 48) + counter++);
}

}  // namespace tapstack::net
