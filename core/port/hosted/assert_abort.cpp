// The assertion hook for hosted programs: says what failed on stderr and aborts, so that a debugger
// or a core file shows where. Signal safe, allocates nothing.
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "util/assert.h"

extern "C" void tapstack_assert_failed(const char* file, int line, const char* what) {
  char message[512];
  const int n = std::snprintf(message, sizeof message, "tapstack: assertion failed: %s:%d: %s\n",
                              file, line, what);
  if (n > 0) {
    const auto length =
        static_cast<size_t>(n) < sizeof message ? static_cast<size_t>(n) : sizeof message - 1;
    if (write(STDERR_FILENO, message, length) < 0) std::abort();
  }
  std::abort();
}
