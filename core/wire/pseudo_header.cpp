#include "wire/pseudo_header.h"

#include "util/assert.h"

namespace tapstack::wire {

ChecksumSum pseudo_header_sum(const IpAddress& source, const IpAddress& destination,
                              uint8_t protocol, uint32_t length_bytes) {
  TAPSTACK_ASSERT(source.family() == destination.family() && source.family() != Family::kNone);
  ChecksumSum sum;
  if (source.is_ip4()) {
    sum.add_u32(source.ip4().value);
    sum.add_u32(destination.ip4().value);
  } else {
    sum.add(source.octets());
    sum.add(destination.octets());
  }
  sum.add_word(protocol);
  sum.add_u32(length_bytes);
  return sum;
}

}  // namespace tapstack::wire
