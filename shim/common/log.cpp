#include "shim/common/log.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <atomic>
#include <cstdarg>
#include <cstdio>

#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

constinit std::atomic<LogLevel> highest{LogLevel::kError};
// Written once, before has_file says so.
char file_path[4096];
constinit std::atomic<bool> has_file{false};

int open_file() {
  if (!has_file.load(std::memory_order_acquire)) return STDERR_FILENO;
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
  const long fd = sys::call(SYS_openat, AT_FDCWD, sys::pointer(file_path), kFlags, 0666);
  return fd < 0 ? STDERR_FILENO : static_cast<int>(fd);
}

}  // namespace

void set_log_level(LogLevel level) { highest.store(level, std::memory_order_relaxed); }

void set_log_file(const std::string& path) {
  if (path.empty() || path.size() >= sizeof file_path || has_file.load()) return;
  path.copy(file_path, path.size());
  has_file.store(true, std::memory_order_release);
}

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
  const int fd = open_file();
  sys::write(fd, text, length + 1);
  if (fd != STDERR_FILENO) sys::close(fd);
}

}  // namespace tapstack::shim
