#include "shim/engine/stack_memory.h"

#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/engine/sequence_secret.h"

namespace tapstack::shim {
namespace {

using Seed = std::array<uint8_t, api::kSeedBytes>;

// 0, or an errno: entropy that is none would make sequence numbers guessable.
int fill_seed(const uint64_t* fixed, Seed& seed) {
  if (fixed != nullptr) {
    std::memcpy(seed.data(), fixed, sizeof *fixed);
    return 0;
  }
  const long got =
      sys::call(SYS_getrandom, sys::pointer(seed.data()), static_cast<long>(seed.size()));
  return got == static_cast<long>(seed.size()) ? 0 : EIO;
}

}  // namespace

StackMemory::~StackMemory() {
  if (memory_ != nullptr) munmap(memory_, bytes_);
  private_fds::close(fd_);
}

int StackMemory::create(const uint64_t* seed) {
  Seed entropy{};
  if (const int error = fill_seed(seed, entropy)) return error;
  const long fd = sys::call(SYS_memfd_create, sys::pointer("tapstack"), 1 /* MFD_CLOEXEC */);
  if (fd < 0) return static_cast<int>(-fd);
  fd_ = private_fds::move_high(static_cast<int>(fd));
  if (fd_ < 0) return -fd_;
  const long sized = sys::call(SYS_ftruncate, fd_, static_cast<long>(api::stack_bytes()));
  if (sized < 0) return static_cast<int>(-sized);
  if (const int error = map()) return error;
  stack_ = &api::create(memory_, entropy);
  // A fixed seed asks for the same numbers again, not for later ones.
  SequenceSecret secret;
  if (seed == nullptr && find_sequence_secret(secret)) api::share_sequence(*stack_, secret);
  return 0;
}

int StackMemory::adopt(int fd) {
  fd_ = fd;
  if (const int error = map()) return error;
  stack_ = static_cast<Stack*>(memory_);  // constructed there already, and without pointers
  return 0;
}

int StackMemory::map() {
  bytes_ = api::stack_bytes();
  void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd_, 0);
  if (memory == MAP_FAILED) return ENOMEM;
  memory_ = memory;
  madvise(memory_, bytes_, MADV_DONTFORK);
  return 0;
}

}  // namespace tapstack::shim
