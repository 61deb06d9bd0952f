#include "transport/tcp/ack_policy.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr uint8_t kQuickAcks = 16;              // Linux's TCP_MAX_QUICKACKS
constexpr Duration kIdle = Duration::ms(1000);  // about an RTO of the peer
constexpr Duration kDelay = Duration::ms(kConfig.tcp_delayed_ack_ms);
constexpr Duration kHandshakeDelay = Duration::ms(200);  // Linux's TCP_DELACK_MAX

}  // namespace

void AckPolicy::start(uint32_t advertised_mss, bool is_interactive) {
  advertised_mss_ = advertised_mss;
  segment_bytes_ = std::min<uint32_t>(advertised_mss, kConfig.tcp_mss_default_bytes);
  quick_left_ = kQuickAcks;
  is_interactive_ = is_interactive;
}

void AckPolicy::on_text(uint32_t bytes, Instant now) {
  if (now - last_text_at_ > kIdle && !is_pending()) quick_left_ = kQuickAcks;
  last_text_at_ = now;
  has_received_ = true;
  segment_bytes_ = std::max(segment_bytes_, std::min(bytes, advertised_mss_));
  unacked_bytes_ += bytes;
  const bool is_quick = quick_left_ > 0 && !is_interactive_;
  if (is_quick || unacked_bytes_ > segment_bytes_) {
    is_now_ = true;
  } else if (deadline_.is_never()) {
    deadline_ = now + kDelay;
  }
}

void AckPolicy::on_duplicate() {
  is_now_ = true;
  is_interactive_ = false;
  quick_left_ = kQuickAcks;
}

void AckPolicy::on_timeout() {
  is_now_ = true;
  is_interactive_ = false;
}

void AckPolicy::on_ack_sent() {
  if (unacked_bytes_ > 0 && quick_left_ > 0) --quick_left_;
  unacked_bytes_ = 0;
  is_now_ = false;
  deadline_ = Instant::never();
}

void AckPolicy::on_text_sent(Instant now) {
  if (has_received_ && now - last_text_at_ < kDelay) is_interactive_ = true;
}

void AckPolicy::delay_handshake(Instant now) { deadline_ = now + kHandshakeDelay; }

void AckPolicy::set_quick(bool is_quick) {
  is_interactive_ = !is_quick;
  if (is_quick && is_pending()) is_now_ = true;
}

}  // namespace tapstack::transport::tcp
