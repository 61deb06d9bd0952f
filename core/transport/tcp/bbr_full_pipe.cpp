#include "transport/tcp/bbr_full_pipe.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint8_t kRounds = 3;

}  // namespace

void BbrFullPipe::reset(uint64_t baseline_bytes_per_s) {
  full_bw_bytes_per_s_ = baseline_bytes_per_s;
  count_ = 0;
  is_now_ = false;
}

void BbrFullPipe::on_round(uint64_t rate_bytes_per_s) {
  if (is_now_) return;
  if (rate_bytes_per_s >= full_bw_bytes_per_s_ + full_bw_bytes_per_s_ / 4) {
    reset(rate_bytes_per_s);
    return;
  }
  is_now_ = ++count_ >= kRounds;
  if (is_now_) is_reached_ = true;
}

void BbrFullPipe::set_reached() {
  is_now_ = true;
  is_reached_ = true;
}

void BbrFullPipe::take_back() {
  reset();
  is_reached_ = false;
}

}  // namespace tapstack::transport::tcp
