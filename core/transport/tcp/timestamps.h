// The timestamps option: RFC 7323 sections 3 to 5.
#pragma once

#include <cstdint>
#include <optional>

#include "transport/tcp/seq.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

// The clock of TSval: one tick a millisecond (RFC 7323 5.4: between 1 ms and 1 s) plus an offset
// that belongs to the pair of endpoints, so that it says nothing about this host's uptime and goes
// on rising when the pair is used again (RFC 7323 7.1).
constexpr uint32_t timestamp_value(Instant now, uint32_t offset) {
  return static_cast<uint32_t>(now.us() / 1000) + offset;
}

class Timestamps {
 public:
  // The option was in both SYNs. `recent` is the peer's TSval.
  void start(uint32_t offset, uint32_t recent, Instant now);
  bool is_enabled() const { return is_enabled_; }

  uint32_t value(Instant now) const { return timestamp_value(now, offset_); }
  uint32_t recent() const { return recent_; }  // TS.Recent: goes out as TSecr
  uint32_t offset() const { return offset_; }

  // RFC 7323 5.3 R1: SEG.TSval < TS.Recent, and TS.Recent is not older than 24 days (5.5).
  bool is_old(uint32_t tsval, Instant now) const;
  // RFC 7323 4.3 (2): takes TSval from a segment that covers what was last acknowledged.
  void on_segment(SeqNumber seq, uint32_t tsval, Instant now);
  // RFC 7323 4.3 (3): an ACK for `ack` goes out.
  void on_ack_sent(SeqNumber ack) { last_ack_sent_ = ack; }
  SeqNumber last_ack_sent() const { return last_ack_sent_; }  // kept without the option, too
  // The round trip that an echoed TSecr stands for, in ticks of 1 ms, one where the tick is still
  // the same (as Linux); none when it cannot be ours.
  std::optional<Duration> round_trip(uint32_t tsecr, Instant now) const;
  // The latest instant at which a segment with TSval `tsecr` can have left; never() when the echo
  // cannot be ours.
  Instant sent_by(uint32_t tsecr, Instant now) const;

 private:
  Instant recent_at_;
  uint32_t offset_ = 0;
  uint32_t recent_ = 0;
  SeqNumber last_ack_sent_;
  bool is_enabled_ = false;
};

}  // namespace tapstack::transport::tcp
