#include "shim/trace/waiting.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "shim/trace/arguments.h"
#include "shim/trace/memory.h"

namespace tapstack::shim::trace {
namespace {

constexpr size_t kMicroDigits = 6;
constexpr size_t kNanoDigits = 9;

void append_poll_entry(Line& line, int fd, short events) {
  line.text("{");
  line.number(fd);
  line.text(", ");
  append_flags(line, kPollEvents, static_cast<uint16_t>(events));
  line.text("}");
}

}  // namespace

void PollSet::append(Line& line, const Outcome&) const {
  append_list(line, count, [&](size_t i) {
    const std::optional<pollfd> entry = value_at(entries + i);
    if (entry) append_poll_entry(line, entry->fd, entry->events);
    return entry.has_value();
  });
}

void PollSet::append_behind(Line& line, const Outcome& outcome) const {
  if (outcome.result <= 0) return;
  size_t at = 0;
  line.text(" ");
  append_list(line, static_cast<size_t>(outcome.result), [&](size_t) {
    for (; at < count; ++at) {
      const std::optional<pollfd> entry = value_at(entries + at);
      if (!entry) return false;
      if (entry->revents == 0) continue;
      append_poll_entry(line, entry->fd, entry->revents);
      ++at;
      return true;
    }
    return false;
  });
}

DescriptorSet::DescriptorSet(const fd_set* set, int end)
    : set_(set), end_(std::clamp(end, 0, FD_SETSIZE)) {
  copy_now();
}

// Programs allocate sets as large as they need: only those words are there that `end` speaks of.
void DescriptorSet::copy_now() {
  constexpr size_t kWordBits = 8 * sizeof(long);
  const size_t words = (static_cast<size_t>(end_) + kWordBits - 1) / kWordBits;
  FD_ZERO(&copy_);
  copy_from(set_, &copy_, words * sizeof(long));
}

bool DescriptorSet::has(int fd) const { return fd < end_ && FD_ISSET(fd, &copy_); }

void DescriptorSet::append_now(Line& line) const {
  line.text("[");
  const char* separator = "";
  for (int fd = 0; fd < end_; ++fd) {
    if (!has(fd)) continue;
    line.text(separator);
    line.number(fd);
    separator = ", ";
  }
  line.text("]");
}

void DescriptorSet::append(Line& line, const Outcome&) const {
  if (set_ == nullptr) return line.text("NULL");
  append_now(line);
}

void DescriptorSet::append_behind(Line& line, const Outcome& outcome) const {
  if (set_ == nullptr || outcome.result <= 0) return;
  line.text(" ");
  DescriptorSet(set_, end_).append_now(line);
}

void EpollInterest::append(Line& line, const Outcome&) const {
  const std::optional<epoll_event> copy = value_at(event);
  if (!copy) return line.pointer(event);
  append_flags(line, kEpollEvents, copy->events);
}

void EpollEvents::append(Line& line, const Outcome& outcome) const {
  if (outcome.has_failed()) return line.pointer(events);
  append_list(line, static_cast<size_t>(outcome.result), [&](size_t i) {
    const std::optional<epoll_event> event = value_at(events + i);
    if (!event) return false;
    line.text("{");
    append_flags(line, kEpollEvents, event->events);
    line.text(", ");
    // Programs put a descriptor there, or a pointer.
    const uint64_t word = event->data.u64;
    if (word <= INT32_MAX) {
      line.number(static_cast<int64_t>(word));
    } else {
      line.hexadecimal(word);
    }
    line.text("}");
    return true;
  });
}

void Seconds::append(Line& line, const Outcome&) const {
  const std::optional<timespec> copy = value_at(time);
  if (!copy) return line.pointer(time);
  line.seconds(copy->tv_sec, copy->tv_nsec, kNanoDigits);
}

SecondsBefore::SecondsBefore(const timeval* time) : time_(time) {
  copy_ = value_at(time).value_or(timeval{});
}

void SecondsBefore::append(Line& line, const Outcome&) const {
  if (time_ == nullptr) return line.text("NULL");
  line.seconds(copy_.tv_sec, copy_.tv_usec, kMicroDigits);
}

}  // namespace tapstack::shim::trace
