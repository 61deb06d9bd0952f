// How a hook ends: in the C library's way, with -1 and a reason.
#pragma once

#include <cerrno>

namespace tapstack::shim {

// tidy-allow(errno): the calls that hooks stand in for report through it, so they must read it
inline int last_error() { return errno; }
// tidy-allow(errno): as above, and hooks report by it
inline void set_last_error(int error) { errno = error; }

inline int fail(int error) {
  set_last_error(error);
  return -1;
}

// 0, or -1 with the reason.
inline int finish(int error) { return error == 0 ? 0 : fail(error); }

// Keeps the caller's error value over work that must not show.
class KeepError {
 public:
  KeepError() : error_(last_error()) {}
  ~KeepError() { set_last_error(error_); }
  KeepError(const KeepError&) = delete;
  KeepError& operator=(const KeepError&) = delete;

 private:
  int error_;
};

}  // namespace tapstack::shim
