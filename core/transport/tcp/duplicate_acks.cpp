#include "transport/tcp/duplicate_acks.h"

#include <algorithm>

#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

void DuplicateAcks::on_progress(uint32_t acked_bytes, uint32_t mss_bytes) {
  const uint32_t segments = segments_of(acked_bytes, mss_bytes);
  const uint32_t reported = segments > 0 ? segments - 1 : 0;
  count_ -= std::min(count_, reported);
}

uint32_t DuplicateAcks::received_bytes(uint32_t flight_bytes, uint32_t mss_bytes) const {
  return std::min(count_ * mss_bytes, flight_bytes - std::min(flight_bytes, mss_bytes));
}

}  // namespace tapstack::transport::tcp
