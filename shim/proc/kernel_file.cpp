#include "shim/proc/kernel_file.h"

#include <fcntl.h>

#include <algorithm>

#include "shim/common/sys.h"

namespace tapstack::shim::proc {

int read_kernel_file(const char* path, std::string& all) {
  const auto fd =
      static_cast<int>(sys::call(SYS_openat, AT_FDCWD, sys::pointer(path), O_RDONLY | O_CLOEXEC));
  if (fd < 0) return -fd;
  char piece[4096];
  long got = 0;
  while ((got = sys::read(fd, piece, sizeof piece)) > 0) {
    all.append(piece, static_cast<size_t>(got));
  }
  sys::close(fd);
  return got < 0 ? static_cast<int>(-got) : 0;
}

std::string_view take_line(std::string_view& rest) {
  const size_t newline = rest.find('\n');
  const std::string_view line = rest.substr(0, newline == rest.npos ? newline : newline + 1);
  rest.remove_prefix(line.size());
  return line;
}

}  // namespace tapstack::shim::proc
