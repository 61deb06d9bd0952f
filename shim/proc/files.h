// Which files of /proc and /sys tell of the network, and so are the stack's and not the kernel's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tapstack::shim::proc {

struct File {
  enum class Kind : uint8_t {
    kTable,      // /proc/net/tcp ...
    kSetting,    // /proc/sys/net/ipv4/tcp_sack ...
    kAttribute,  // /sys/class/net/ts0/mtu ...
  };
  Kind kind = Kind::kTable;
  std::string_view name;  // behind the folder that its kind stands for; a part of the path
};

// Whether `path` could be one of them: what every open() of a program asks first. A few
// instructions.
inline bool may_be_file(const char* path) {
  return path[0] == '/' && ((path[1] == 'p' && path[2] == 'r' && path[3] == 'o') ||
                            (path[1] == 's' && path[2] == 'y' && path[3] == 's'));
}

// The file that `path`, an absolute path, names; none: it is the kernel's.
std::optional<File> find_file(const char* path);

// A new descriptor, the lowest free, to read the file's text as it is now. -1: the reason is the
// thread's error value.
int open_file(const File& file, bool is_cloexec);

}  // namespace tapstack::shim::proc
