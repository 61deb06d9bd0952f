#include "transport/tcp/ack_policy.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr uint8_t kQuickAcks = 16;              // Linux's TCP_MAX_QUICKACKS
constexpr Duration kIdle = Duration::ms(1000);  // about an RTO of the peer
constexpr Duration kDelay = Duration::ms(kConfig.tcp_delayed_ack_ms);

}  // namespace

void AckPolicy::start(uint32_t advertised_mss) {
  advertised_mss_ = advertised_mss;
  segment_bytes_ = std::min<uint32_t>(advertised_mss, kConfig.tcp_mss_default_bytes);
  quick_left_ = kQuickAcks;
}

void AckPolicy::on_text(uint32_t bytes, Instant now, bool want_quick) {
  if (now - last_text_at_ > kIdle && !is_pending()) quick_left_ = kQuickAcks;
  last_text_at_ = now;
  segment_bytes_ = std::max(segment_bytes_, std::min(bytes, advertised_mss_));
  unacked_bytes_ += bytes;
  if (want_quick || quick_left_ > 0 || unacked_bytes_ >= 2 * segment_bytes_) {
    is_now_ = true;
  } else if (deadline_.is_never()) {
    deadline_ = now + kDelay;
  }
}

void AckPolicy::on_ack_sent() {
  if (unacked_bytes_ > 0 && quick_left_ > 0) --quick_left_;
  unacked_bytes_ = 0;
  is_now_ = false;
  deadline_ = Instant::never();
}

void AckPolicy::on_text_sent(Instant now) {
  if (now - last_text_at_ < kDelay) quick_left_ = 0;
}

}  // namespace tapstack::transport::tcp
