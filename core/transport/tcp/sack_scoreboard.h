// What the peer has reported as received out of order (RFC 2018), and what follows from it for the
// network's load (RFC 6675). Knows sequence numbers only.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "config.h"
#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

class SackScoreboard {
 public:
  static constexpr size_t kCapacity = kConfig.tcp_sack_ranges;

  // Blocks of an ACK. Those not within (una, nxt] are ignored: D-SACK, old, or invented (RFC 2018
  // 5, RFC 2883). When the table is full the highest ranges are forgotten: that only costs a
  // needless retransmission. Returns how many bytes are new.
  uint32_t on_blocks(std::span<const SeqRange> blocks, SeqNumber una, SeqNumber nxt);
  void on_cumulative_ack(SeqNumber una);
  // RFC 2018 8: the peer may have thrown away what it reported.
  void clear() { count_ = 0; }

  bool is_empty() const { return count_ == 0; }
  bool is_sacked(SeqNumber s) const;
  uint32_t sacked_bytes() const;
  // Bytes reported within `range`.
  uint32_t sacked_in(const SeqRange& range) const;
  // End of the highest range; only if not empty.
  SeqNumber highest_end() const { return ranges_[count_ - 1].end; }
  // The first hole at or after `from` and before `limit`; empty range when there is none.
  SeqRange next_hole(SeqNumber from, SeqNumber limit) const;
  // RFC 6675 4, IsLost(): everything not reported before this sequence number is lost, because
  // `dup_thresh` ranges, or more than (dup_thresh - 1) * mss bytes, were reported above it. `una`
  // when nothing is.
  SeqNumber lost_before(SeqNumber una, uint32_t mss_bytes, uint32_t dup_thresh) const;

  std::span<const SeqRange> ranges() const { return {ranges_.data(), count_}; }

 private:
  void insert(const SeqRange& block);

  std::array<SeqRange, kCapacity> ranges_;  // ascending, disjoint, not touching
  uint32_t count_ = 0;
};

}  // namespace tapstack::transport::tcp
