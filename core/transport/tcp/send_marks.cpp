#include "transport/tcp/send_marks.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr auto kPlace = &SendMark::place;

// A connection that sends small records must not take all marks from the others.
constexpr uint32_t kMarksMax = std::max<uint32_t>(kConfig.tcp_send_marks / 4, 1);

}  // namespace

mem::Index SendMarks::allocate(SendMarkPool& pool) {
  if (places_.count + told_.count >= kMarksMax) return mem::kNoIndex;
  return pool.allocate().index;
}

// The mark at `end`, a new one if need be; kNoIndex when none is free.
mem::Index SendMarks::mark(SendMarkPool& pool, SeqNumber end) {
  if (!is_empty() && pool.at(places_.tail).end == end) return places_.tail;
  const mem::Index i = allocate(pool);
  if (i == mem::kNoIndex) return i;
  pool.at(i).end = end;
  push_back<kPlace>(pool, places_, i);
  return i;
}

bool SendMarks::add_record_end(SendMarkPool& pool, SeqNumber end) {
  const mem::Index i = mark(pool, end);
  if (i == mem::kNoIndex) return false;
  pool.at(i).ends_record = true;
  return true;
}

bool SendMarks::add_reports(SendMarkPool& pool, SeqNumber end, uint8_t reports) {
  const mem::Index i = mark(pool, end);
  if (i == mem::kNoIndex) return false;
  pool.at(i).reports |= reports;
  return true;
}

// Each bit of `what` is a report of its own.
void SendMarks::tell(SendMarkPool& pool, const SendMark& of, uint8_t what, Instant now) {
  const SeqNumber end = of.end;
  for (unsigned left = what; left != 0; left &= left - 1) {
    const mem::Index i = allocate(pool);
    if (i == mem::kNoIndex) return;
    SendMark& report = pool.at(i);
    report.end = end;
    report.reports = static_cast<uint8_t>(left & ~(left - 1));
    report.at = now;
    push_back<kPlace>(pool, told_, i);
  }
}

bool SendMarks::on_sent(SendMarkPool& pool, const SeqRange& range, Instant now) {
  constexpr uint8_t kThen = SendReport::kScheduled | SendReport::kSent;
  bool has_told = false;
  for (mem::Index i = places_.head; i != mem::kNoIndex; i = pool.at(i).place.next) {
    const SendMark& m = pool.at(i);
    if (m.end.after(range.end)) break;
    const uint8_t what = m.reports & kThen;
    if (what == 0 || !m.end.after(range.begin)) continue;
    tell(pool, m, what, now);
    has_told = true;
  }
  return has_told;
}

bool SendMarks::on_acked(SendMarkPool& pool, SeqNumber una, Instant now) {
  constexpr uint8_t kThen = SendReport::kAcked | SendReport::kReleased;
  bool has_told = false;
  while (!is_empty() && pool.at(places_.head).end.at_or_before(una)) {
    const mem::Index i = pop_front<kPlace>(pool, places_);
    const SendMark done = pool.at(i);
    pool.release_at(i);  // first: its place may be what the report takes
    if ((done.reports & kThen) == 0) continue;
    tell(pool, done, done.reports & kThen, now);
    has_told = true;
  }
  return has_told;
}

void SendMarks::clear(SendMarkPool& pool) {
  while (!is_empty()) pool.release_at(pop_front<kPlace>(pool, places_));
  while (has_report()) pool.release_at(pop_front<kPlace>(pool, told_));
}

std::optional<SendReport> SendMarks::take_report(SendMarkPool& pool, SeqNumber text_begin) {
  if (!has_report()) return std::nullopt;
  const mem::Index i = pop_front<kPlace>(pool, told_);
  const SendMark& m = pool.at(i);
  const SendReport report{m.reports, m.end.since(text_begin) - 1, m.at};
  pool.release_at(i);
  return report;
}

std::optional<SeqNumber> SendMarks::record_end_after(const SendMarkPool& pool,
                                                     SeqNumber from) const {
  for (mem::Index i = places_.head; i != mem::kNoIndex; i = pool.at(i).place.next) {
    const SendMark& m = pool.at(i);
    if (m.ends_record && m.end.after(from)) return m.end;
  }
  return std::nullopt;
}

SeqNumber SendMarks::record_begin_before(const SendMarkPool& pool, SeqNumber end,
                                         SeqNumber from) const {
  for (mem::Index i = places_.tail; i != mem::kNoIndex; i = pool.at(i).place.prev) {
    const SendMark& m = pool.at(i);
    if (m.ends_record && m.end.before(end)) return later(m.end, from);
  }
  return from;
}

}  // namespace tapstack::transport::tcp
