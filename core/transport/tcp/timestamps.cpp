#include "transport/tcp/timestamps.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

// RFC 7323 5.5: with a clock of 1 ms the sign bit turns after 24.8 days.
constexpr Duration kRecentValid = Duration::s(24LL * 24 * 3600);
// An echo older than this is not ours: nothing stays unacknowledged for so long.
constexpr uint32_t kEchoAgeMaxMs = 10 * 60 * 1000;

}  // namespace

void Timestamps::start(uint32_t offset, uint32_t recent, Instant now) {
  is_enabled_ = true;
  offset_ = offset;
  recent_ = recent;
  recent_at_ = now;
}

bool Timestamps::is_old(uint32_t tsval, Instant now) const {
  return static_cast<int32_t>(tsval - recent_) < 0 && now - recent_at_ < kRecentValid;
}

void Timestamps::on_segment(SeqNumber seq, uint32_t tsval, Instant now) {
  if (is_old(tsval, now) || seq.after(last_ack_sent_)) return;
  recent_ = tsval;
  recent_at_ = now;
}

std::optional<Duration> Timestamps::round_trip(uint32_t tsecr, Instant now) const {
  const uint32_t age_ms = value(now) - tsecr;
  if (tsecr == 0 || age_ms > kEchoAgeMaxMs) return std::nullopt;
  return Duration::ms(std::max(age_ms, uint32_t{1}));
}

Instant Timestamps::sent_by(uint32_t tsecr, Instant now) const {
  const uint32_t age_ms = value(now) - tsecr;
  if (tsecr == 0 || age_ms > kEchoAgeMaxMs) return Instant::never();
  const int64_t tick_ms = now.us() / 1000 - age_ms;
  return Instant::from_us((tick_ms + 1) * 1000 - 1);
}

}  // namespace tapstack::transport::tcp
