// Whether a retransmission, and the reduction of the window with it, turns out to have been
// needless: by the Eifel algorithm (RFC 3522, an ACK echoes a timestamp from before the
// retransmission) or by D-SACK (RFC 3708: every retransmission was reported as a duplicate).
#pragma once

#include <cstdint>
#include <optional>

#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

class Undo {
 public:
  // The window was reduced while `una` was the oldest outstanding octet.
  void start(SeqNumber una);
  void stop() { is_active_ = false; }
  // `segments` went again; `tsval` is their timestamp.
  void on_resent(uint32_t segments, uint32_t tsval);
  // The peer has received `range` twice.
  void on_duplicate_reported(const SeqRange& range, uint32_t segments, SeqNumber una);

  bool is_active() const { return is_active_; }
  // RFC 3522 3.2 (4): `tsecr` is of an ACK that covers what went again.
  bool is_answer_to_original(std::optional<uint32_t> tsecr) const;
  // RFC 3708 2: all that went again had arrived.
  bool is_every_one_duplicate() const { return is_active_ && has_resent_ && unreported_ == 0; }

 private:
  SeqNumber una_;
  uint32_t first_tsval_ = 0;  // of the first retransmission: RetransmitTS
  uint32_t unreported_ = 0;   // segments that went again and were not reported as duplicates
  bool is_active_ = false;
  bool has_resent_ = false;
};

}  // namespace tapstack::transport::tcp
