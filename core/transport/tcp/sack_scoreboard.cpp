#include "transport/tcp/sack_scoreboard.h"

#include <algorithm>

namespace tapstack::transport::tcp {

uint32_t SackScoreboard::on_blocks(std::span<const SeqRange> blocks, SeqNumber una, SeqNumber nxt) {
  const uint32_t before = sacked_bytes();
  for (const SeqRange& b : blocks) {
    const bool is_plausible =
        b.begin.before(b.end) && b.begin.after(una) && b.end.at_or_before(nxt);
    if (is_plausible) insert(b);
  }
  const uint32_t after = sacked_bytes();
  return after > before ? after - before : 0;  // forgetting ranges may outweigh
}

void SackScoreboard::insert(const SeqRange& block) {
  SeqRange merged = block;
  uint32_t first = 0;
  while (first < count_ && ranges_[first].end.before(block.begin)) ++first;
  uint32_t last = first;  // [first, last) touch the block and become one with it
  while (last < count_ && ranges_[last].touches(merged)) {
    merged.begin = earlier(merged.begin, ranges_[last].begin);
    merged.end = later(merged.end, ranges_[last].end);
    ++last;
  }
  if (last == first) {
    if (count_ == kCapacity && first == kCapacity) return;
    if (count_ == kCapacity) --count_;
    std::copy_backward(ranges_.begin() + first, ranges_.begin() + count_,
                       ranges_.begin() + count_ + 1);
    ++count_;
  } else {
    std::copy(ranges_.begin() + last, ranges_.begin() + count_, ranges_.begin() + first + 1);
    count_ -= last - first - 1;
  }
  ranges_[first] = merged;
}

void SackScoreboard::on_cumulative_ack(SeqNumber una) {
  uint32_t gone = 0;
  while (gone < count_ && ranges_[gone].end.at_or_before(una)) ++gone;
  std::copy(ranges_.begin() + gone, ranges_.begin() + count_, ranges_.begin());
  count_ -= gone;
  if (count_ > 0) ranges_[0].begin = later(ranges_[0].begin, una);
}

bool SackScoreboard::is_sacked(SeqNumber s) const {
  return std::any_of(ranges_.begin(), ranges_.begin() + count_,
                     [s](const SeqRange& r) { return r.contains(s); });
}

uint32_t SackScoreboard::sacked_bytes() const {
  uint32_t bytes = 0;
  for (const SeqRange& r : ranges()) bytes += r.length();
  return bytes;
}

uint32_t SackScoreboard::sacked_in(const SeqRange& range) const {
  uint32_t bytes = 0;
  for (uint32_t i = 0; i < count_; ++i) {
    const SeqNumber begin = later(ranges_[i].begin, range.begin);
    const SeqNumber end = earlier(ranges_[i].end, range.end);
    if (begin.before(end)) bytes += end.since(begin);
  }
  return bytes;
}

SeqRange SackScoreboard::next_hole(SeqNumber from, SeqNumber limit) const {
  for (uint32_t i = 0; i < count_ && from.before(limit); ++i) {
    if (ranges_[i].end.at_or_before(from)) continue;
    if (ranges_[i].begin.after(from)) return {from, earlier(ranges_[i].begin, limit)};
    from = ranges_[i].end;
  }
  return from.before(limit) ? SeqRange{from, limit} : SeqRange{limit, limit};
}

SeqNumber SackScoreboard::lost_before(SeqNumber una, uint32_t mss_bytes,
                                      uint32_t dup_thresh) const {
  uint32_t bytes = 0;
  uint32_t found = 0;
  for (uint32_t i = count_; i-- > 0;) {
    bytes += ranges_[i].length();
    ++found;
    if (found >= dup_thresh || bytes > (dup_thresh - 1) * mss_bytes) return ranges_[i].begin;
  }
  return una;
}

}  // namespace tapstack::transport::tcp
