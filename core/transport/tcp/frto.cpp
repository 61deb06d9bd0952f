#include "transport/tcp/frto.h"

namespace tapstack::transport::tcp {

void Frto::start(SeqNumber nxt) {
  high_ = nxt;
  phase_ = Phase::kResent;
}

Frto::Verdict Frto::on_ack(const Ack& ack) {
  if (phase_ == Phase::kOff) return Verdict::kGenuine;
  // RFC 5682 3.1 step 3b; also at once, when the first ACK covers more than what went again.
  if (ack.has_original) {
    phase_ = Phase::kOff;
    return Verdict::kSpurious;
  }
  if (phase_ == Phase::kNewSent) {  // step 3
    if (!ack.is_duplicate && !ack.has_moved) return Verdict::kWaiting;
    phase_ = Phase::kOff;
    return Verdict::kGenuine;
  }
  if (ack.has_moved && ack.can_send_new) {  // step 2b
    phase_ = Phase::kNewSent;
    return Verdict::kTryNew;
  }
  if (!ack.has_moved && !ack.is_duplicate) return Verdict::kWaiting;
  phase_ = Phase::kOff;  // step 2a
  return Verdict::kGenuine;
}

}  // namespace tapstack::transport::tcp
