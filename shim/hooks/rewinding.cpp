// Seeking back to the start of a text of the stack's: it is written anew, as procfs does. Programs
// that show counters each second keep their file open and read it so.
#include <unistd.h>

#include <cstdio>

#include "shim/common/sys.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/proc/files.h"

namespace tapstack::shim {
namespace {

[[gnu::noinline]] void refresh(int fd) {
  if (sys::Passthrough::is_on()) return;
  const KeepError keep;
  proc::refresh(fd);
}

bool is_at_start(off_t offset, int whence) {
  return proc::has_texts.load(std::memory_order_relaxed) && offset == 0 && whence == SEEK_SET;
}

off_t seek(int fd, off_t offset, int whence) {
  if (is_at_start(offset, whence)) refresh(fd);
  return real::lseek(fd, offset, whence);
}

// stdio may go on with what it has read already, here as with a file of the kernel's.
int seek_stream(FILE* stream, off_t offset, int whence) {
  if (is_at_start(offset, whence)) refresh(::fileno(stream));
  return real::fseeko(stream, offset, whence);
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK off_t lseek(int fd, off_t offset, int whence) noexcept {
  return seek(fd, offset, whence);
}
TAPSTACK_HOOK off64_t lseek64(int fd, off64_t offset, int whence) noexcept {
  return seek(fd, offset, whence);
}

TAPSTACK_HOOK int fseek(FILE* stream, long offset, int whence) {
  return seek_stream(stream, offset, whence);
}
TAPSTACK_HOOK int fseeko(FILE* stream, off_t offset, int whence) {
  return seek_stream(stream, offset, whence);
}
TAPSTACK_HOOK int fseeko64(FILE* stream, off64_t offset, int whence) {
  return seek_stream(stream, offset, whence);
}

TAPSTACK_HOOK void rewind(FILE* stream) {
  if (is_at_start(0, SEEK_SET)) refresh(::fileno(stream));
  real::rewind(stream);
}
