// System calls without libc between: in libtapstack.so the names of libc are the hooks. Each
// returns what the kernel returned, -errno on failure; errno stays as it was; none is a
// cancellation point.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#if !defined(__x86_64__) && !defined(__aarch64__)
#error "sys.h: say here how this processor makes a system call"
#endif

namespace tapstack::shim::sys {

inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
#if defined(__x86_64__)
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
#else
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc 0"
               : "+r"(x0)
               : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
               : "memory");
  return x0;
#endif
}

inline long pointer(const volatile void* p) { return reinterpret_cast<long>(p); }

inline long read(int fd, void* to, size_t bytes) {
  return call(SYS_read, fd, pointer(to), static_cast<long>(bytes));
}
inline long write(int fd, const void* from, size_t bytes) {
  return call(SYS_write, fd, pointer(from), static_cast<long>(bytes));
}
inline long readv(int fd, const iovec* parts, size_t count) {
  return call(SYS_readv, fd, pointer(parts), static_cast<long>(count));
}
inline int close(int fd) { return static_cast<int>(call(SYS_close, fd)); }
inline int fcntl(int fd, int command, long argument = 0) {
  return static_cast<int>(call(SYS_fcntl, fd, command, argument));
}
inline int ioctl(int fd, unsigned long request, void* argument) {
  return static_cast<int>(call(SYS_ioctl, fd, static_cast<long>(request), pointer(argument)));
}
inline long send(int fd, const void* from, size_t bytes, int flags) {
  return call(SYS_sendto, fd, pointer(from), static_cast<long>(bytes), flags);
}
inline long receive(int fd, void* to, size_t bytes, int flags) {
  return call(SYS_recvfrom, fd, pointer(to), static_cast<long>(bytes), flags);
}
inline long sendmsg(int fd, const msghdr* message, int flags) {
  return call(SYS_sendmsg, fd, pointer(message), flags);
}
inline long recvmsg(int fd, msghdr* message, int flags) {
  return call(SYS_recvmsg, fd, pointer(message), flags);
}
inline int shutdown(int fd, int how) { return static_cast<int>(call(SYS_shutdown, fd, how)); }
inline int socketpair(int family, int type, int fds[2]) {
  return static_cast<int>(call(SYS_socketpair, family, type, 0, pointer(fds)));
}
inline int bind(int fd, const sockaddr* name, socklen_t length) {
  return static_cast<int>(call(SYS_bind, fd, pointer(name), static_cast<long>(length)));
}
inline int getpeername(int fd, sockaddr* name, socklen_t* length) {
  return static_cast<int>(call(SYS_getpeername, fd, pointer(name), pointer(length)));
}
inline int setsockopt(int fd, int level, int name, int value) {
  return static_cast<int>(call(SYS_setsockopt, fd, level, name, pointer(&value), sizeof value));
}
// The value of an integer option, or -errno in `value`'s place with false.
inline bool getsockopt(int fd, int level, int name, int& value) {
  socklen_t length = sizeof value;
  return call(SYS_getsockopt, fd, level, name, pointer(&value), pointer(&length)) == 0;
}
inline int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
  return static_cast<int>(call(SYS_epoll_ctl, epoll, operation, fd, pointer(event)));
}
inline int epoll_take(int epoll, epoll_event* events, int count) {  // never waits
  return static_cast<int>(call(SYS_epoll_pwait, epoll, pointer(events), count, 0, 0, 8));
}
// timeout_ns < 0: for ever.
inline int poll(pollfd* fds, size_t count, int64_t timeout_ns) {
  timespec timeout{static_cast<time_t>(timeout_ns / 1'000'000'000),
                   static_cast<long>(timeout_ns % 1'000'000'000)};
  return static_cast<int>(call(SYS_ppoll, pointer(fds), static_cast<long>(count),
                               timeout_ns < 0 ? 0 : pointer(&timeout), 0, 8));
}

// While one lives, the hooks pass every call of this thread through to the kernel: for code of
// others (libpcap, libstdc++) that the engine calls and that calls libc by name.
class Passthrough {
 public:
  Passthrough() { ++depth_; }
  ~Passthrough() { --depth_; }
  Passthrough(const Passthrough&) = delete;
  Passthrough& operator=(const Passthrough&) = delete;
  static bool is_on() { return depth_ != 0 || is_on_everywhere_.load(std::memory_order_relaxed); }
  // For a thread that may not make the library's calls any more.
  static void keep_on() { ++depth_; }
  // For a process none of whose threads may.
  static void keep_on_everywhere() { is_on_everywhere_.store(true, std::memory_order_relaxed); }

 private:
  static inline thread_local int depth_ = 0;
  static inline std::atomic<bool> is_on_everywhere_{false};
};

}  // namespace tapstack::shim::sys
