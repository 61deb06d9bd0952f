#include "shim/trace/call.h"

#include <time.h>

#include <atomic>

#include "shim/common/sys.h"
#include "shim/trace/names.h"

namespace tapstack::shim::trace {
namespace {

constinit std::atomic<bool> timed{false};

constexpr int64_t kNsPerSecond = 1'000'000'000;
constexpr int64_t kNsPerMicrosecond = 1'000;

}  // namespace

void set_timed(bool is_timed) { timed.store(is_timed, std::memory_order_relaxed); }

int64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

void begin_call(Line& line, const char* name) {
  line.number(sys::call(SYS_gettid));
  line.text(" ");
  line.text(name);
  line.text("(");
}

void append_result(Line& line, const Outcome& outcome) {
  line.number(outcome.result);
  if (!outcome.has_failed()) return;
  line.text(" ");
  append_error(line, outcome.error);
}

void finish_call(Line& line, int64_t begin_ns) {
  if (timed.load(std::memory_order_relaxed)) {
    const int64_t taken_ns = now_ns() - begin_ns;
    line.text(" <");
    line.seconds(taken_ns / kNsPerSecond, taken_ns % kNsPerSecond / kNsPerMicrosecond, 6);
    line.text(">");
  }
  log_line(line.view());
}

}  // namespace tapstack::shim::trace
