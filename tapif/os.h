// System calls without libc between: tapif is linked into libtapstack.so, where socket(), read()
// and close() are that library's own hooks. Each returns what the kernel returned: -errno on
// failure, and errno stays as it was. Any thread; none is a cancellation point.
#pragma once

#include <cerrno>
#include <ctime>
#include <string>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace tapstack::tapif::os {

inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
#if defined(__x86_64__)
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
#else
  const int saved = errno;
  long result = ::syscall(number, a, b, c, d, e);
  if (result == -1) result = -errno;
  errno = saved;
  return result;
#endif
}

inline long pointer(const volatile void* p) { return reinterpret_cast<long>(p); }

// Always close-on-exec.
inline int open(const char* path, int flags, int mode = 0) {
  return static_cast<int>(call(SYS_openat, AT_FDCWD, pointer(path), flags | O_CLOEXEC, mode));
}
inline int close(int fd) { return static_cast<int>(call(SYS_close, fd)); }
inline int ioctl(int fd, unsigned long request, const void* argument) {
  return static_cast<int>(call(SYS_ioctl, fd, static_cast<long>(request), pointer(argument)));
}
inline int ioctl(int fd, unsigned long request, long argument) {
  return static_cast<int>(call(SYS_ioctl, fd, static_cast<long>(request), argument));
}
inline int socket(int family, int type, int protocol) {
  return static_cast<int>(call(SYS_socket, family, type, protocol));
}
inline int fcntl(int fd, int command, long argument) {
  return static_cast<int>(call(SYS_fcntl, fd, command, argument));
}
inline long read(int fd, void* buffer, size_t bytes) {
  return call(SYS_read, fd, pointer(buffer), static_cast<long>(bytes));
}
inline long write(int fd, const void* bytes, size_t count) {
  return call(SYS_write, fd, pointer(bytes), static_cast<long>(count));
}
inline long readv(int fd, const iovec* parts, size_t count) {
  return call(SYS_readv, fd, pointer(parts), static_cast<long>(count));
}
inline long writev(int fd, const iovec* parts, size_t count) {
  return call(SYS_writev, fd, pointer(parts), static_cast<long>(count));
}

// Asks `is_so` each millisecond until it is, `ms_max` times at most. Returns what it said last.
template <class Condition>
bool wait_until(int ms_max, Condition is_so) {
  const timespec pause{0, 1'000'000};
  for (int i = 0; i < ms_max; ++i) {
    if (is_so()) return true;
    call(SYS_nanosleep, pointer(&pause));
  }
  return is_so();
}

// A descriptor that is closed on scope exit.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& o) noexcept : fd_(o.release()) {}
  Fd& operator=(Fd&& o) noexcept {
    reset(o.release());
    return *this;
  }
  ~Fd() { reset(-1); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void reset(int fd) {
    if (fd_ >= 0) os::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// The descriptor moved to the lowest free number of at least `floor` (0: left where it is). The
// descriptor itself when there is no such number.
inline int move_above(int fd, int floor) {
  if (fd < 0 || fd >= floor) return fd;
  const int high = os::fcntl(fd, F_DUPFD_CLOEXEC, floor);
  if (high < 0) return fd;
  os::close(fd);
  return high;
}

// The bytes of a file, at most 1 MiB; empty when it cannot be read.
std::string read_file(const char* path);

}  // namespace tapstack::tapif::os
