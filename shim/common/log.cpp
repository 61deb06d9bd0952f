#include "shim/common/log.h"

#include <algorithm>
#include <atomic>
#include <cstdarg>
#include <cstdio>

#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

constinit std::atomic<LogLevel> highest{LogLevel::kError};

}  // namespace

void set_log_level(LogLevel level) { highest.store(level, std::memory_order_relaxed); }

bool is_logged(LogLevel level) { return level <= highest.load(std::memory_order_relaxed); }

void log(LogLevel level, const char* format, ...) {
  if (!is_logged(level)) return;
  char text[512];
  constexpr size_t kPrefixLength = 10;
  std::snprintf(text, sizeof text, "tapstack: ");
  va_list arguments;
  va_start(arguments, format);
  const int wanted =
      std::vsnprintf(text + kPrefixLength, sizeof text - kPrefixLength, format, arguments);
  va_end(arguments);
  size_t length = kPrefixLength + static_cast<size_t>(std::max(wanted, 0));
  length = std::min(length, sizeof text - 1);
  text[length] = '\n';  // in place of the final zero, which write(2) does not need
  sys::write(STDERR_FILENO, text, length + 1);
}

}  // namespace tapstack::shim
