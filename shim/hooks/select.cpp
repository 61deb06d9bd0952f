// select and pselect: native. What the kernel says of a handle is right but for a TCP socket
// without a connection, whose hang-up makes it readable on Linux.
#include <sys/select.h>

#include <climits>
#include <cstdint>

#include "shim/hooks/hook.h"
#include "shim/hooks/readiness.h"
#include "shim/hooks/real.h"
#include "shim/hooks/traced.h"
#include "shim/trace/waiting.h"

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

// Three sets, as a call of select has them.
struct Sets {
  fd_set* readers;
  fd_set* writers;
  fd_set* exceptional;
};

int select_unseen(int end, const Sets& sets, timeval* timeout) {
  const Silent silent(sets.readers, end);
  timeval at_once{};
  const int ready = real::select(end, sets.readers, sets.writers, sets.exceptional,
                                 silent.count == 0 ? timeout : &at_once);
  return silent.add_to(sets.readers, ready);
}

int pselect_unseen(int end, const Sets& sets, const timespec* timeout, const sigset_t* mask) {
  const Silent silent(sets.readers, end);
  const timespec at_once{};
  const int ready = real::pselect(end, sets.readers, sets.writers, sets.exceptional,
                                  silent.count == 0 ? timeout : &at_once, mask);
  return silent.add_to(sets.readers, ready);
}

// The sets before the call, which changes them.
struct SetsBefore {
  trace::DescriptorSet readers, writers, exceptional;
  SetsBefore(const Sets& sets, int end)
      : readers(sets.readers, end),
        writers(sets.writers, end),
        exceptional(sets.exceptional, end) {}

  bool has(int fd) const { return readers.has(fd) || writers.has(fd) || exceptional.has(fd); }
  bool has_ours() const {
    for (int fd = 0; fd < readers.end(); ++fd) {
      if (has(fd) && Ours{fd}()) return true;
    }
    return false;
  }
};

template <class Call, class... Arguments>
int select_seen(const char* name, int end, const Sets& sets, Call call,
                const Arguments&... arguments) {
  const SetsBefore before(sets, end);
  return trace::traced(
      name, [&] { return before.has_ours(); }, call, end, before.readers, before.writers,
      before.exceptional, arguments...);
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int select(int end, fd_set* readers, fd_set* writers, fd_set* exceptional,
                         timeval* timeout) {
  const Sets sets{readers, writers, exceptional};
  const auto call = [&] { return select_unseen(end, sets, timeout); };
  if (!trace::is_on()) return call();
  return select_seen("select", end, sets, call, trace::SecondsBefore(timeout));
}

TAPSTACK_HOOK int pselect(int end, fd_set* readers, fd_set* writers, fd_set* exceptional,
                          const timespec* timeout, const sigset_t* mask) {
  const Sets sets{readers, writers, exceptional};
  const auto call = [&] { return pselect_unseen(end, sets, timeout, mask); };
  if (!trace::is_on()) return call();
  return select_seen("pselect", end, sets, call, trace::Seconds{timeout}, mask);
}
