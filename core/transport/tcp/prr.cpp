#include "transport/tcp/prr.h"

#include <algorithm>

namespace tapstack::transport::tcp {

void Prr::start(uint32_t flight_bytes, uint32_t ssthresh_bytes, uint32_t mss_bytes) {
  const uint32_t waiting_bytes = waiting_bytes_;
  *this = Prr{};
  flight_bytes_ = std::max(flight_bytes + waiting_bytes, uint32_t{1});
  delivered_bytes_ = waiting_bytes;
  ssthresh_bytes_ = ssthresh_bytes;
  mss_bytes_ = mss_bytes;
}

void Prr::on_ack(const PrrAck& ack) {
  delivered_bytes_ += ack.delivered_bytes;
  int64_t allowed = 0;  // SndCnt
  const int64_t out = static_cast<int64_t>(out_bytes_);
  if (ack.pipe_bytes > ssthresh_bytes_) {
    const uint64_t share = (delivered_bytes_ * ssthresh_bytes_ + flight_bytes_ - 1) / flight_bytes_;
    allowed = static_cast<int64_t>(share) - out;
  } else {
    allowed = std::max(static_cast<int64_t>(delivered_bytes_) - out, int64_t{ack.delivered_bytes});
    if (ack.is_safe) allowed += mss_bytes_;
    allowed = std::min(allowed, int64_t{ssthresh_bytes_} - ack.pipe_bytes);
  }
  // RFC 9937 6: the first retransmission goes whatever the pipe holds.
  const int64_t least = out_bytes_ == 0 ? mss_bytes_ : 0;
  window_bytes_ = ack.pipe_bytes + static_cast<uint32_t>(std::max(allowed, least));
}

}  // namespace tapstack::transport::tcp
