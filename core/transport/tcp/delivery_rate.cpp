#include "transport/tcp/delivery_rate.h"

#include <algorithm>

namespace tapstack::transport::tcp {

// Section 3.2: a packet is sent.
FullSendSnapshot FullDeliveryRate::on_send(Instant now, uint32_t pipe_bytes, uint32_t bytes) {
  if (pipe_bytes == 0) {  // the interval starts anew, without the time that nothing was in flight
    first_sent_at_ = now;
    delivered_at_ = now;
  }
  FullSendSnapshot s;
  s.delivered_at = delivered_at_;
  s.first_sent_at = first_sent_at_;
  s.delivered_bytes = delivered_bytes_;
  s.tx_in_flight_bytes = pipe_bytes + bytes;
  s.lost_bytes = lost_bytes_;
  s.is_app_limited = is_app_limited();
  return s;
}

// Section 3.3, UpdateRateSample(): the transmission that left last decides.
void FullDeliveryRate::on_delivered(const FullSendSnapshot& sent, Instant sent_at, uint32_t bytes,
                                    Instant now) {
  delivered_bytes_ += bytes;
  delivered_at_ = now;
  const bool is_newer =
      !has_newest_ || sent.delivered_bytes > newest_.delivered_bytes ||
      (sent.delivered_bytes == newest_.delivered_bytes && sent_at >= newest_sent_at_);
  if (!is_newer) return;
  has_newest_ = true;
  newest_ = sent;
  newest_sent_at_ = sent_at;
  send_elapsed_ = sent_at - sent.first_sent_at;
  ack_elapsed_ = now - sent.delivered_at;
  first_sent_at_ = sent_at;
}

LossSample FullDeliveryRate::on_lost(const FullSendSnapshot& sent, uint32_t bytes) {
  lost_bytes_ += bytes;
  LossSample l;
  l.delivered_bytes = delivered_bytes_;
  l.bytes = bytes;
  l.tx_in_flight_bytes = sent.tx_in_flight_bytes;
  l.lost_bytes = lost_bytes_ - sent.lost_bytes;
  l.is_app_limited = sent.is_app_limited;
  return l;
}

// Section 3.3, GenerateRateSample().
RateSample FullDeliveryRate::end_of_ack(Duration min_rtt) {
  if (is_app_limited() && delivered_bytes_ > app_limited_until_bytes_) {
    app_limited_until_bytes_ = 0;  // what was sent while limited is delivered
  }
  RateSample rs;
  if (!has_newest_) return rs;
  has_newest_ = false;
  rs.has_delivered = true;
  rs.delivered_bytes = delivered_bytes_ - newest_.delivered_bytes;
  rs.prior_delivered_bytes = newest_.delivered_bytes;
  rs.tx_in_flight_bytes = newest_.tx_in_flight_bytes;
  rs.lost_bytes = lost_bytes_ - newest_.lost_bytes;
  rs.is_app_limited = newest_.is_app_limited;
  // The slower of the two phases bounds the rate from below: 2.2.
  const Duration interval = std::max(send_elapsed_, ack_elapsed_);
  if (interval >= min_rtt) rs.interval = interval;
  if (rs.interval > Duration()) {
    const uint64_t rate = rs.delivered_bytes * 1'000'000 / static_cast<uint64_t>(interval.us());
    if (!rs.is_app_limited || rate >= best_.bytes_per_s) best_ = {rate, rs.is_app_limited};
  }
  return rs;
}

void FullDeliveryRate::on_app_limited(uint32_t pipe_bytes) {
  app_limited_until_bytes_ = std::max<uint64_t>(delivered_bytes_ + pipe_bytes, 1);
}

}  // namespace tapstack::transport::tcp
