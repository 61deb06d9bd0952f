#include "shim/netlink/state.h"

#include <sys/mman.h>

#include <cstdlib>

namespace tapstack::shim::netlink {
namespace {

constexpr size_t kBytes = Slots::kOwn * sizeof(Socket);

}  // namespace

State::State() {
  void* memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) std::abort();  // a megabyte of address space
  sockets_ = static_cast<Socket*>(memory);
}

State::~State() { munmap(sockets_, kBytes); }

}  // namespace tapstack::shim::netlink
