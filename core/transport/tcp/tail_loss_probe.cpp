#include "transport/tcp/tail_loss_probe.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

// RFC 8985 7.2, TLP.max_ack_delay: the longest delay of an ACK that is in use (Linux's 200 ms).
constexpr Duration kAckDelayMax = Duration::ms(200);
// Timers of peers tick in milliseconds: 2 of them, as Linux waits.
constexpr Duration kLeast = Duration::ms(2);

}  // namespace

Duration probe_timeout(Duration srtt, bool is_single) {
  if (srtt == Duration{}) return Duration::ms(kConfig.tcp_rto_initial_ms);
  return srtt * 2 + (is_single ? kAckDelayMax : kLeast);
}

void TailLossProbe::on_probe_sent(SeqNumber nxt, bool is_retransmission) {
  is_outstanding_ = true;
  end_ = nxt;
  is_retransmission_ = is_retransmission;
}

TailLossProbe::Verdict TailLossProbe::on_ack(SeqNumber ack, bool is_duplicate_reported,
                                             bool is_pure_duplicate) {
  if (!is_outstanding_ || ack.before(end_)) return Verdict::kNothing;
  if (is_retransmission_ && !is_duplicate_reported) {
    if (ack.after(end_)) {
      is_outstanding_ = false;
      return Verdict::kRepaired;
    }
    if (!is_pure_duplicate) return Verdict::kNothing;  // a D-SACK may still come
  }
  is_outstanding_ = false;
  return Verdict::kNeedless;
}

}  // namespace tapstack::transport::tcp
