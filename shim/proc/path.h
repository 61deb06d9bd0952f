// Where a path of a program leads, as far as that can be below /proc or /sys: absolute, and without
// ".", ".." and doubled slashes.
#pragma once

#include <fcntl.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <string_view>

namespace tapstack::shim::proc {

class Path {
 public:
  // No path of a file of the stack's is as long; and a memfd's name can hold it.
  static constexpr size_t kMax = 200;

  // `folder`: AT_FDCWD or a descriptor, from where a relative path begins. False: it leads
  // elsewhere. Symbolic links are not followed: those below /proc/net and /sys/class/net are known
  // by name.
  bool resolve(int folder, const char* path);
  // Of an open descriptor: one of the kernel's below /proc or /sys, or one that the stack's text is
  // in (name_of_text()).
  bool resolve_descriptor(int fd);

  std::string_view text() const { return {text_.data(), size_}; }
  const char* c_str() const { return text_.data(); }

 private:
  bool append(std::string_view path);
  bool is_near() const;

  size_t size_ = 0;
  std::array<char, kMax + 1> text_{};
};

// What is remembered of the process so that a path that leads elsewhere costs a few instructions.
struct Nearness {
  enum class Where : uint8_t { kUnknown, kElsewhere, kNear };

  static bool is_working_folder_near() {
    return working_folder.load(std::memory_order_relaxed) != Where::kElsewhere && find_out();
  }
  // The program has called chdir() or its like.
  static void working_folder_changed() { working_folder.store(Where::kUnknown); }
  // It has opened something below /proc or /sys, which it may name as a folder from now on.
  static void opened() { has_opened.store(true, std::memory_order_relaxed); }

  static inline constinit std::atomic<Where> working_folder{Where::kUnknown};
  static inline constinit std::atomic<bool> has_opened{false};

 private:
  static bool find_out();
};

// Whether `path` could lead below /proc or /sys: what every open() of a program asks first.
inline bool may_be_near(int folder, const char* path) {
  if (path[0] == '/') {
    return (path[1] == 'p' && path[2] == 'r' && path[3] == 'o') ||
           (path[1] == 's' && path[2] == 'y' && path[3] == 's');
  }
  return folder == AT_FDCWD ? Nearness::is_working_folder_near()
                            : Nearness::has_opened.load(std::memory_order_relaxed);
}

}  // namespace tapstack::shim::proc
