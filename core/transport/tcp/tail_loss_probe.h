// TLP: when nothing is heard about the tail of what was sent, its last segment goes again, or the
// next new one goes, so that the ACK shows what is missing before a time-out must (RFC 8985 7).
#pragma once

#include "config.h"
#include "transport/tcp/seq.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

// RFC 8985 7.2, TLP_calc_PTO(): how long to wait for an ACK. `srtt` is zero before there is a
// sample; `is_single`: one segment is outstanding, whose ACK may be delayed. At least 10 ms.
Duration probe_timeout(Duration srtt, bool is_single);

class TailLossProbe {
 public:
  enum class Verdict : uint8_t {
    kNothing,   // no probe is outstanding, or its fate is not known yet
    kNeedless,  // original and probe arrived, or the probe was new text
    kRepaired,  // it replaced something that was lost: congestion control is to hear of it
  };

  // RFC 8985 7.3. `nxt`: SND.NXT with the probe.
  void on_probe_sent(SeqNumber nxt, bool is_retransmission);
  // RFC 8985 7.4.2. `is_duplicate_reported`: a D-SACK covers the probe. `is_pure_duplicate`: the
  // ACK moves nothing and reports nothing new.
  Verdict on_ack(SeqNumber ack, bool is_duplicate_reported, bool is_pure_duplicate);
  void clear() { is_outstanding_ = false; }
  // At most one is outstanding (RFC 8985 7.2).
  bool is_outstanding() const { return is_outstanding_; }
  SeqNumber end() const { return end_; }

 private:
  SeqNumber end_;  // TLP.end_seq
  bool is_outstanding_ = false;
  bool is_retransmission_ = false;  // TLP.is_retrans
};

}  // namespace tapstack::transport::tcp
