#include "transport/tcp/sent_log.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr auto kPlace = &SentRecord::place;
constexpr auto kTurn = &SentRecord::turn;

// A connection whose peer reports single octets must not take all records from the others.
constexpr uint32_t kSplitRecordsMax = std::max<uint32_t>(kConfig.tcp_sent_records / 4, 1);

void note_piece(const SentRecord& r, SeqNumber end, DeliveredPiece& newest) {
  const bool is_newer = !newest.is_known || is_sent_after(r.sent, end, newest.sent, newest.end);
  if (is_newer) newest = {r.sent, end, r.snapshot, true};
}

// Lost, and not on its way again.
bool is_waiting(const SentRecord& r) { return r.is_lost && !r.is_again; }

bool can_wait_together(const SentRecord& a, const SentRecord& b) {
  return is_waiting(a) && is_waiting(b) && a.was_resent == b.was_resent;
}

// [r.range.begin, end) of the record arrived, and was not reported before.
void note_delivery(const SentRecord& r, SeqNumber end, SeqNumber recovery_point, Delivered& out) {
  out.delivered_bytes += end.since(r.range.begin);
  if (r.was_resent) {
    note_piece(r, end, out.newest_resent);
    return;
  }
  note_piece(r, end, out.newest_original);
  out.has_original = out.has_original || end.at_or_before(recovery_point);
  if (!out.had_sacked || !end.before(out.sacked_end_before)) return;
  out.reordered_bytes = std::max(out.reordered_bytes, out.sacked_end_before.since(r.range.begin));
}

}  // namespace

Delivered SentLog::begin_ack() const {
  Delivered out;
  out.had_sacked = has_sacked();
  out.sacked_end_before = sacked_end_;
  return out;
}

void SentLog::stop_counting(const SentRecord& r) {
  const uint32_t bytes = r.range.length();
  total_bytes_ -= bytes;
  segments_ -= r.segments;
  if (r.is_sacked) {
    sacked_bytes_ -= bytes;
    sacked_segments_ -= r.segments;
  }
  if (r.is_lost) lost_bytes_ -= bytes;
  if (r.is_again) again_bytes_ -= bytes;
  if (is_waiting(r)) waiting_bytes_ -= bytes;
}

void SentLog::count(const SentRecord& r) {
  const uint32_t bytes = r.range.length();
  total_bytes_ += bytes;
  segments_ += r.segments;
  if (r.is_sacked) {
    sacked_bytes_ += bytes;
    sacked_segments_ += r.segments;
  }
  if (r.is_lost) lost_bytes_ += bytes;
  if (r.is_again) again_bytes_ += bytes;
  if (is_waiting(r)) waiting_bytes_ += bytes;
}

bool SentLog::has_room(const SentPool& pool) const {
  if (pool.used() < SentPool::capacity()) return true;
  if (by_place_.is_empty()) return false;
  const SentRecord& tail = pool.at(by_place_.tail);
  return !tail.is_sacked && !tail.is_lost;
}

void SentLog::on_sent(SentPool& pool, const Transmission& t) {
  const uint32_t segments = segments_of(t.range.length(), t.segment_bytes);
  const SentPool::Id id = pool.allocate();
  if (id.is_null()) {
    extend_tail(pool, t, segments);
    return;
  }
  SentRecord& r = pool.at(id.index);
  r.range = t.range;
  r.sent = {t.at, ++transmissions_};
  r.snapshot = t.snapshot;
  r.segment_bytes = t.segment_bytes;
  r.segments = segments;
  push_back<kPlace>(pool, by_place_, id.index);
  push_back<kTurn>(pool, by_turn_, id.index);
  count(r);
}

void SentLog::extend_tail(SentPool& pool, const Transmission& t, uint32_t segments) {
  SentRecord& tail = pool.at(by_place_.tail);
  stop_counting(tail);
  tail.range.end = t.range.end;
  tail.segments += segments;
  tail.sent = {t.at, ++transmissions_};
  count(tail);
  remove<kTurn>(pool, by_turn_, by_place_.tail);
  push_back<kTurn>(pool, by_turn_, by_place_.tail);
}

