// select and pselect: native. What the kernel says of a handle is right but for a TCP socket
// without a connection, whose hang-up makes it readable on Linux.
#include <sys/select.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdint>
#include <cstring>

#include "shim/common/user_memory.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/packet_sockets.h"
#include "shim/hooks/readiness.h"
#include "shim/hooks/real.h"
#include "shim/hooks/settle.h"
#include "shim/hooks/traced.h"
#include "shim/hooks/wait.h"
#include "shim/trace/waiting.h"

namespace tapstack::shim {
namespace {

constexpr unsigned kWordBits = sizeof(long) * CHAR_BIT;
constexpr unsigned kSilentMax =
    64;  // of one call; a program that selects on more of them polls again

// Sets may be larger than fd_set: programs allocate their own (Linux looks at `count` bits).
unsigned long* words_of(fd_set* set) { return reinterpret_cast<unsigned long*>(set); }

// How long a wait may overlook what comes to a TCP socket's error queue: nothing on the handle can
// wake for it.
constexpr int64_t kSliceMs = 5;

// Descriptors in a set of readers that are readable by being without a connection, or by what the
// error queue holds.
struct Silent {
  int fds[kSilentMax];
  unsigned count = 0;
  bool may_report = false;  // there are some whose error queue may get something at any time

  Silent(fd_set* readers, int end) {
    if (readers == nullptr) return;
    const unsigned long* words = words_of(readers);
    for (unsigned first = 0; end > 0 && first < static_cast<unsigned>(end); first += kWordBits) {
      for (unsigned long left = words[first / kWordBits]; left != 0; left &= left - 1) {
        const unsigned fd = first + static_cast<unsigned>(__builtin_ctzl(left));
        if (fd < static_cast<unsigned>(end) && count < kSilentMax) add(static_cast<int>(fd));
      }
    }
  }

  void add(int fd) {
    const Silence silence = silence_of(fd);
    if (silence == Silence::kReady) fds[count++] = fd;
    may_report |= silence == Silence::kMayReport;
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

// Takes away what says that a ring has frames where it has none any more. This call has woken for
// it; the next one shall not.
void settle_rings(const fd_set* readers, int end, int ready) {
  if (readers == nullptr) return;
  for (int fd = 0; ready > 0 && fd < end; ++fd) {
    const auto place = static_cast<unsigned>(fd);
    const unsigned long* words = reinterpret_cast<const unsigned long*>(readers);
    if ((words[place / kWordBits] >> place % kWordBits & 1) == 0) continue;
    Handle handle;
    if (!descriptors::hinted(fd, handle) || !handle.is_packet) continue;
    if (packet::is_ring_first(fd)) packet::is_ring_ready(fd, handle);
  }
}

// Three sets, as a call of select has them.
struct Sets {
  fd_set* readers;
  fd_set* writers;
  fd_set* exceptional;
};

// A set that the kernel answers EFAULT to, which the hooks must not read.
bool is_refused(const Sets& sets) {
  return is_no_memory(sets.readers) || is_no_memory(sets.writers) || is_no_memory(sets.exceptional);
}

// What the sets were before a call that changes them; for descriptors below FD_SETSIZE.
class SetsKept {
 public:
  SetsKept(const Sets& sets, int end) : bytes_((static_cast<size_t>(end) + 63) / 64 * 8) {
    for (size_t i = 0; i < 3; ++i) copy(&kept_[i], all_of(sets)[i]);
  }
  void put_back(const Sets& sets) const {
    for (size_t i = 0; i < 3; ++i) copy(all_of(sets)[i], &kept_[i]);
  }
  fd_set* readers(const Sets& sets) { return sets.readers == nullptr ? nullptr : &kept_[0]; }

 private:
  static std::array<fd_set*, 3> all_of(const Sets& sets) {
    return {sets.readers, sets.writers, sets.exceptional};
  }
  void copy(fd_set* to, const fd_set* from) const {
    if (to != nullptr && from != nullptr) std::memcpy(to, from, bytes_);
  }

  fd_set kept_[3];
  size_t bytes_;
};

// Waits slice by slice; `native` is a select of so many ms.
template <class Native>
int wait_in_slices(int end, const Sets& sets, const Countdown& countdown, Native native) {
  SetsKept kept(sets, end);
  for (;;) {
    const int64_t left = countdown.left_ms();
    const int ready = native(std::min(left, kSliceMs));
    if (ready != 0) return ready;
    const Silent silent(kept.readers(sets), end);
    if (silent.count > 0 || left <= kSliceMs) return silent.add_to(sets.readers, 0);
    kept.put_back(sets);
  }
}

bool needs_slices(const Silent& silent, int end) {
  return silent.count == 0 && silent.may_report && end <= FD_SETSIZE;
}

// As on Linux: what is left of it.
int select_in_slices(int end, const Sets& sets, timeval* timeout) {
  timespec given{};
  if (timeout != nullptr) given = {timeout->tv_sec, timeout->tv_usec * 1000};
  const Countdown countdown(timeout != nullptr ? &given : nullptr);
  const int ready = wait_in_slices(end, sets, countdown, [&](int64_t ms) {
    timeval slice{0, ms * 1000};
    return real::select(end, sets.readers, sets.writers, sets.exceptional, &slice);
  });
  if (timeout != nullptr) {
    const int64_t left = countdown.left_ms();
    *timeout = {left / 1000, left % 1000 * 1000};
  }
  return ready;
}

int select_unseen(int end, const Sets& sets, timeval* timeout) {
  if (is_refused(sets)) {
    return real::select(end, sets.readers, sets.writers, sets.exceptional, timeout);
  }
  settle::before_look();
  const Silent silent(sets.readers, end);
  if (needs_slices(silent, end)) return select_in_slices(end, sets, timeout);
  timeval at_once{};
  const int ready = real::select(end, sets.readers, sets.writers, sets.exceptional,
                                 silent.count == 0 ? timeout : &at_once);
  settle_rings(sets.readers, end, ready);
  return silent.add_to(sets.readers, ready);
}

int pselect_unseen(int end, const Sets& sets, const timespec* timeout, const sigset_t* mask) {
  if (is_refused(sets)) {
    return real::pselect(end, sets.readers, sets.writers, sets.exceptional, timeout, mask);
  }
  settle::before_look();
  const Silent silent(sets.readers, end);
  if (needs_slices(silent, end)) {
    return wait_in_slices(end, sets, Countdown(timeout), [&](int64_t ms) {
      const timespec slice{0, ms * 1'000'000};
      return real::pselect(end, sets.readers, sets.writers, sets.exceptional, &slice, mask);
    });
  }
  const timespec at_once{};
  const int ready = real::pselect(end, sets.readers, sets.writers, sets.exceptional,
                                  silent.count == 0 ? timeout : &at_once, mask);
  settle_rings(sets.readers, end, ready);
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
