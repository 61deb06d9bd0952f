// RACK: loss detection by time (RFC 8985 6). What was sent before something that has arrived, and a
// reordering window longer ago than the round trip of that, is lost; whether it was sent once or
// again, so lost retransmissions are found like others.
#pragma once

#include <cstdint>

#include "transport/tcp/sent_log.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

inline constexpr uint32_t kDupThresh = 3;  // RFC 5681 3.2, RFC 8985 6.2 step 4

// The path as the connection knows it.
struct PathTimes {
  Duration srtt;
  Duration min_rtt;
};

class Rack {
 public:
  // Step 1 and 2: what an ACK reported. `echo`: the transmission that timestamps say it answers, if
  // they do: nothing sent after that can have caused it.
  void on_delivered(const Delivered& delivered, Instant now, const PathTimes& path,
                    Instant echo_sent_by);
  // Step 3: something arrived that had been overtaken.
  void on_reordering() { has_reordering_ = true; }
  // Step 4: the peer reported a duplicate (RFC 2883), so the window was too small: once a round
  // trip.
  void on_duplicate_reported(SeqNumber una, SeqNumber nxt);
  // A recovery ended: RACK.reo_wnd_persist counts down.
  void on_recovered();

  // Step 5: the next record that is lost at `now`, to be marked before the next call; kNoIndex when
  // there is none. `is_recovering` or kDupThresh segments SACKed shrink the window to nothing while
  // no reordering was ever seen.
  mem::Index find_lost(const SentPool& pool, const SentLog& log, Instant now, const PathTimes& path,
                       bool is_recovering) const;
  // How long until all that was overtaken is either delivered or lost; zero: nothing was. After
  // find_lost() found no more.
  Duration wait(const SentPool& pool, const SentLog& log, Instant now, const PathTimes& path,
                bool is_recovering) const;
  // After a time-out (6.3, RACK_mark_losses_on_RTO()): what is older than round trip and reordering
  // window; the first segment is lost anyway.
  mem::Index find_lost_on_timeout(const SentPool& pool, const SentLog& log, Instant now,
                                  const PathTimes& path) const;

  bool has_reordering() const { return has_reordering_; }
  Duration window(const SentLog& log, const PathTimes& path, bool is_recovering) const;

 private:
  bool is_overtaken(const SentRecord& r) const;

  SentTime newest_sent_;  // RACK.xmit_ts
  SeqNumber newest_end_;  // RACK.end_seq
  Duration rtt_;          // RACK.rtt, of that
  SeqNumber duplicate_round_end_;
  uint8_t window_factor_ = 1;  // RACK.reo_wnd_mult
  uint8_t factor_lasts_ = 0;   // RACK.reo_wnd_persist: recoveries
  bool is_known_ = false;      // something was ever delivered
  bool has_reordering_ = false;
  bool has_duplicate_round_ = false;
};

}  // namespace tapstack::transport::tcp
