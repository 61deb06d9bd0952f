// Loss as it shows without SACK: by duplicate ACKs, each of which says that one more segment has
// left the network (RFC 5681 3.2, RFC 6582), and lets another one go (RFC 3042 2).
#pragma once

#include <cstdint>

namespace tapstack::transport::tcp {

class DuplicateAcks {
 public:
  // An ACK that is duplicate by RFC 5681 2.
  void on_duplicate() { ++count_; }
  // `acked_bytes` of new data were acknowledged. One segment of them had not been reported by a
  // duplicate ACK: the one that was lost (RFC 6582 3.2 step 3).
  void on_progress(uint32_t acked_bytes, uint32_t mss_bytes);
  void clear() { count_ = 0; }

  uint32_t count() const { return count_; }
  // Bytes of `flight_bytes` that the duplicates say have arrived. The first segment cannot have, or
  // there would be none.
  uint32_t received_bytes(uint32_t flight_bytes, uint32_t mss_bytes) const;

 private:
  uint32_t count_ = 0;
};

}  // namespace tapstack::transport::tcp
