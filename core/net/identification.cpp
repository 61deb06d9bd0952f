#include "net/identification.h"

namespace tapstack::net {

uint32_t Identification::next(const IpAddress& source, const IpAddress& destination,
                              uint8_t protocol) {
  const uint64_t hash = siphash(key_, source, Endpoint{destination, Port{}}, protocol);
  uint32_t& counter = counters_[static_cast<size_t>(hash) & (kCounters - 1)];
  return static_cast<uint32_t>(hash >> 32) + counter++;
}

}  // namespace tapstack::net
