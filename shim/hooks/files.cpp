// Opening files: those that tell of the network are the stack's (proc/files.h), all others the
// kernel's. stdio opens inside libc, past open(), so its functions are here, too.
#include <fcntl.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <optional>

#include "shim/common/sys.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/proc/files.h"
#include "shim/trace/arguments.h"
#include "shim/trace/call.h"
#include "shim/trace/names.h"

namespace tapstack::shim {
namespace {

using Found = std::optional<proc::File>;

// What of the stack's is to be opened with `flags`. A table that is to be written is the kernel's,
// which refuses it.
Found find(int folder, const char* path, int flags) {
  if (sys::Passthrough::is_on() || usable(path) == nullptr) return {};
  if (!proc::may_be_near(folder, path)) return {};
  proc::Path place;
  if (!place.resolve(folder, path)) return {};
  proc::Nearness::opened();
  if ((flags & O_PATH) != 0) return {};
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0;
  Found file = proc::find_file(place);
  return writes && file && file->kind == proc::File::Kind::kTable ? Found() : file;
}

// The settings of a stack are chosen where it starts, and its interfaces are set by ioctl() and
// rtnetlink.
int check_flags(const proc::File& file, int flags) {
  if (file.kind == proc::File::Kind::kAbsent) return ENOENT;
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  if (file.is_folder()) return writes ? EISDIR : 0;
  if ((flags & O_DIRECTORY) == O_DIRECTORY) return ENOTDIR;
  return writes ? EACCES : 0;
}

int open_file(const proc::File& file, int flags) {
  const int error = check_flags(file, flags);
  return error != 0 ? fail(error) : proc::open_file(file, (flags & O_CLOEXEC) != 0);
}

int open_path(const char* path, int flags, mode_t mode) {
  const Found file = find(AT_FDCWD, path, flags);
  if (!file) return real::open(path, flags, mode);
  return trace::traced(
      "open", trace::Always{}, [&] { return open_file(*file, flags); }, trace::Text{path},
      trace::Flags{trace::kFileFlags, flags});
}

int open_path_at(int folder, const char* path, int flags, mode_t mode) {
  const Found file = find(folder, path, flags);
  if (!file) return real::openat(folder, path, flags, mode);
  return trace::traced(
      "openat", trace::Always{}, [&] { return open_file(*file, flags); }, folder, trace::Text{path},
      trace::Flags{trace::kFileFlags, flags});
}

// fopen()'s mode as flags of open(), as far as they matter here.
int flags_of(const char* mode) {
  if (usable(mode) == nullptr || mode[0] != 'r' || std::strchr(mode, '+') != nullptr) return O_RDWR;
  return std::strchr(mode, 'e') != nullptr ? O_RDONLY | O_CLOEXEC : O_RDONLY;
}

FILE* open_stream(const char* path, const char* mode) {
  const Found file = find(AT_FDCWD, path, flags_of(mode));
  if (!file) return real::fopen(path, mode);
  const int fd = trace::traced(
      "fopen", trace::Always{}, [&] { return open_file(*file, flags_of(mode)); }, trace::Text{path},
      trace::Text{mode});
  if (fd < 0) return nullptr;
  FILE* stream = ::fdopen(fd, mode);
  if (stream == nullptr) sys::close(fd);
  return stream;
}

// libc's own freopen() does what it does to `stream`, with the text in place of the file.
FILE* reopen_stream(const char* path, const char* mode, FILE* stream) {
  const Found file = find(AT_FDCWD, path, flags_of(mode));
  if (!file) return real::freopen(path, mode, stream);
  const int fd = trace::traced(
      "freopen", trace::Always{}, [&] { return open_file(*file, O_CLOEXEC); }, trace::Text{path},
      trace::Text{mode}, stream);
  if (fd < 0) {
    const KeepError keep;
    std::fclose(stream);
    return nullptr;
  }
  char name[32];
  std::snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  FILE* const again = real::freopen(static_cast<const char*>(name), mode, stream);
  sys::close(fd);
  return again;
}

mode_t mode_in(va_list list) { return static_cast<mode_t>(va_arg(list, unsigned)); }

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_in(list);
  va_end(list);
  return open_path(path, flags, mode);
}

TAPSTACK_HOOK int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_in(list);
  va_end(list);
  return open_path(path, flags, mode);
}

TAPSTACK_HOOK int openat(int folder, const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_in(list);
  va_end(list);
  return open_path_at(folder, path, flags, mode);
}

TAPSTACK_HOOK int openat64(int folder, const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_in(list);
  va_end(list);
  return open_path_at(folder, path, flags, mode);
}

// What -D_FORTIFY_SOURCE makes of calls without a mode; libc ends a program that lacks a needed
// one.
TAPSTACK_HOOK int __open_2(const char* path, int flags) {
  return !find(AT_FDCWD, path, flags) ? real::open_2(path, flags) : open_path(path, flags, 0);
}

TAPSTACK_HOOK int __open64_2(const char* path, int flags) { return __open_2(path, flags); }

TAPSTACK_HOOK int __openat_2(int folder, const char* path, int flags) {
  return !find(folder, path, flags) ? real::openat_2(folder, path, flags)
                                    : open_path_at(folder, path, flags, 0);
}

TAPSTACK_HOOK int __openat64_2(int folder, const char* path, int flags) {
  return __openat_2(folder, path, flags);
}

TAPSTACK_HOOK FILE* fopen(const char* path, const char* mode) { return open_stream(path, mode); }

TAPSTACK_HOOK FILE* fopen64(const char* path, const char* mode) { return open_stream(path, mode); }

TAPSTACK_HOOK FILE* freopen(const char* path, const char* mode, FILE* stream) {
  return reopen_stream(path, mode, stream);
}

TAPSTACK_HOOK FILE* freopen64(const char* path, const char* mode, FILE* stream) {
  return reopen_stream(path, mode, stream);
}
