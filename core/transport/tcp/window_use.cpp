#include "transport/tcp/window_use.h"

#include <algorithm>

namespace tapstack::transport::tcp {

uint32_t WindowUse::on_output_end(const OutputSample& o, const CongestionWindow& w,
                                  uint32_t floor_bytes) {
  const uint32_t cwnd_bytes = w.cwnd_bytes;
  const bool is_limited = o.is_cwnd_limited || o.pipe_bytes >= cwnd_bytes;
  const bool has_sent = !has_started_ || o.nxt != seen_nxt_;
  seen_nxt_ = o.nxt;
  if (!has_sent && !is_limited) return cwnd_bytes;
  const uint32_t flight = o.nxt.since(o.una);
  const bool is_new_round = !has_started_ || o.una.at_or_after(round_end_);
  if (!has_started_) limited_at_ = o.now;
  has_started_ = true;
  if (is_new_round || is_limited || (!is_limited_ && flight > flight_max_bytes_)) {
    is_limited_ = is_limited;
    flight_max_bytes_ = flight;
    round_end_ = o.nxt;
  }
  if (may_grow(w)) {
    limited_at_ = o.now;
    used_max_bytes_ = 0;
    return cwnd_bytes;
  }
  used_max_bytes_ = std::max(used_max_bytes_, flight);
  if (o.now - limited_at_ < o.rto || !o.is_open) return cwnd_bytes;
  // RFC 7661 4.4.2 halves every non-validated period; Linux, and RFC 2861 3 before, meet halfway
  // between the window and what was used of it, once an RTO, which reacts sooner and cuts less.
  const uint32_t used = std::max(used_max_bytes_, floor_bytes);
  limited_at_ = o.now;
  used_max_bytes_ = 0;
  return used < cwnd_bytes ? used + (cwnd_bytes - used) / 2 : cwnd_bytes;
}

void WindowUse::on_restart(Instant now) {
  limited_at_ = now;
  used_max_bytes_ = 0;
}

}  // namespace tapstack::transport::tcp
