#include "shim/common/log.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <algorithm>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <iterator>

#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

// Written once, before has_file says so.
char file_path[4096];
constinit std::atomic<bool> has_file{false};

int open_file() {
  if (!has_file.load(std::memory_order_acquire)) return STDERR_FILENO;
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
  const long fd = sys::call(SYS_openat, AT_FDCWD, sys::pointer(file_path), kFlags, 0666);
  return fd < 0 ? STDERR_FILENO : static_cast<int>(fd);
}

constexpr std::string_view kLinePrefix = "tapstack: ";

iovec part_of(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

}  // namespace

void set_log_level(LogLevel level) { highest_logged.store(level, std::memory_order_relaxed); }

void set_log_file(const std::string& path) {
  if (path.empty() || path.size() >= sizeof file_path || has_file.load()) return;
  path.copy(file_path, path.size());
  has_file.store(true, std::memory_order_release);
}

void log(LogLevel level, const char* format, ...) {
  if (!is_logged(level)) return;
  constexpr size_t kBytesMax = 500;
  char text[kBytesMax];
  va_list arguments;
  va_start(arguments, format);
  const int wanted = std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  log_line({text, std::min(static_cast<size_t>(std::max(wanted, 0)), sizeof text - 1)});
}

void log_line(std::string_view text) {
  const iovec parts[] = {part_of(kLinePrefix), part_of(text), part_of("\n")};
  const int fd = open_file();
  sys::call(SYS_writev, fd, sys::pointer(parts), std::size(parts));
  if (fd != STDERR_FILENO) sys::close(fd);
}

}  // namespace tapstack::shim
