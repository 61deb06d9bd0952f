#include "shim/proc/path.h"

#include <algorithm>
#include <cstdio>

#include "shim/common/sys.h"

namespace tapstack::shim::proc {
namespace {

constexpr std::string_view kMemory = "/memfd:", kDeleted = " (deleted)";

using Room = std::array<char, Path::kMax + 32>;

// Empty: not to be told, or longer than any of ours.
std::string_view working_folder(Room& room) {
  const long bytes = sys::call(SYS_getcwd, sys::pointer(room.data()), room.size());
  return bytes <= 1 ? std::string_view() : std::string_view(room.data(), size_t(bytes) - 1);
}

// What a descriptor was opened as. A text of the stack's says so in its memfd's name.
std::string_view path_of(int fd, Room& room) {
  char link[32];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const long bytes = sys::call(SYS_readlinkat, AT_FDCWD, sys::pointer(link),
                               sys::pointer(room.data()), room.size());
  if (bytes <= 0 || static_cast<size_t>(bytes) == room.size()) return {};
  std::string_view path(room.data(), static_cast<size_t>(bytes));
  if (!path.starts_with(kMemory)) return path;
  path.remove_prefix(kMemory.size());
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  return path;
}

}  // namespace

bool Path::resolve(int folder, const char* path) {
  const std::string_view whole(path);
  size_ = 0;
  if (whole.empty()) return false;
  if (whole[0] != '/') {
    Room room;
    if (!append(folder == AT_FDCWD ? working_folder(room) : path_of(folder, room))) return false;
  }
  return append(whole) && is_near();
}

bool Path::resolve_descriptor(int fd) {
  Room room;
  size_ = 0;
  const std::string_view path = path_of(fd, room);
  return !path.empty() && path[0] == '/' && append(path) && is_near();
}

// Adds part after part; false where it does not fit.
bool Path::append(std::string_view path) {
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      while (size_ > 0 && text_[--size_] != '/') continue;
    } else {
      if (size_ + 1 + part.size() > kMax) return false;
      text_[size_++] = '/';
      std::ranges::copy(part, text_.begin() + static_cast<std::ptrdiff_t>(size_));
      size_ += part.size();
    }
  }
  text_[size_] = '\0';
  return true;
}

bool Path::is_near() const {
  const std::string_view here = text();
  return here.starts_with("/proc/") || here.starts_with("/sys/") || here == "/proc" ||
         here == "/sys";
}

bool Nearness::find_out() {
  if (sys::Passthrough::is_on()) return false;  // a program that has confined itself may not ask
  Where where = working_folder.load(std::memory_order_relaxed);
  if (where == Where::kUnknown) {
    Path here;
    where = here.resolve(AT_FDCWD, ".") ? Where::kNear : Where::kElsewhere;
    working_folder.store(where);
  }
  return where == Where::kNear;
}

}  // namespace tapstack::shim::proc
