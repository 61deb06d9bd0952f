// Which files of /proc and /sys tell of the network, and so are the stack's and not the kernel's.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "shim/proc/path.h"

namespace tapstack::shim::proc {

struct File {
  enum class Kind : uint8_t {
    kTable,      // /proc/net/tcp ...
    kSetting,    // /proc/sys/net/ipv4/tcp_sack ...
    kAttribute,  // /sys/class/net/ts0/mtu ...
    kFolder,     // /sys/class/net and what is in it
    kLink,       // /sys/class/net/ts0, which leads to /sys/devices/virtual/net/ts0
    kAbsent,     // below such a folder and not there
  };
  Kind kind = Kind::kTable;
  Path path;
  size_t skipped = 0;  // of the path: the folder that its kind stands for

  std::string_view name() const { return path.text().substr(skipped); }
  bool is_folder() const { return kind == Kind::kFolder || kind == Kind::kLink; }
};

// The file at `path`; none: it is the kernel's.
std::optional<File> find_file(const Path& path);

// A new descriptor, the lowest free, to read the file's text as it is now; of a folder, one that
// calls which take a folder's know again. -1: the reason is the thread's error value.
int open_file(const File& file, bool is_cloexec);
// Whether this process has opened a text: if not, none of its descriptors is one.
inline constinit std::atomic<bool> has_texts{false};
// If a text was opened as `fd` its file is written anew, as procfs does for who seeks back to the
// start.
void refresh(int fd);
// The file that was opened as `fd` by open_file().
std::optional<File> find_opened(int fd);

// What stat() says of it (lstat(), unless links are followed); 0 or an errno.
int describe(const File& file, bool follows_links, struct stat& out);

}  // namespace tapstack::shim::proc
