// Which of the outstanding data is lost. Here by duplicate ACKs and SACK (RFC 5681, 6582, 6675).
#pragma once

#include <cstdint>

#include "transport/tcp/sack_scoreboard.h"
#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

inline constexpr uint32_t kDupThresh = 3;  // RFC 5681 3.2, RFC 6675 2

// What is outstanding, and in which units.
struct Outstanding {
  SeqNumber una;
  SeqNumber nxt;
  uint32_t mss_bytes = 0;
  bool sack = false;  // negotiated
  uint32_t flight_bytes() const { return nxt.since(una); }
};

class Loss {
 public:
  // An ACK that is duplicate by RFC 5681 2 or carries new SACK blocks (RFC 6675 2).
  void on_duplicate_ack() { ++duplicates_; }
  // `acked_bytes` of new data were acknowledged. Without SACK one segment of them had not been
  // reported by a duplicate ACK: the one that was lost (RFC 6582 3.2 step 3).
  void on_progress(const Outstanding& now, uint32_t acked_bytes);
  // Everything up to `nxt` has to be sent again: the retransmission timer fired, or the window
  // reopened over data that the peer could not take, or the path's MTU fell below what was sent.
  void on_all_lost(SeqNumber nxt);
  void on_recovered() { duplicates_ = 0; }

  // What was not SACKed before this sequence number is lost; `una` when nothing is.
  // `is_recovering`: in fast recovery, when without SACK each partial ACK shows the next loss.
  SeqNumber lost_before(const Outstanding& o, const SackScoreboard& board,
                        bool is_recovering) const;
  // Without SACK: bytes that duplicate ACKs say have arrived.
  uint32_t assumed_received_bytes(const Outstanding& o) const;
  uint32_t duplicates() const { return duplicates_; }

 private:
  uint32_t duplicates_ = 0;
  SeqNumber all_lost_before_;
  bool is_all_lost_ = false;
};

}  // namespace tapstack::transport::tcp
