#include "transport/tcp/send_buffers.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

// One SEND while its text is laid, with what goes out meanwhile.
struct Laying {
  uint32_t tail_bytes = 0;  // in the last buffer, unsent
  uint32_t unsent_bytes = 0;
  uint32_t sendable_bytes = 0;
  uint32_t taken_bytes = 0;
  uint32_t first_push_bytes = 0;  // of what was taken, up to the first push; 0: none
};

Laying begin(const SendSpace& s, SeqNumber tail_begin) {
  Laying l;
  l.tail_bytes = std::min(s.end.since(tail_begin), s.unsent_bytes);
  l.unsent_bytes = s.unsent_bytes;
  l.sendable_bytes = s.sendable_bytes;
  return l;
}

bool may_begin_buffer(const SendSpace& s, const Laying& l) {
  const bool is_low = s.low_water_bytes == 0 || l.unsent_bytes < s.low_water_bytes;
  return is_low && s.queued_bytes + l.taken_bytes < s.limit_bytes;
}

void on_full(const SendSpace& s, Laying& l) {
  if (l.first_push_bytes == 0 && l.taken_bytes > s.push_bytes) l.first_push_bytes = l.taken_bytes;
  const uint32_t goes = std::min(l.sendable_bytes, l.unsent_bytes);
  l.sendable_bytes -= goes;
  l.unsent_bytes -= goes;
  l.tail_bytes = std::min(l.tail_bytes, l.unsent_bytes);
}

Laying lay(const SendSpace& s, SeqNumber tail_begin, uint32_t wanted) {
  Laying l = begin(s, tail_begin);
  while (l.taken_bytes < wanted) {
    if (l.tail_bytes == 0 || l.tail_bytes >= s.buffer_bytes) {
      if (!may_begin_buffer(s, l)) break;
      l.tail_bytes = 0;
    }
    const uint32_t n = std::min(wanted - l.taken_bytes, s.buffer_bytes - l.tail_bytes);
    l.taken_bytes += n;
    l.tail_bytes += n;
    l.unsent_bytes += n;
    if (l.tail_bytes == s.buffer_bytes) on_full(s, l);
  }
  return l;
}

}  // namespace

uint32_t SendBuffers::room(const SendSpace& space, uint32_t wanted) const {
  return lay(space, tail_begin_, wanted).taken_bytes;
}

void SendBuffers::on_queued(const SendSpace& space, uint32_t bytes) {
  const Laying l = lay(space, tail_begin_, bytes);
  tail_begin_ = space.end + bytes - l.tail_bytes;
  if (has_push_ || l.first_push_bytes == 0) return;
  has_push_ = true;
  push_at_ = space.end + l.first_push_bytes;
  push_step_bytes_ = space.buffer_bytes * (space.push_bytes / space.buffer_bytes + 1);
}

bool SendBuffers::take_push(SeqNumber end) {
  if (!has_push_ || end.before(push_at_)) return false;
  push_at_ = push_at_ + push_step_bytes_;
  return true;
}

}  // namespace tapstack::transport::tcp
