#include "transport/tcp/reassembly.h"

#include <algorithm>

namespace tapstack::transport::tcp {

bool Reassembly::insert(mem::PacketMemory& memory, SeqNumber begin, mem::Chain& text) {
  ++clock_;
  bool kept = false;
  for (uint32_t i = 0; text.length > 0 && i < count_; ++i) {
    const SeqRange have = held_[i].range;
    if (have.end.at_or_before(begin)) continue;
    if (have.begin.at_or_after(begin + text.length)) break;
    // The piece before this range is new; then skip what is there already.
    if (begin.before(have.begin)) {
      mem::Chain piece;
      if (!memory.chain_split_front(text, have.begin.since(begin), piece)) break;
      const bool inserted = insert_piece(memory, begin, piece);
      memory.free_chain(piece);
      if (!inserted) break;
      kept = true;
      begin = have.begin;
      i = 0;  // the table has changed
    }
    const uint32_t known = std::min(text.length, have.end.since(begin));
    held_[i].changed = clock_;  // RFC 2883 4.1.3: reported next to the duplicate that lies in it
    memory.chain_trim_front(text, known);
    begin = begin + known;
  }
  if (text.length > 0) kept = insert_piece(memory, begin, text) || kept;
  memory.free_chain(text);
  return kept;
}

bool Reassembly::insert_piece(mem::PacketMemory& memory, SeqNumber begin, mem::Chain& text) {
  const SeqRange range{begin, begin + text.length};
  uint32_t at = 0;
  while (at < count_ && held_[at].range.end.before(range.begin)) ++at;
  const bool joins_left = at < count_ && held_[at].range.end == range.begin;
  const uint32_t right = joins_left ? at + 1 : at;
  const bool joins_right = right < count_ && held_[right].range.begin == range.end;
  if (!joins_left && !joins_right && count_ == kCapacity) return false;
  bytes_ += text.length;
  if (joins_left) {
    // Packed: whoever makes holes must not make us hold a block for each small segment behind them.
    memory.append_chain(held_[at].text, text, kConfig.block_bytes);
    held_[at].range.end = range.end;
    if (joins_right) {
      memory.append_chain(held_[at].text, held_[right].text);
      held_[at].range.end = held_[right].range.end;
      remove(right);
    }
  } else if (joins_right) {
    memory.append_chain(text, held_[at].text);
    held_[at].text = text;
    held_[at].range.begin = range.begin;
  } else {
    std::copy_backward(held_.begin() + at, held_.begin() + count_, held_.begin() + count_ + 1);
    held_[at] = Held{range, text, 0};
    ++count_;
  }
  held_[at].changed = clock_;
  text = mem::Chain{};
  return true;
}

void Reassembly::remove(uint32_t at) {
  std::copy(held_.begin() + at + 1, held_.begin() + count_, held_.begin() + at);
  --count_;
}

mem::Chain Reassembly::take(mem::PacketMemory& memory, SeqNumber nxt) {
  while (count_ > 0 && held_[0].range.begin.at_or_before(nxt)) {
    mem::Chain text = held_[0].text;
    const SeqRange range = held_[0].range;
    remove(0);
    bytes_ -= text.length;
    if (range.end.after(nxt)) {
      memory.chain_trim_front(text, nxt.since(range.begin));
      return text;
    }
    memory.free_chain(text);
  }
  return {};
}

SeqRange Reassembly::overlap(const SeqRange& range) const {
  for (uint32_t i = 0; i < count_; ++i) {
    const SeqRange have = held_[i].range;
    if (have.end.at_or_before(range.begin)) continue;
    if (have.begin.at_or_after(range.end)) break;
    return {later(have.begin, range.begin), earlier(have.end, range.end)};
  }
  return {};
}

void Reassembly::clear(mem::PacketMemory& memory) {
  for (uint32_t i = 0; i < count_; ++i) memory.free_chain(held_[i].text);
  count_ = 0;
  bytes_ = 0;
}

size_t Reassembly::report(std::span<SeqRange> blocks) const {
  const size_t n = std::min<size_t>(blocks.size(), count_);
  std::array<bool, kCapacity> used{};
  for (size_t b = 0; b < n; ++b) {
    uint32_t best = 0;
    while (used[best]) ++best;
    for (uint32_t i = best + 1; i < count_; ++i) {
      if (!used[i] && held_[i].changed - held_[best].changed < 0x80000000u &&
          held_[i].changed != held_[best].changed) {
        best = i;
      }
    }
    used[best] = true;
    blocks[b] = held_[best].range;
  }
  return n;
}

}  // namespace tapstack::transport::tcp
