#include "shim/common/private_fds.h"

#include <algorithm>
#include <atomic>
#include <bit>

#include "shim/common/sys.h"

namespace tapstack::shim::private_fds {
namespace {

// Descriptors above this are not worth their price: the kernel's table grows to the highest number
// (8 bytes each), and fork copies it.
constexpr rlim_t kTableEnd = 65536;
constexpr unsigned kWordBits = 64;
constexpr unsigned kWords = static_cast<unsigned>(kTableEnd) / kWordBits;

constinit std::atomic<uint64_t> is_used[kWords];
constinit std::atomic<int> lowest{0};
constinit std::atomic<rlim_t> program_soft{0}, program_hard{0};
constinit std::atomic<bool> is_ready{false};
constinit std::atomic<int> lowerings{0};  // ProgramLimits that live

// How long who wants a number waits for one of them to end: exec takes that long at most, and what
// interrupted the very thread that lowered the limit must not wait for ever.
constexpr int kWaitTries = 1000;
constexpr timespec kWaitPause{0, 1'000'000};

rlimit kernel_limit() {
  rlimit limit{1024, 1024};
  sys::call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, sys::pointer(&limit));
  return limit;
}

void set_kernel_limit(const rlimit& limit) {
  sys::call(SYS_prlimit64, 0, RLIMIT_NOFILE, sys::pointer(&limit), 0);
}

uint64_t bit_of(unsigned fd) { return uint64_t{1} << (fd % kWordBits); }

int keep(int fd) {
  const auto number = static_cast<unsigned>(fd);
  if (number >= kTableEnd) {  // the table of numbers is full to its end
    sys::close(fd);
    return -EMFILE;
  }
  is_used[number / kWordBits].fetch_or(bit_of(number), std::memory_order_release);
  return fd;
}

}  // namespace

void prepare() {
  if (is_prepared()) return;
  rlimit limit = kernel_limit();
  set_program_limit(limit);
  limit.rlim_cur = limit.rlim_max;
  set_kernel_limit(limit);
  lowest.store(static_cast<int>(std::min(kernel_limit().rlim_cur, kTableEnd) / 2),
               std::memory_order_relaxed);
  is_ready.store(true, std::memory_order_release);
}

bool is_prepared() { return is_ready.load(std::memory_order_acquire); }

void adopt_at_floor() {
  constexpr int kDescriptorsMax = 16;
  for (int fd = floor(); fd < floor() + kDescriptorsMax; ++fd) {
    if (sys::fcntl(fd, F_GETFD) >= 0) keep(fd);
  }
}

void adopt(int fd) {
  if (fd >= floor()) keep(fd);
}

int copy_high(int fd) {
  int high = sys::fcntl(fd, F_DUPFD_CLOEXEC, floor());
  for (int tries = 0; high == -EINVAL && lowerings.load() > 0 && tries < kWaitTries; ++tries) {
    sys::call(SYS_nanosleep, sys::pointer(&kWaitPause), 0);
    high = sys::fcntl(fd, F_DUPFD_CLOEXEC, floor());
  }
  return high < 0 ? high : keep(high);
}

int move_high(int fd) {
  const int high = copy_high(fd);
  if (high >= 0) sys::close(fd);
  return high;
}

void close(int fd) {
  if (fd < 0) return;
  const auto number = static_cast<unsigned>(fd);
  if (number < kTableEnd) {
    is_used[number / kWordBits].fetch_and(~bit_of(number), std::memory_order_release);
  }
  sys::close(fd);
}

bool is_private(int fd) {
  const auto number = static_cast<unsigned>(fd);
  return number < kTableEnd &&
         (is_used[number / kWordBits].load(std::memory_order_acquire) & bit_of(number)) != 0;
}

int next_private(unsigned first, unsigned last) {
  for (unsigned word = first / kWordBits; word < kWords; ++word) {
    uint64_t bits = is_used[word].load(std::memory_order_acquire);
    if (word == first / kWordBits) bits &= ~uint64_t{0} << (first % kWordBits);
    if (bits == 0) continue;
    const unsigned fd = word * kWordBits + static_cast<unsigned>(std::countr_zero(bits));
    return fd <= last ? static_cast<int>(fd) : -1;
  }
  return -1;
}

void close_all() { close_all_but(-1); }

void close_all_but(int kept) {
  for (int fd = next_private(0, ~0u); fd >= 0;
       fd = next_private(static_cast<unsigned>(fd) + 1, ~0u)) {
    if (fd != kept) private_fds::close(fd);
  }
}

void pass_on(int first) {
  auto from = static_cast<unsigned>(first);
  for (;;) {
    const int passed = next_private(from, ~0u);
    const unsigned end = passed < 0 ? ~0u : static_cast<unsigned>(passed) - 1;
    if (passed != static_cast<int>(from)) {
      sys::call(SYS_close_range, static_cast<long>(from), static_cast<long>(end), 0);
    }
    if (passed < 0) return;
    sys::fcntl(passed, F_SETFD, 0);
    from = static_cast<unsigned>(passed) + 1;
  }
}

void adopt_passed() {
  for (int fd = floor(); fd < static_cast<int>(kTableEnd); ++fd) {
    if (sys::fcntl(fd, F_SETFD, FD_CLOEXEC) >= 0) keep(fd);
  }
}

int floor() { return lowest.load(std::memory_order_relaxed); }

rlimit program_limit() {
  if (!is_prepared()) return kernel_limit();
  return {program_soft.load(std::memory_order_relaxed),
          program_hard.load(std::memory_order_relaxed)};
}

rlim_t program_soft_limit() { return program_limit().rlim_cur; }

void set_program_limit(const rlimit& limit) {
  program_soft.store(limit.rlim_cur, std::memory_order_relaxed);
  program_hard.store(limit.rlim_max, std::memory_order_relaxed);
}

// The hard limit of the kernel stays: only privilege could bring it back.
ProgramLimits::ProgramLimits() : raised_(kernel_limit()) {
  lowerings.fetch_add(1);
  set_kernel_limit({program_soft_limit(), raised_.rlim_max});
}

ProgramLimits::~ProgramLimits() {
  if (lowerings.fetch_sub(1) == 1) set_kernel_limit({raised_.rlim_max, raised_.rlim_max});
}

}  // namespace tapstack::shim::private_fds
