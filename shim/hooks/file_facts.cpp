// What is asked of files without opening them: stat() and its like, access(), readlink(),
// realpath(). Those that the stack writes (proc/files.h) are there although this kernel may lack
// them.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "shim/common/sys.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/proc/files.h"

namespace tapstack::shim {
namespace {

using Found = std::optional<proc::File>;
using Kind = proc::File::Kind;

[[gnu::noinline]] Found find_near(int folder, const char* path) {
  proc::Path place;
  if (sys::Passthrough::is_on() || !place.resolve(folder, path)) return {};
  return proc::find_file(place);
}

// Most paths lead elsewhere, which shall cost next to nothing.
inline Found find(int folder, const char* path) {
  const bool is_near = usable(path) != nullptr && proc::may_be_near(folder, path);
  return is_near ? find_near(folder, path) : std::nullopt;
}

Found find_opened(int fd) {
  return sys::Passthrough::is_on() ? std::nullopt : proc::find_opened(fd);
}

int describe(const proc::File& file, int flags, struct stat* out) {
  if (usable(out) == nullptr) return fail(EFAULT);
  return finish(proc::describe(file, (flags & AT_SYMLINK_NOFOLLOW) == 0, *out));
}

// Whose path is empty, and may be.
bool is_descriptor(const char* path, int flags) {
  return (flags & AT_EMPTY_PATH) != 0 && usable(path) != nullptr && path[0] == '\0';
}

int stat_at(int folder, const char* path, struct stat* out, int flags) {
  const Found file = is_descriptor(path, flags) ? find_opened(folder) : find(folder, path);
  return file ? describe(*file, flags, out) : real::fstatat(folder, path, out, flags);
}

int stat_opened(int fd, struct stat* out) {
  const Found file = find_opened(fd);
  return file ? describe(*file, 0, out) : real::fstat(fd, out);
}

statx_timestamp stamp(const timespec& time) {
  statx_timestamp value{};
  value.tv_sec = time.tv_sec;
  value.tv_nsec = static_cast<uint32_t>(time.tv_nsec);
  return value;
}

void extend(const struct stat& from, struct statx& to) {
  to = {};
  to.stx_mask = STATX_BASIC_STATS;
  to.stx_blksize = static_cast<uint32_t>(from.st_blksize);
  to.stx_nlink = static_cast<uint32_t>(from.st_nlink);
  to.stx_uid = from.st_uid;
  to.stx_gid = from.st_gid;
  to.stx_mode = static_cast<uint16_t>(from.st_mode);
  to.stx_ino = from.st_ino;
  to.stx_size = static_cast<uint64_t>(from.st_size);
  to.stx_dev_major = major(from.st_dev);
  to.stx_dev_minor = minor(from.st_dev);
  to.stx_atime = stamp(from.st_atim);
  to.stx_mtime = stamp(from.st_mtim);
  to.stx_ctime = stamp(from.st_ctim);
}

// Nothing of the stack's is written or executed through a file.
int check_access(const proc::File& file, int mode) {
  struct stat status;
  if (const int error = proc::describe(file, true, status); error != 0) return fail(error);
  const bool asks_too_much = (mode & W_OK) != 0 || ((mode & X_OK) != 0 && !S_ISDIR(status.st_mode));
  return finish(asks_too_much ? EACCES : 0);
}

bool is_below_proc(const proc::File& file) {
  return file.kind == Kind::kTable || file.kind == Kind::kSetting;
}

constexpr const char* kInterfaces = "/sys/devices/virtual/net";

// Of what a symbolic link leads to; -1 and why it is none.
ssize_t read_link(const proc::File& file, char* to, size_t bytes) {
  if (file.kind == Kind::kAbsent) return fail(ENOENT);
  if (file.kind != Kind::kLink || bytes == 0) return fail(EINVAL);
  if (usable(to) == nullptr) return fail(EFAULT);
  const std::string target = "../../devices/virtual/net/" + std::string(file.name());
  return static_cast<ssize_t>(target.copy(to, bytes));
}

ssize_t read_link_at(int folder, const char* path, char* to, size_t bytes) {
  const Found file = find(folder, path);
  if (file && !is_below_proc(*file)) return read_link(*file, to, bytes);
  return real::readlinkat(folder, path, to, bytes);
}

char* real_path(const char* path, char* room) {
  const Found file = find(AT_FDCWD, path);
  if (!file || is_below_proc(*file)) return real::realpath(path, room);
  if (file->kind == Kind::kAbsent) {
    set_last_error(ENOENT);
    return nullptr;
  }
  std::string whole(file->name().empty() ? file->path.text() : kInterfaces);
  if (!file->name().empty()) whole.append("/").append(file->name());
  return room != nullptr ? std::strcpy(room, whole.c_str()) : ::strdup(whole.c_str());
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

// The structures for large files are the same on the processors that sys.h knows.
static_assert(sizeof(struct stat) == sizeof(struct stat64));

TAPSTACK_HOOK int stat(const char* path, struct stat* out) noexcept {
  const Found file = find(AT_FDCWD, path);
  return file ? describe(*file, 0, out) : real::stat(path, out);
}
TAPSTACK_HOOK int stat64(const char* path, struct stat64* out) noexcept {
  return stat(path, reinterpret_cast<struct stat*>(out));
}

TAPSTACK_HOOK int lstat(const char* path, struct stat* out) noexcept {
  const Found file = find(AT_FDCWD, path);
  return file ? describe(*file, AT_SYMLINK_NOFOLLOW, out) : real::lstat(path, out);
}
TAPSTACK_HOOK int lstat64(const char* path, struct stat64* out) noexcept {
  return lstat(path, reinterpret_cast<struct stat*>(out));
}

TAPSTACK_HOOK int fstat(int fd, struct stat* out) noexcept { return stat_opened(fd, out); }
TAPSTACK_HOOK int fstat64(int fd, struct stat64* out) noexcept {
  return stat_opened(fd, reinterpret_cast<struct stat*>(out));
}

TAPSTACK_HOOK int fstatat(int folder, const char* path, struct stat* out, int flags) noexcept {
  return stat_at(folder, path, out, flags);
}
TAPSTACK_HOOK int fstatat64(int folder, const char* path, struct stat64* out, int flags) noexcept {
  return stat_at(folder, path, reinterpret_cast<struct stat*>(out), flags);
}

// What programs call that were built with a glibc before 2.33; its number of the structure's
// version is one for ever.
TAPSTACK_HOOK int __xstat(int, const char* path, struct stat* out) noexcept {
  return stat(path, out);
}
TAPSTACK_HOOK int __xstat64(int, const char* path, struct stat64* out) noexcept {
  return stat64(path, out);
}
TAPSTACK_HOOK int __lxstat(int, const char* path, struct stat* out) noexcept {
  return lstat(path, out);
}
TAPSTACK_HOOK int __lxstat64(int, const char* path, struct stat64* out) noexcept {
  return lstat64(path, out);
}
TAPSTACK_HOOK int __fxstat(int, int fd, struct stat* out) noexcept { return fstat(fd, out); }
TAPSTACK_HOOK int __fxstat64(int, int fd, struct stat64* out) noexcept { return fstat64(fd, out); }
TAPSTACK_HOOK int __fxstatat(int, int folder, const char* path, struct stat* out,
                             int flags) noexcept {
  return fstatat(folder, path, out, flags);
}
TAPSTACK_HOOK int __fxstatat64(int, int folder, const char* path, struct stat64* out,
                               int flags) noexcept {
  return fstatat64(folder, path, out, flags);
}

TAPSTACK_HOOK int statx(int folder, const char* path, int flags, unsigned mask,
                        struct statx* out) noexcept {
  const Found file = is_descriptor(path, flags) ? find_opened(folder) : find(folder, path);
  if (!file) return real::statx(folder, path, flags, mask, out);
  if (usable(out) == nullptr) return fail(EFAULT);
  struct stat status;
  if (describe(*file, flags, &status) != 0) return -1;
  extend(status, *out);
  return 0;
}

TAPSTACK_HOOK int access(const char* path, int mode) noexcept {
  const Found file = find(AT_FDCWD, path);
  return file ? check_access(*file, mode) : real::access(path, mode);
}

TAPSTACK_HOOK int faccessat(int folder, const char* path, int mode, int flags) noexcept {
  const Found file = find(folder, path);
  return file ? check_access(*file, mode) : real::faccessat(folder, path, mode, flags);
}

TAPSTACK_HOOK int euidaccess(const char* path, int mode) noexcept {
  const Found file = find(AT_FDCWD, path);
  return file ? check_access(*file, mode) : real::euidaccess(path, mode);
}

TAPSTACK_HOOK int eaccess(const char* path, int mode) noexcept { return euidaccess(path, mode); }

TAPSTACK_HOOK ssize_t readlink(const char* path, char* to, size_t bytes) noexcept {
  return read_link_at(AT_FDCWD, path, to, bytes);
}

TAPSTACK_HOOK ssize_t readlinkat(int folder, const char* path, char* to, size_t bytes) noexcept {
  return read_link_at(folder, path, to, bytes);
}

TAPSTACK_HOOK ssize_t __readlink_chk(const char* path, char* to, size_t bytes, size_t room) {
  if (bytes > room) __chk_fail();
  return read_link_at(AT_FDCWD, path, to, bytes);
}

TAPSTACK_HOOK ssize_t __readlinkat_chk(int folder, const char* path, char* to, size_t bytes,
                                       size_t room) {
  if (bytes > room) __chk_fail();
  return read_link_at(folder, path, to, bytes);
}

TAPSTACK_HOOK char* realpath(const char* path, char* room) noexcept {
  return real_path(path, room);
}

TAPSTACK_HOOK char* __realpath_chk(const char* path, char* to, size_t room) {
  if (room < PATH_MAX) __chk_fail();
  return real_path(path, to);
}

// Files of the stack's have none; `ls -l` looks.
TAPSTACK_HOOK ssize_t getxattr(const char* path, const char* name, void* to,
                               size_t bytes) noexcept {
  return find(AT_FDCWD, path) ? fail(ENODATA) : real::getxattr(path, name, to, bytes);
}
TAPSTACK_HOOK ssize_t lgetxattr(const char* path, const char* name, void* to,
                                size_t bytes) noexcept {
  return find(AT_FDCWD, path) ? fail(ENODATA) : real::lgetxattr(path, name, to, bytes);
}

TAPSTACK_HOOK char* canonicalize_file_name(const char* path) noexcept {
  return real_path(path, nullptr);
}
