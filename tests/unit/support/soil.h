// Memory that is not zero, for tests of objects that must not rely on it. Out of line, so that the
// compiler cannot argue that what was there before a constructor ran does not matter.
#pragma once

#include <cstddef>

namespace tapstack::test {

void soil(void* memory, size_t bytes);
// How many of the bytes are no longer as soil() left them; by chance, a written one may look
// untouched.
size_t bytes_written(const void* memory, size_t bytes);

}  // namespace tapstack::test
