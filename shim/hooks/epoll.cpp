// epoll: native. Events carry the program's word and not the descriptor, so that registrations of
// handles are remembered, to correct what a handle cannot show (readiness.h).
#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>

#include "shim/common/private_fds.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/epoll_registrations.h"
#include "shim/hooks/epoll_reports.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/readiness.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/settle.h"
#include "shim/hooks/traced.h"
#include "shim/hooks/wait.h"
#include "shim/trace/arguments.h"
#include "shim/trace/waiting.h"

namespace tapstack::shim {
namespace {

// Registrations by (epoll descriptor, word): what is not found is left as the kernel says. An entry
// is found again by its key; when all its places are taken the first one goes. Cost: 24 bytes each,
// resident only where used.
constexpr size_t kEntries = 1u << 16;
constexpr size_t kPlaces = 8;

struct Entry {
  std::atomic<uint64_t> word{0};
  std::atomic<uint32_t> epoll{0};  // descriptor + 1, 0: free
  std::atomic<int32_t> fd{0};
  std::atomic<uint32_t> events{0};
};

constinit Entry entries[kEntries];

// Where the places of a key begin (Fibonacci hashing).
size_t place_of(int epoll, uint64_t word) {
  const uint64_t mixed = (word + static_cast<uint64_t>(epoll)) * 0x9e3779b97f4a7c15u;
  return static_cast<size_t>(mixed >> 48);
}

Entry& entry_at(size_t place, size_t i) { return entries[(place + i) % kEntries]; }

Entry* find(int epoll, uint64_t word) {
  const size_t place = place_of(epoll, word);
  for (size_t i = 0; i < kPlaces; ++i) {
    Entry& entry = entry_at(place, i);
    if (entry.epoll.load(std::memory_order_acquire) == static_cast<uint32_t>(epoll) + 1 &&
        entry.word.load(std::memory_order_relaxed) == word) {
      return &entry;
    }
  }
  return nullptr;
}

// A place for a new registration: a free one, one of a descriptor that is no handle any more, or
// the first.
Entry& choose(int epoll, uint64_t word) {
  const size_t place = place_of(epoll, word);
  for (size_t i = 0; i < kPlaces; ++i) {
    Entry& entry = entry_at(place, i);
    Handle handle;
    if (entry.epoll.load(std::memory_order_relaxed) == 0 ||
        !descriptors::hinted(entry.fd.load(std::memory_order_relaxed), handle)) {
      return entry;
    }
  }
  return entry_at(place, 0);
}

// Those with which a handle was ever registered: the trace shows them.
auto watcher_of_ours(int epoll) {
  return [=] { return epoll_registrations::is_watcher(epoll); };
}

void remember(int epoll, int fd, const epoll_event& event) {
  epoll_registrations::note_watcher(epoll);
  Entry* known = find(epoll, event.data.u64);
  Entry& entry = known != nullptr ? *known : choose(epoll, event.data.u64);
  entry.word.store(event.data.u64, std::memory_order_relaxed);
  entry.fd.store(fd, std::memory_order_relaxed);
  entry.events.store(event.events, std::memory_order_relaxed);
  entry.epoll.store(static_cast<uint32_t>(epoll) + 1, std::memory_order_release);
}

int correct(int epoll, epoll_event* events, int count) {
  // Bits that poll has, too; EPOLLET and the like are not among what comes back.
  constexpr uint32_t kPollBits = 0xffff;
  for (int i = 0; i < count; ++i) {
    const Entry* entry = find(epoll, events[i].data.u64);
    if (entry == nullptr) continue;
    const auto asked =
        static_cast<short>(entry->events.load(std::memory_order_relaxed) & kPollBits);
    const auto native = static_cast<short>(events[i].events & kPollBits);
    const int fd = entry->fd.load(std::memory_order_relaxed);
    const auto corrected = static_cast<uint16_t>(corrected_events(fd, asked, native));
    if (corrected != 0) events[i].events = (events[i].events & ~kPollBits) | corrected;
  }
  return count;
}

// Waits in slices, and looks for reports between them; `native` waits so many ms.
template <class Native>
int wait_for_reports(int epoll, epoll_event* events, int count, const Countdown& countdown,
                     Native native) {
  constexpr int64_t kSliceMinMs = 1, kSliceMaxMs = 16;
  for (int64_t slice = kSliceMinMs;; slice = std::min(slice * 2, kSliceMaxMs)) {
    const int64_t left = countdown.left_ms();
    const int ready = native(static_cast<int>(std::min(slice, left)));
    if (ready != 0) return correct(epoll, events, ready);
    const int reports = epoll_reports::collect(epoll, events, count);
    if (reports > 0 || left <= slice) return reports;
  }
}

// `native` waits so many ms, or for ever.
template <class Native>
int wait_corrected(int epoll, epoll_event* events, int count, int timeout_ms, Native native) {
  settle::before_look();
  if (!descriptors::has_reporting()) return correct(epoll, events, native(timeout_ms));
  return wait_for_reports(epoll, events, count, Countdown(timeout_ms), native);
}

// epoll_pwait2, whose time-out is finer than slices are.
int wait_corrected(int epoll, epoll_event* events, int count, const timespec* timeout,
                   const sigset_t* mask) {
  settle::before_look();
  if (!descriptors::has_reporting()) {
    return correct(epoll, events, real::epoll_pwait2(epoll, events, count, timeout, mask));
  }
  return wait_for_reports(epoll, events, count, Countdown(timeout), [&](int ms) {
    return real::epoll_pwait(epoll, events, count, ms, mask);
  });
}

int control(int epoll, int operation, int fd, epoll_event* event) {
  const int result = real::epoll_ctl(epoll, operation, fd, event);
  Handle handle;
  if (result == 0 && operation != EPOLL_CTL_DEL && descriptors::hinted(fd, handle)) {
    remember(epoll, fd, *event);
  }
  return result;
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
  if (private_fds::is_private(fd) || private_fds::is_private(epoll)) return fail(EBADF);
  return trace::traced(
      "epoll_ctl", Ours{fd}, [=] { return control(epoll, operation, fd, event); }, epoll,
      trace::Named{trace::kEpollOperations, operation}, fd, trace::EpollInterest{event});
}

TAPSTACK_HOOK int epoll_wait(int epoll, epoll_event* events, int count, int timeout_ms) {
  const auto native = [=](int ms) { return real::epoll_wait(epoll, events, count, ms); };
  return trace::traced(
      "epoll_wait", watcher_of_ours(epoll),
      [=] { return wait_corrected(epoll, events, count, timeout_ms, native); }, epoll,
      trace::EpollEvents{events}, count, timeout_ms);
}

TAPSTACK_HOOK int epoll_pwait(int epoll, epoll_event* events, int count, int timeout_ms,
                              const sigset_t* mask) {
  const auto native = [=](int ms) { return real::epoll_pwait(epoll, events, count, ms, mask); };
  return trace::traced(
      "epoll_pwait", watcher_of_ours(epoll),
      [=] { return wait_corrected(epoll, events, count, timeout_ms, native); }, epoll,
      trace::EpollEvents{events}, count, timeout_ms, mask);
}

TAPSTACK_HOOK int epoll_pwait2(int epoll, epoll_event* events, int count, const timespec* timeout,
                               const sigset_t* mask) {
  return trace::traced(
      "epoll_pwait2", watcher_of_ours(epoll),
      [=] { return wait_corrected(epoll, events, count, timeout, mask); }, epoll,
      trace::EpollEvents{events}, count, trace::Seconds{timeout}, mask);
}
