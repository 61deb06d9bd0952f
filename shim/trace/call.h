// What TAPSTACK_LOG=trace shows: a line for each call of a function that the library stands in for,
// as strace has it, with arguments and result by name:
//
//   tapstack: 1234 connect(3, 10.10.10.1:80) = -1 EINPROGRESS
//
// Hooks make their call by way of traced(). Without the trace that costs a comparison; the hooks of
// functions that are called often have it behind the question whether the descriptor is ours.
#pragma once

#include <cstdint>
#include <type_traits>

#include "shim/common/log.h"
#include "shim/hooks/result.h"
#include "shim/trace/line.h"

namespace tapstack::shim::trace {

// How a call ended: an argument that it fills is shown by that.
struct Outcome {
  int64_t result = 0;
  int error = 0;  // the program's error value, if the result is -1
  bool has_failed() const { return result < 0; }
};

// While one lives, calls of this thread are not shown: for hooks that are made of others.
class Silent {
 public:
  Silent() { ++depth_; }
  ~Silent() { --depth_; }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;
  static bool is_on() { return depth_ != 0; }

 private:
  static inline thread_local int depth_ = 0;
};

// Who is shown always: a call that is ours whatever its arguments are.
struct Always {
  bool operator()() const { return true; }
};

inline bool is_on() { return is_logged(LogLevel::kTrace); }

// Lines end with the time that the call took (TAPSTACK_TRACE_TIME).
void set_timed(bool is_timed);

// The beginning of a line, with the thread's number, and its end, with which it is written.
// `begin_ns` is what now_ns() said before the call.
int64_t now_ns();
void begin_call(Line& line, const char* name);
void finish_call(Line& line, int64_t begin_ns);
// "-1 EAGAIN", or the number.
void append_result(Line& line, const Outcome& outcome);

template <class Argument>
void append_argument(Line& line, const Argument& argument, const Outcome& outcome) {
  if constexpr (std::is_pointer_v<Argument>) {
    line.pointer(argument);
  } else if constexpr (std::is_integral_v<Argument>) {
    line.number(static_cast<int64_t>(argument));
  } else {
    argument.append(line, outcome);
  }
}

// What an argument says behind the result: poll's set what is ready, for one.
template <class Argument>
void append_behind(Line& line, const Argument& argument, const Outcome& outcome) {
  if constexpr (requires { argument.append_behind(line, outcome); }) {
    argument.append_behind(line, outcome);
  }
}

// Results that are no numbers (lookups.h) say themselves how they look.
template <class Result>
Outcome outcome_of(const Result& result) {
  if constexpr (std::is_integral_v<Result>) {
    return {static_cast<int64_t>(result), result < 0 ? last_error() : 0};
  } else {
    return result.outcome();
  }
}

template <class Result>
void append_returned(Line& line, const Result& result, const Outcome& outcome) {
  if constexpr (std::is_integral_v<Result>) {
    append_result(line, outcome);
  } else {
    result.append(line);
  }
}

// Apart, so that its kilobyte of stack is not the hook's.
template <class IsShown, class Call, class... Arguments>
[[gnu::noinline, gnu::cold]] auto shown(const char* name, IsShown is_shown, Call call,
                                        const Arguments&... arguments) {
  if (Silent::is_on() || !is_shown()) return call();
  const int64_t begin_ns = now_ns();
  const auto result = call();
  const KeepError keep;
  const Outcome outcome = outcome_of(result);
  Line line;
  begin_call(line, name);
  [[maybe_unused]] const char* separator = "";
  ((line.text(separator), append_argument(line, arguments, outcome), separator = ", "), ...);
  line.text(") = ");
  append_returned(line, result, outcome);
  (append_behind(line, arguments, outcome), ...);
  finish_call(line, begin_ns);
  return result;
}

// The result of `call()`, the work of the hook `name`, which is shown if it `is_shown()`: asked
// before the call. Each argument is an integer, a pointer, or a value of a type with
// append(Line&, const Outcome&), which is called after the call. Changes neither the result nor the
// program's error value; is a cancellation point where `call` is.
template <class IsShown, class Call, class... Arguments>
auto traced(const char* name, IsShown is_shown, Call call, const Arguments&... arguments) {
  if (!is_on()) [[likely]]
    return call();
  return shown(name, is_shown, call, arguments...);
}

}  // namespace tapstack::shim::trace
