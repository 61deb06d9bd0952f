#include "tapif/os.h"

namespace tapstack::tapif::os {

std::string read_file(const char* path) {
  constexpr size_t kBytesMax = 1u << 20;
  std::string text;
  const Fd fd(os::open(path, O_RDONLY));
  if (!fd) return text;
  char buffer[4096];
  while (text.size() < kBytesMax) {
    const long n = os::read(fd.get(), buffer, sizeof buffer);
    if (n <= 0) break;
    text.append(buffer, static_cast<size_t>(n));
  }
  return text;
}

}  // namespace tapstack::tapif::os