void SentLog::on_resent(SentPool& pool, const Transmission& t) {
  mem::Index i = find(pool, t.range.begin, lost_hint_);
  if (pool.at(i).range.begin.before(t.range.begin)) {
    const mem::Index second = split(pool, i, t.range.begin);
    if (second != mem::kNoIndex) i = second;
  }
  if (pool.at(i).range.end.after(t.range.end)) split(pool, i, t.range.end);
  SentRecord& r = pool.at(i);
  if (r.is_sacked) return;  // a window probe: nothing of it is waited for
  stop_counting(r);
  r.is_again = r.was_resent = true;
  r.sent = {t.at, ++transmissions_};
  r.snapshot = t.snapshot;
  count(r);
  remove<kTurn>(pool, by_turn_, i);
  push_back<kTurn>(pool, by_turn_, i);
  if (lost_hint_ == i) lost_hint_ = r.place.next;
}

void SentLog::on_acked(SentPool& pool, SeqNumber una, SeqNumber recovery_point, Delivered& out) {
  while (!by_place_.is_empty()) {
    const mem::Index i = by_place_.head;
    const SentRecord& r = pool.at(i);
    if (r.range.begin.at_or_after(una)) return;
    const SeqNumber end = earlier(r.range.end, una);
    out.acked_bytes += end.since(r.range.begin);
    if (!r.is_sacked) note_delivery(r, end, recovery_point, out);
    if (r.was_resent) {
      out.has_resent_acked = true;
    } else if (!r.is_sacked) {
      out.oldest_acked_at = std::min(out.oldest_acked_at, r.sent.at);
    }
    if (end == r.range.end) {
      drop(pool, i);
    } else {
      cut_front(pool, i, una);
    }
  }
}

void SentLog::cut_front(SentPool& pool, mem::Index index, SeqNumber una) {
  SentRecord& r = pool.at(index);
  stop_counting(r);
  const uint32_t gone = segments_of(una.since(r.range.begin), r.segment_bytes);
  r.range.begin = una;
  r.segments -= std::min(r.segments - 1, gone);
  count(r);
}

void SentLog::drop(SentPool& pool, mem::Index index) {
  const mem::Index next = pool.at(index).place.next;
  stop_counting(pool.at(index));
  remove<kTurn>(pool, by_turn_, index);
  remove<kPlace>(pool, by_place_, index);
  if (lost_hint_ == index) lost_hint_ = next;
  if (sack_hint_ == index) sack_hint_ = next;
  pool.release_at(index);
}

mem::Index SentLog::find(const SentPool& pool, SeqNumber from, mem::Index near) const {
  mem::Index i = near == mem::kNoIndex ? by_place_.tail : near;
  while (i != by_place_.head && pool.at(i).range.begin.after(from)) i = pool.at(i).place.prev;
  while (i != mem::kNoIndex && pool.at(i).range.end.at_or_before(from)) i = pool.at(i).place.next;
  return i;
}

// Cuts a record in two; returns the second, kNoIndex when there is no record for it.
mem::Index SentLog::split(SentPool& pool, mem::Index index, SeqNumber at) {
  if (records() >= kSplitRecordsMax) return mem::kNoIndex;
  const SentPool::Id id = pool.allocate();
  if (id.is_null()) return mem::kNoIndex;
  SentRecord& first = pool.at(index);
  SentRecord& second = pool.at(id.index);
  stop_counting(first);
  second = first;
  second.place = second.turn = ListLink{};
  second.range.begin = first.range.end = at;
  first.segments = segments_of(first.range.length(), first.segment_bytes);
  second.segments = segments_of(second.range.length(), second.segment_bytes);
  insert_after<kPlace>(pool, by_place_, index, id.index);
  if (first.turn.is_linked) insert_after<kTurn>(pool, by_turn_, index, id.index);
  count(first);
  count(second);
  return id.index;
}

void SentLog::on_sacked(SentPool& pool, const SeqRange& block, SeqNumber recovery_point,
                        Delivered& out) {
  mem::Index i = find(pool, block.begin, sack_hint_);
  while (i != mem::kNoIndex && pool.at(i).range.begin.before(block.end)) {
    if (!pool.at(i).is_sacked) {
      if (pool.at(i).range.begin.before(block.begin)) i = split(pool, i, block.begin);
      if (i == mem::kNoIndex) return;
      const bool is_whole = pool.at(i).range.end.at_or_before(block.end);
      if (!is_whole && split(pool, i, block.end) == mem::kNoIndex) return;
      const SentRecord& r = pool.at(i);
      note_delivery(r, r.range.end, recovery_point, out);
      out.sacked_bytes += r.range.length();
      i = sack(pool, i);
    }
    i = pool.at(i).place.next;
  }
}

