#include "transport/tcp/tail_loss_probe.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

// RFC 8985 7.2, TLP.max_ack_delay: the longest delay of an ACK that is in use (Linux's 200 ms).
constexpr Duration kAckDelayMax = Duration::ms(200);
// Timers of peers tick in milliseconds: 2 of them beyond two round trips, as Linux waits.
constexpr Duration kTicks = Duration::ms(2);
// On a short path it is not the round trip that says how long an ACK may take, but the scheduler of
// the peer, whose reader holds the socket while it waits for its turn. The draft that brought the
// probe waited so long at least (draft-dukkipati-tcpm-tcp-loss-probe-01 2.1), FreeBSD still does,
// and Linux's two ticks are 8 to 12 ms at 250 Hz. RFC 8985 has no least value.
constexpr Duration kLeast = Duration::ms(10);

}  // namespace

Duration probe_timeout(Duration srtt, bool is_single) {
  if (srtt == Duration{}) return Duration::ms(kConfig.tcp_rto_initial_ms);
  return is_single ? srtt * 2 + kAckDelayMax : std::max(srtt * 2 + kTicks, kLeast);
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
