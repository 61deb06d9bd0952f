#include "transport/tcp/send_marks.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr auto kPlace = &SendMark::place;

// A connection that sends small records must not take all marks from the others.
constexpr uint32_t kMarksMax = std::max<uint32_t>(kConfig.tcp_send_marks / 4, 1);

}  // namespace

// The mark at `end`, a new one if need be; kNoIndex when none is free.
mem::Index SendMarks::mark(SendMarkPool& pool, SeqNumber end) {
  if (!is_empty() && pool.at(list_.tail).end == end) return list_.tail;
  if (list_.count >= kMarksMax) return mem::kNoIndex;
  const SendMarkPool::Id id = pool.allocate();
  if (id.is_null()) return mem::kNoIndex;
  pool.at(id.index).end = end;
  push_back<kPlace>(pool, list_, id.index);
  return id.index;
}

bool SendMarks::add_record_end(SendMarkPool& pool, SeqNumber end) {
  const mem::Index i = mark(pool, end);
  if (i == mem::kNoIndex) return false;
  pool.at(i).ends_record = true;
  return true;
}

void SendMarks::on_acked(SendMarkPool& pool, SeqNumber una) {
  while (!is_empty() && pool.at(list_.head).end.at_or_before(una)) {
    pool.release_at(pop_front<kPlace>(pool, list_));
  }
}

void SendMarks::clear(SendMarkPool& pool) {
  while (!is_empty()) pool.release_at(pop_front<kPlace>(pool, list_));
}

std::optional<SeqNumber> SendMarks::record_end_after(const SendMarkPool& pool,
                                                     SeqNumber from) const {
  for (mem::Index i = list_.head; i != mem::kNoIndex; i = pool.at(i).place.next) {
    const SendMark& m = pool.at(i);
    if (m.ends_record && m.end.after(from)) return m.end;
  }
  return std::nullopt;
}

SeqNumber SendMarks::record_begin_before(const SendMarkPool& pool, SeqNumber end,
                                         SeqNumber from) const {
  for (mem::Index i = list_.tail; i != mem::kNoIndex; i = pool.at(i).place.prev) {
    const SendMark& m = pool.at(i);
    if (m.ends_record && m.end.before(end)) return later(m.end, from);
  }
  return from;
}

}  // namespace tapstack::transport::tcp