// Returns the record that it is part of now.
mem::Index SentLog::sack(SentPool& pool, mem::Index index) {
  SentRecord& r = pool.at(index);
  stop_counting(r);
  sacked_end_ = has_sacked() ? later(sacked_end_, r.range.end) : r.range.end;
  r.is_sacked = true;
  r.is_lost = r.is_again = false;
  count(r);
  remove<kTurn>(pool, by_turn_, index);
  const mem::Index next = r.place.next;
  const mem::Index prev = r.place.prev;
  if (next != mem::kNoIndex && pool.at(next).is_sacked) merge_with_next(pool, index);
  sack_hint_ = index;
  if (prev == mem::kNoIndex || !pool.at(prev).is_sacked) return index;
  merge_with_next(pool, prev);
  return prev;
}

// Neighbours of the same fate become one: there are as many as there are holes.
void SentLog::merge_with_next(SentPool& pool, mem::Index index) {
  SentRecord& r = pool.at(index);
  const mem::Index next = r.place.next;
  const SentRecord gone = pool.at(next);
  const mem::Index lost_hint_before = lost_hint_;
  drop(pool, next);
  stop_counting(r);
  r.range.end = gone.range.end;
  r.segments += gone.segments;
  r.was_resent = r.was_resent || gone.was_resent;
  if (r.sent.is_after(gone.sent)) r.sent = gone.sent;
  count(r);
  if (lost_hint_before == next) lost_hint_ = index;
  if (r.is_sacked) sack_hint_ = index;
}

uint32_t SentLog::mark_lost(SentPool& pool, mem::Index index) {
  SentRecord& r = pool.at(index);
  if (r.is_sacked || is_waiting(r)) return 0;
  const uint32_t bytes = r.range.length();
  stop_counting(r);
  r.is_lost = true;
  r.is_again = false;
  count(r);
  remove<kTurn>(pool, by_turn_, index);
  const bool is_first =
      lost_hint_ == mem::kNoIndex || r.range.begin.before(pool.at(lost_hint_).range.begin);
  if (is_first) lost_hint_ = index;
  // What is lost together goes together, in segments of today's size.
  const mem::Index next = r.place.next;
  const mem::Index prev = r.place.prev;
  if (next != mem::kNoIndex && can_wait_together(r, pool.at(next))) merge_with_next(pool, index);
  if (prev != mem::kNoIndex && can_wait_together(pool.at(prev), r)) merge_with_next(pool, prev);
  return bytes;
}

uint32_t SentLog::mark_front_lost(SentPool& pool, uint32_t bytes) {
  if (by_place_.is_empty()) return 0;
  const mem::Index i = by_place_.head;
  const SeqRange range = pool.at(i).range;
  if (range.length() > bytes) split(pool, i, range.begin + bytes);
  return mark_lost(pool, i);
}

void SentLog::mark_all_lost(SentPool& pool) {
  for (mem::Index i = by_place_.tail; i != mem::kNoIndex;) {
    const mem::Index prev = pool.at(i).place.prev;
    mark_lost(pool, i);
    i = prev;
  }
}

void SentLog::unmark_lost(SentPool& pool) {
  for (mem::Index i = by_place_.tail; i != mem::kNoIndex; i = pool.at(i).place.prev) {
    SentRecord& r = pool.at(i);
    if (!r.is_lost) continue;
    stop_counting(r);
    r.is_lost = false;
    count(r);
    if (!r.turn.is_linked) push_front<kTurn>(pool, by_turn_, i);
  }
  lost_hint_ = mem::kNoIndex;
}

void SentLog::forget_sacked(SentPool& pool) {
  for (mem::Index i = by_place_.tail; i != mem::kNoIndex; i = pool.at(i).place.prev) {
    SentRecord& r = pool.at(i);
    if (!r.is_sacked) continue;
    stop_counting(r);
    r.is_sacked = false;
    count(r);
    push_front<kTurn>(pool, by_turn_, i);
  }
}

void SentLog::clear(SentPool& pool) {
  while (!by_place_.is_empty()) drop(pool, by_place_.head);
}

bool SentLog::is_front_sacked(const SentPool& pool) const {
  return !by_place_.is_empty() && front(pool).is_sacked;
}

SeqRange SentLog::next_lost(const SentPool& pool) const {
  if (waiting_bytes_ == 0) return {};
  mem::Index i = lost_hint_;
  while (!is_waiting(pool.at(i))) i = pool.at(i).place.next;
  return pool.at(i).range;
}

SeqRange SentLog::last(const SentPool& pool, uint32_t bytes) const {
  const SeqRange range = pool.at(by_place_.tail).range;
  return {range.end - std::min(bytes, range.length()), range.end};
}

}  // namespace tapstack::transport::tcp
