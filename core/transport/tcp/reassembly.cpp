#include "transport/tcp/reassembly.h"

namespace tapstack::transport::tcp {

// The first range that ends behind `begin`. As a rule text fills the first hole or follows what
// came last, so it is looked for from there.
mem::Index Reassembly::find(const HeldPool& pool, SeqNumber begin) const {
  const auto ends_behind = [&](mem::Index i) { return pool.at(i).range.end.after(begin); };
  if (is_empty() || ends_behind(by_place_.head)) return by_place_.head;
  mem::Index i = by_change_.head;
  while (i != mem::kNoIndex && !ends_behind(i)) i = pool.at(i).place.next;
  if (i == mem::kNoIndex) return i;
  while (ends_behind(pool.at(i).place.prev)) i = pool.at(i).place.prev;  // the head does not
  return i;
}

bool Reassembly::insert(HeldPool& pool, mem::PacketMemory& memory, SeqNumber begin,
                        mem::Chain& text) {
  bool kept = false;
  mem::Index at = find(pool, begin);
  while (text.length > 0 && at != mem::kNoIndex) {
    const SeqRange have = pool.at(at).range;
    if (have.begin.at_or_after(begin + text.length)) break;
    // The piece before this range is new; then skip what is there already.
    if (begin.before(have.begin)) {
      mem::Chain piece;
      if (!memory.chain_split_front(text, have.begin.since(begin), piece)) break;
      const bool is_inserted = insert_piece(pool, memory, begin, piece, at);
      memory.free_chain(piece);
      if (!is_inserted) break;
      kept = true;
      begin = have.begin;
    }
    const uint32_t known = std::min(text.length, have.end.since(begin));
    note_change(pool, at);  // RFC 2883 4.1.3: reported next to the duplicate that lies in it
    memory.chain_trim_front(text, known);
    begin = begin + known;
    at = pool.at(at).place.next;
  }
  if (text.length > 0) kept = insert_piece(pool, memory, begin, text, at) || kept;
  memory.free_chain(text);
  return kept;
}

// Between `next` (kNoIndex: the end) and the range before it. `next` stays what it is.
bool Reassembly::insert_piece(HeldPool& pool, mem::PacketMemory& memory, SeqNumber begin,
                              mem::Chain& text, mem::Index next) {
  const SeqRange range{begin, begin + text.length};
  const mem::Index left = next == mem::kNoIndex ? by_place_.tail : pool.at(next).place.prev;
  const bool joins_left = left != mem::kNoIndex && pool.at(left).range.end == range.begin;
  const bool joins_right = next != mem::kNoIndex && pool.at(next).range.begin == range.end;
  mem::Index at = joins_left ? left : next;
  if (!joins_left && !joins_right && (at = add(pool, left)) == mem::kNoIndex) return false;
  bytes_ += text.length;
  HeldText& held = pool.at(at);
  if (joins_left) {
    // Packed: whoever makes holes must not make us hold a block for each small segment behind them.
    memory.append_chain(held.text, text, kConfig.block_bytes);
    held.range.end = range.end;
  } else {
    if (joins_right) memory.append_chain(text, held.text);
    held.text = text;
    held.range = {range.begin, joins_right ? held.range.end : range.end};
  }
  if (joins_left && joins_right) {
    HeldText& right = pool.at(next);
    memory.append_chain(held.text, right.text);
    right.text = held.text;
    right.range.begin = held.range.begin;
    drop(pool, left);
    at = next;
  }
  note_change(pool, at);
  text = mem::Chain{};
  return true;
}

// An empty range behind `left` (kNoIndex: the first).
mem::Index Reassembly::add(HeldPool& pool, mem::Index left) {
  if (by_place_.count >= kRangesMax) return mem::kNoIndex;
  const HeldPool::Id id = pool.allocate();
  if (id.is_null()) return mem::kNoIndex;
  pool.at(id.index) = HeldText{};
  if (left == mem::kNoIndex) {
    push_front<&HeldText::place>(pool, by_place_, id.index);
  } else {
    insert_after<&HeldText::place>(pool, by_place_, left, id.index);
  }
  return id.index;
}

void Reassembly::note_change(HeldPool& pool, mem::Index index) {
  remove<&HeldText::change>(pool, by_change_, index);
  push_front<&HeldText::change>(pool, by_change_, index);
}

// Its text has another owner now.
void Reassembly::drop(HeldPool& pool, mem::Index index) {
  remove<&HeldText::place>(pool, by_place_, index);
  remove<&HeldText::change>(pool, by_change_, index);
  pool.release_at(index);
}

mem::Chain Reassembly::take(HeldPool& pool, mem::PacketMemory& memory, SeqNumber nxt) {
  while (!is_empty() && pool.at(by_place_.head).range.begin.at_or_before(nxt)) {
    mem::Chain text = pool.at(by_place_.head).text;
    const SeqRange range = pool.at(by_place_.head).range;
    drop(pool, by_place_.head);
    bytes_ -= text.length;
    if (range.end.after(nxt)) {
      memory.chain_trim_front(text, nxt.since(range.begin));
      return text;
    }
    memory.free_chain(text);
  }
  return {};
}

SeqRange Reassembly::overlap(const HeldPool& pool, const SeqRange& range) const {
  const mem::Index at = find(pool, range.begin);
  if (at == mem::kNoIndex) return {};
  const SeqRange have = pool.at(at).range;
  if (have.begin.at_or_after(range.end)) return {};
  return {later(have.begin, range.begin), earlier(have.end, range.end)};
}

void Reassembly::clear(HeldPool& pool, mem::PacketMemory& memory) {
  while (!is_empty()) {
    memory.free_chain(pool.at(by_place_.head).text);
    drop(pool, by_place_.head);
  }
  bytes_ = 0;
}

size_t Reassembly::report(const HeldPool& pool, std::span<SeqRange> blocks) const {
  size_t n = 0;
  for (mem::Index i = by_change_.head; i != mem::kNoIndex && n < blocks.size();
       i = pool.at(i).change.next) {
    blocks[n++] = pool.at(i).range;
  }
  return n;
}

}  // namespace tapstack::transport::tcp
