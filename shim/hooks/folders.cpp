// Folders: those of the stack's interfaces (/sys/class/net) are read entry by entry from here, and
// the working folder is where relative paths begin.
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

#include "shim/common/sys.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/proc/attributes.h"
#include "shim/proc/files.h"

namespace tapstack::shim {
namespace {

using Found = std::optional<proc::File>;
using Kind = proc::File::Kind;

// What the program holds as a DIR, which only functions of libc look into.
struct Stream {
  std::atomic<bool> is_used{false};
  int fd = 0;
  long position = 0;  // 0: ".", 1: "..", then the entries
  proc::File folder;
  dirent64 entry{};
};
constinit std::array<Stream, 32> streams;

// Null: it is one of libc's.
Stream* own(DIR* stream) {
  const std::less<const void*> before;
  const void* const place = stream;
  if (before(place, streams.begin()) || !before(place, streams.end())) return nullptr;
  return reinterpret_cast<Stream*>(stream);
}

// A stream of `folder`, opened as `fd`. Null: EMFILE.
DIR* make_stream(const proc::File& folder, int fd) {
  for (Stream& stream : streams) {
    if (stream.is_used.exchange(true)) continue;
    stream.fd = fd;
    stream.position = 0;
    stream.folder = folder;
    return reinterpret_cast<DIR*>(&stream);
  }
  set_last_error(EMFILE);
  return nullptr;
}

DIR* refuse(int error) {
  set_last_error(error);
  return nullptr;
}

DIR* open_folder(const proc::File& file) {
  if (file.kind == Kind::kAbsent) return refuse(ENOENT);
  if (!file.is_folder()) return refuse(ENOTDIR);
  const int fd = proc::open_file(file, true);
  if (fd < 0) return nullptr;
  DIR* const stream = make_stream(file, fd);
  if (stream == nullptr) sys::close(fd);
  return stream;
}

// What the entry `name` of `folder` is.
unsigned char type_of(const proc::File& folder, const std::string& name) {
  proc::Path path;
  const std::string whole = std::string(folder.path.text()) + "/" + name;
  const Found file = path.resolve(AT_FDCWD, whole.c_str()) ? proc::find_file(path) : std::nullopt;
  if (!file) return DT_UNKNOWN;
  return file->kind == Kind::kLink ? DT_LNK : file->is_folder() ? DT_DIR : DT_REG;
}

dirent64* next_entry(Stream& stream) {
  const long at = stream.position;
  const std::string name =
      at == 0   ? "."
      : at == 1 ? ".."
                : proc::attribute_entry(stream.folder.name(), static_cast<size_t>(at - 2));
  if (name.empty()) return nullptr;
  stream.position = at + 1;
  stream.entry = {};
  stream.entry.d_ino = std::hash<std::string>{}(name) | 1;
  stream.entry.d_off = stream.position;
  stream.entry.d_reclen = sizeof stream.entry;
  stream.entry.d_type = at < 2 ? static_cast<unsigned char>(DT_DIR) : type_of(stream.folder, name);
  name.copy(static_cast<char*>(stream.entry.d_name), sizeof stream.entry.d_name - 1);
  return &stream.entry;
}

int copy_next(DIR* stream, dirent64* entry, dirent64** result) {
  Stream* const mine = own(stream);
  if (mine == nullptr) return real::readdir64_r(stream, entry, result);
  const dirent64* const next = next_entry(*mine);
  *result = next != nullptr ? entry : nullptr;
  if (next != nullptr) *entry = *next;
  return 0;
}

int close_stream(Stream& stream) {
  const int fd = stream.fd;
  stream.is_used.store(false);
  return finish(-sys::close(fd));
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

static_assert(sizeof(dirent) == sizeof(dirent64));

TAPSTACK_HOOK DIR* opendir(const char* path) {
  if (sys::Passthrough::is_on() || usable(path) == nullptr) return real::opendir(path);
  if (!proc::may_be_near(AT_FDCWD, path)) return real::opendir(path);
  proc::Path place;
  if (!place.resolve(AT_FDCWD, path)) return real::opendir(path);
  proc::Nearness::opened();
  const Found file = proc::find_file(place);
  return file ? open_folder(*file) : real::opendir(path);
}

TAPSTACK_HOOK DIR* fdopendir(int fd) {
  const Found file = sys::Passthrough::is_on() ? std::nullopt : proc::find_opened(fd);
  if (!file) return real::fdopendir(fd);
  return file->is_folder() ? make_stream(*file, fd) : refuse(ENOTDIR);
}

TAPSTACK_HOOK dirent64* readdir64(DIR* stream) {
  Stream* const mine = own(stream);
  return mine != nullptr ? next_entry(*mine) : real::readdir64(stream);
}
TAPSTACK_HOOK dirent* readdir(DIR* stream) { return reinterpret_cast<dirent*>(readdir64(stream)); }

TAPSTACK_HOOK int readdir64_r(DIR* stream, dirent64* entry, dirent64** result) {
  return copy_next(stream, entry, result);
}
TAPSTACK_HOOK int readdir_r(DIR* stream, dirent* entry, dirent** result) {
  return copy_next(stream, reinterpret_cast<dirent64*>(entry),
                   reinterpret_cast<dirent64**>(result));
}

TAPSTACK_HOOK int closedir(DIR* stream) {
  Stream* const mine = own(stream);
  return mine != nullptr ? close_stream(*mine) : real::closedir(stream);
}

TAPSTACK_HOOK void rewinddir(DIR* stream) noexcept {
  if (Stream* const mine = own(stream)) {
    mine->position = 0;
  } else {
    real::rewinddir(stream);
  }
}

TAPSTACK_HOOK void seekdir(DIR* stream, long position) noexcept {
  if (Stream* const mine = own(stream)) {
    mine->position = position;
  } else {
    real::seekdir(stream, position);
  }
}

TAPSTACK_HOOK long telldir(DIR* stream) noexcept {
  Stream* const mine = own(stream);
  return mine != nullptr ? mine->position : real::telldir(stream);
}

TAPSTACK_HOOK int dirfd(DIR* stream) noexcept {
  Stream* const mine = own(stream);
  return mine != nullptr ? mine->fd : real::dirfd(stream);
}

TAPSTACK_HOOK int chdir(const char* path) noexcept {
  const int result = real::chdir(path);
  proc::Nearness::working_folder_changed();
  return result;
}

TAPSTACK_HOOK int fchdir(int fd) noexcept {
  const int result = real::fchdir(fd);
  proc::Nearness::working_folder_changed();
  return result;
}
