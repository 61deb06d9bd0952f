// The arguments of poll, select and epoll. For traced() (call.h).
#pragma once

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

#include "shim/trace/call.h"

namespace tapstack::shim::trace {

// "[{3, POLLIN}]", and what is ready of it behind the result.
struct PollSet {
  const pollfd* entries;
  size_t count;
  void append(Line& line, const Outcome&) const;
  void append_behind(Line& line, const Outcome& outcome) const;
};

// "[3, 5]": one of select's, as it was before the call, of the first 1024 descriptors. What is left
// in it stands behind the result: " [5]".
class DescriptorSet {
 public:
  // Null: the program gave none.
  DescriptorSet(const fd_set* set, int end);
  bool has(int fd) const;
  int end() const { return end_; }
  void append(Line& line, const Outcome&) const;
  void append_behind(Line& line, const Outcome& outcome) const;

 private:
  void copy_now();
  void append_now(Line& line) const;

  const fd_set* set_;
  int end_;
  fd_set copy_;
};

// "EPOLLIN|EPOLLET" of epoll_ctl.
struct EpollInterest {
  const epoll_event* event;
  void append(Line& line, const Outcome&) const;
};

// "[{EPOLLIN, 3}]": events with the program's word, as many as the result says.
struct EpollEvents {
  const epoll_event* events;
  void append(Line& line, const Outcome& outcome) const;
};

// "1.500000000", in seconds.
struct Seconds {
  const timespec* time;
  void append(Line& line, const Outcome&) const;
};

// The same in microseconds, as it was before the call: select counts it down.
class SecondsBefore {
 public:
  explicit SecondsBefore(const timeval* time);
  void append(Line& line, const Outcome&) const;

 private:
  const timeval* time_;
  timeval copy_{};
};

}  // namespace tapstack::shim::trace
