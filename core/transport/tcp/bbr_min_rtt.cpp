#include "transport/tcp/bbr_min_rtt.h"

namespace tapstack::transport::tcp {
namespace {

constexpr Duration kFilterLength = Duration::s(10);  // MinRTTFilterLen
constexpr Duration kProbeInterval = Duration::s(5);  // ProbeRTTInterval

}  // namespace

void BbrMinRtt::start(Instant now) {
  *this = BbrMinRtt{};
  min_stamp_ = now;
  probe_stamp_ = now;
}

void BbrMinRtt::update(Instant now, Duration rtt) {
  is_probe_due_ = now > probe_stamp_ + kProbeInterval;
  if (rtt >= Duration() && (rtt < probe_min_ || is_probe_due_)) {
    probe_min_ = rtt;
    probe_stamp_ = now;
  }
  const bool is_expired = now > min_stamp_ + kFilterLength;
  if (probe_min_ < min_rtt_ || is_expired) {
    min_rtt_ = probe_min_;
    min_stamp_ = probe_stamp_;
  }
}

}  // namespace tapstack::transport::tcp
