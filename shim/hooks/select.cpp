// select and pselect: native. What the kernel says of a handle is right but for a TCP socket
// without a connection, whose hang-up makes it readable on Linux.
#include <sys/select.h>

#include <climits>
#include <cstdint>

#include "shim/hooks/hook.h"
#include "shim/hooks/readiness.h"
#include "shim/hooks/real.h"

namespace tapstack::shim {
namespace {

constexpr unsigned kWordBits = sizeof(long) * CHAR_BIT;
constexpr unsigned kSilentMax =
    64;  // of one call; a program that selects on more of them polls again

// Sets may be larger than fd_set: programs allocate their own (Linux looks at `count` bits).
unsigned long* words_of(fd_set* set) { return reinterpret_cast<unsigned long*>(set); }

// Descriptors in a set of readers that are readable by being without a connection, or by what the
// error queue holds.
struct Silent {
  int fds[kSilentMax];
  unsigned count = 0;

  Silent(fd_set* readers, int end) {
    if (readers == nullptr) return;
    const unsigned long* words = words_of(readers);
    for (unsigned first = 0; end > 0 && first < static_cast<unsigned>(end); first += kWordBits) {
      for (unsigned long left = words[first / kWordBits]; left != 0; left &= left - 1) {
        const unsigned fd = first + static_cast<unsigned>(__builtin_ctzl(left));
        if (fd < static_cast<unsigned>(end) && count < kSilentMax &&
            silence_of(static_cast<int>(fd)) == Silence::kReady) {
          fds[count++] = static_cast<int>(fd);
        }
      }
    }
  }

  // Adds them to what the native call found.
  int add_to(fd_set* readers, int ready) const {
    if (ready < 0) return ready;
    for (unsigned i = 0; i < count; ++i) {
      unsigned long& word = words_of(readers)[static_cast<unsigned>(fds[i]) / kWordBits];
      const unsigned long bit = 1UL << (static_cast<unsigned>(fds[i]) % kWordBits);
      if ((word & bit) == 0) ++ready;
      word |= bit;
    }
    return ready;
  }
};

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int select(int end, fd_set* readers, fd_set* writers, fd_set* exceptional,
                         timeval* timeout) {
  const Silent silent(readers, end);
  if (silent.count == 0) return real::select(end, readers, writers, exceptional, timeout);
  timeval at_once{};
  return silent.add_to(readers, real::select(end, readers, writers, exceptional, &at_once));
}

TAPSTACK_HOOK int pselect(int end, fd_set* readers, fd_set* writers, fd_set* exceptional,
                          const timespec* timeout, const sigset_t* mask) {
  const Silent silent(readers, end);
  if (silent.count == 0) return real::pselect(end, readers, writers, exceptional, timeout, mask);
  const timespec at_once{};
  return silent.add_to(readers, real::pselect(end, readers, writers, exceptional, &at_once, mask));
}
