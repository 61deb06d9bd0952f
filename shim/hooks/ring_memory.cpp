// mmap on a packet socket with a ring: the ring's memory in place of the handle, which has none.
// Whatever is not such a handle goes to the kernel at once, by a raw system call: memory allocators
// come here before anything else works.
#include <sys/mman.h>

#include <cerrno>

#include "shim/common/protocol.h"
#include "shim/common/sys.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/result.h"
#include "shim/hooks/traced.h"
#include "shim/trace/arguments.h"

namespace tapstack::shim {
namespace {

struct Mapping {
  void* at;
  size_t bytes;
  int protection, flags, fd;
  off_t offset;
};

void* fail_mapping(int error) {
  fail(error);
  return MAP_FAILED;
}

void* map_natively(const Mapping& wanted) {
  const long result = sys::call(SYS_mmap, sys::pointer(wanted.at), static_cast<long>(wanted.bytes),
                                wanted.protection, wanted.flags, wanted.fd, wanted.offset);
  if (result < 0 && result > -4096) return fail_mapping(static_cast<int>(-result));
  return reinterpret_cast<void*>(result);
}

// packet_mmap: all of it, from its begin.
void* map_ring(const Handle& handle, Mapping wanted) {
  Request request = ask::about(Op::kRingMemory, handle.id);
  request.args[0] = 1;
  Reply reply;
  int fd = -1;
  if (const int error = ask::call(request, reply, &fd); error != 0) return fail_mapping(error);
  if (fd < 0) return fail_mapping(EINVAL);
  const size_t page = 4096;
  const size_t rounded = (wanted.bytes + page - 1) / page * page;
  wanted.fd = fd;
  const bool is_whole = rounded == static_cast<size_t>(reply.value) && wanted.offset == 0;
  void* mapped = is_whole ? map_natively(wanted) : fail_mapping(EINVAL);
  sys::close(fd);
  return mapped;
}

void* map_seen(const Mapping& wanted) {
  Handle handle;
  const bool may_be_ours = wanted.fd >= 0 && (wanted.flags & MAP_ANONYMOUS) == 0 &&
                           descriptors::hinted(wanted.fd, handle) && handle.is_packet;
  if (!may_be_ours || !descriptors::verified(wanted.fd, handle) || !handle.is_packet) {
    return map_natively(wanted);
  }
  return map_ring(handle, wanted);
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK void* mmap(void* at, size_t bytes, int protection, int flags, int fd,
                         off_t offset) noexcept {
  return map_seen({at, bytes, protection, flags, fd, offset});
}

TAPSTACK_HOOK void* mmap64(void* at, size_t bytes, int protection, int flags, int fd,
                           off_t offset) noexcept {
  return map_seen({at, bytes, protection, flags, fd, offset});
}
