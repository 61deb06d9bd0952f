// The assertion hook of tests: says what failed, and aborts, so that a death test can look at it.
#include <cstdio>
#include <cstdlib>

#include "core/util/assert.h"

extern "C" void tapstack_assert_failed(const char* file, int line, const char* what) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
  std::abort();
}
