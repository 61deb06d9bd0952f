#include "transport/tcp/bbr_probe_rtt.h"

namespace tapstack::transport::tcp {
namespace {

constexpr Duration kDuration = Duration::ms(200);  // BBR.ProbeRTTDuration

}  // namespace

BbrProbeRtt::Step BbrProbeRtt::on_ack(Instant now, bool is_low, bool is_round_start) {
  if (!is_timed_) {
    if (!is_low) return Step::kNone;
    is_timed_ = true;
    done_at_ = now + kDuration;
    return Step::kBegun;
  }
  if (is_round_start) is_round_done_ = true;
  return is_round_done_ && is_over(now) ? Step::kOver : Step::kNone;
}

}  // namespace tapstack::transport::tcp
