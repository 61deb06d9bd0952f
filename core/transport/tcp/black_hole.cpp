#include "transport/tcp/black_hole.h"

namespace tapstack::transport::tcp {
namespace {

// RFC 4821 7.2 and 7.7: 1024 bytes pass nearly everywhere; half of them where nothing else does.
constexpr uint16_t kUsual = 1024;
constexpr uint16_t kLeast = 512;
// Every link of IPv6 carries packets of 1280 bytes (RFC 8200 5), 60 of which are headers.
constexpr uint16_t kLeast6 = 1220;
// One time-out is often a lost flight, two of the same segment are seldom.
constexpr uint32_t kTimeouts = 2;
constexpr uint8_t kProbesMax = 3;                   // RFC 8899 5.1.2, MAX_PROBES
constexpr Duration kRaiseAfter = Duration::s(600);  // RFC 8899 5.1.1, PMTU_RAISE_TIMER
constexpr uint16_t kCloseEnough = 8;                // bytes between what passes and what does not

}  // namespace

bool BlackHole::on_timeout(uint32_t timeouts, uint32_t text_bytes, bool ip6, Instant now) {
  if (timeouts % kTimeouts != 0) return false;
  const uint16_t usual = mss_max_bytes_ > kUsual ? kUsual : kLeast;
  const uint16_t size = ip6 ? kLeast6 : usual;
  if (size >= mss_max_bytes_ || text_bytes <= size) return false;
  *this = BlackHole();
  mss_max_bytes_ = size;
  probe_at_ = now;
  return true;
}

uint16_t BlackHole::probe_mss_bytes(uint16_t path_mss_bytes, Instant now) const {
  if (mss_max_bytes_ >= path_mss_bytes || !probe_.is_empty() || now < probe_at_) return 0;
  if (too_large_ > path_mss_bytes) return path_mss_bytes;
  return static_cast<uint16_t>((mss_max_bytes_ + too_large_) / 2);
}

void BlackHole::on_probe_sent(const SeqRange& text, uint16_t mss_bytes) {
  probe_ = text;
  if (mss_bytes != probe_mss_bytes_) failures_ = 0;
  probe_mss_bytes_ = mss_bytes;
}

bool BlackHole::on_resent(const SeqRange& text, Instant now) {
  const bool is_in_it = text.begin.before(probe_.end) && text.end.after(probe_.begin);
  if (probe_.is_empty() || !is_in_it) return false;
  probe_ = SeqRange();
  if (++failures_ == kProbesMax) {
    too_large_ = probe_mss_bytes_;
    settle(now);
  }
  return true;
}

bool BlackHole::on_acked(SeqNumber una, Instant now) {
  if (probe_.is_empty() || una.before(probe_.end)) return false;
  const bool was_path = too_large_ == kUnknown;
  probe_ = SeqRange();
  mss_max_bytes_ = was_path ? UINT16_MAX : probe_mss_bytes_;
  settle(now);
  return true;
}

// Once the size is found, the path's own is to be tried when it may have changed.
void BlackHole::settle(Instant now) {
  failures_ = 0;
  if (too_large_ == kUnknown || too_large_ - mss_max_bytes_ > kCloseEnough) return;
  too_large_ = kUnknown;
  probe_at_ = now + kRaiseAfter;
}

void BlackHole::on_reduced(SeqNumber first, uint32_t lost_bytes) {
  is_probe_all_ = !probe_.is_empty() && probe_.begin == first && probe_.length() == lost_bytes;
}

}  // namespace tapstack::transport::tcp
