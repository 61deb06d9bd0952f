#include "shim/trace/memory.h"

#include <sys/uio.h>

#include "shim/common/sys.h"

namespace tapstack::shim::trace {

size_t copy_from(const void* address, void* to, size_t bytes) {
  if (address == nullptr || bytes == 0) return 0;
  const iovec here{to, bytes};
  const iovec there{const_cast<void*>(address), bytes};
  const long copied = sys::call(SYS_process_vm_readv, sys::call(SYS_getpid), sys::pointer(&here), 1,
                                sys::pointer(&there), 1, 0);
  return copied > 0 ? static_cast<size_t>(copied) : 0;
}

}  // namespace tapstack::shim::trace
