// The C library's own functions behind ours. Each is found at first use with dlsym(RTLD_NEXT),
// which allocates nothing when it succeeds, so that a hook works before any constructor has run.
// Blocking calls go through these and not through raw system calls: they are cancellation points.
#pragma once

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

// The checked variants that -D_FORTIFY_SOURCE makes programs call; glibc declares them in no header
// that a program includes.
extern "C" {
ssize_t __read_chk(int fd, void* buffer, size_t bytes, size_t buffer_bytes);
ssize_t __recv_chk(int fd, void* buffer, size_t bytes, size_t buffer_bytes, int flags);
ssize_t __recvfrom_chk(int fd, void* buffer, size_t bytes, size_t buffer_bytes, int flags,
                       sockaddr* address, socklen_t* length);
int __poll_chk(pollfd* fds, nfds_t count, int timeout_ms, size_t fds_bytes);
int __ppoll_chk(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask,
                size_t fds_bytes);
int __open_2(const char* path, int flags);
int __openat_2(int folder, const char* path, int flags);
[[noreturn]] void __chk_fail();
}

namespace tapstack::shim::real {

template <class Function>
class Next {
 public:
  constexpr explicit Next(const char* name) : name_(name) {}

  template <class... Args>
  auto operator()(Args... args) {
    return function()(args...);
  }

 private:
  Function* function() {
    Function* found = found_.load(std::memory_order_acquire);
    return found != nullptr ? found : find();
  }
  Function* find() {
    auto* found = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name_));
    if (found == nullptr) {
      // A program that calls a function which its C library lacks could not have been started.
      std::fprintf(stderr, "tapstack: the C library has no %s()\n", name_);
      std::abort();
    }
    found_.store(found, std::memory_order_release);
    return found;
  }

  const char* name_;
  std::atomic<Function*> found_{nullptr};
};

// A function's type without the attributes of its declaration.
template <class Result, class... Args>
Next<Result(Args...)> next_of(Result (*)(Args...));
template <class Result, class... Args>
Next<Result(Args..., ...)> next_of(Result (*)(Args..., ...));

#define TAPSTACK_REAL(name) inline constinit decltype(next_of(&::name)) name(#name)
TAPSTACK_REAL(socket);
TAPSTACK_REAL(bind);
TAPSTACK_REAL(listen);
TAPSTACK_REAL(accept);
TAPSTACK_REAL(accept4);
TAPSTACK_REAL(connect);
TAPSTACK_REAL(getsockname);
TAPSTACK_REAL(getpeername);
TAPSTACK_REAL(shutdown);
TAPSTACK_REAL(getsockopt);
TAPSTACK_REAL(setsockopt);
TAPSTACK_REAL(send);
TAPSTACK_REAL(recv);
TAPSTACK_REAL(sendto);
TAPSTACK_REAL(recvfrom);
TAPSTACK_REAL(sendmsg);
TAPSTACK_REAL(recvmsg);
TAPSTACK_REAL(sendmmsg);
TAPSTACK_REAL(recvmmsg);
TAPSTACK_REAL(read);
TAPSTACK_REAL(write);
TAPSTACK_REAL(readv);
TAPSTACK_REAL(writev);
TAPSTACK_REAL(sendfile);
TAPSTACK_REAL(splice);
TAPSTACK_REAL(poll);
TAPSTACK_REAL(ppoll);
TAPSTACK_REAL(select);
TAPSTACK_REAL(pselect);
TAPSTACK_REAL(epoll_ctl);
TAPSTACK_REAL(epoll_wait);
TAPSTACK_REAL(epoll_pwait);
TAPSTACK_REAL(epoll_pwait2);
TAPSTACK_REAL(close);
TAPSTACK_REAL(dup);
TAPSTACK_REAL(dup2);
TAPSTACK_REAL(dup3);
TAPSTACK_REAL(close_range);
TAPSTACK_REAL(closefrom);
TAPSTACK_REAL(getrlimit);
TAPSTACK_REAL(setrlimit);
TAPSTACK_REAL(getdtablesize);
TAPSTACK_REAL(sysconf);
TAPSTACK_REAL(syscall);
TAPSTACK_REAL(access);
TAPSTACK_REAL(faccessat);
TAPSTACK_REAL(euidaccess);
TAPSTACK_REAL(readlink);
TAPSTACK_REAL(readlinkat);
TAPSTACK_REAL(realpath);
TAPSTACK_REAL(statx);
TAPSTACK_REAL(getxattr);
TAPSTACK_REAL(lgetxattr);
TAPSTACK_REAL(chdir);
TAPSTACK_REAL(fchdir);
TAPSTACK_REAL(opendir);
TAPSTACK_REAL(fdopendir);
TAPSTACK_REAL(readdir64);
TAPSTACK_REAL(closedir);
TAPSTACK_REAL(rewinddir);
TAPSTACK_REAL(seekdir);
TAPSTACK_REAL(telldir);
TAPSTACK_REAL(dirfd);
TAPSTACK_REAL(rewind);
#undef TAPSTACK_REAL

inline constinit Next<int(int, int, ...)> fcntl("fcntl64");
inline constinit Next<int(const char*, int, ...)> open("open64");
inline constinit Next<int(int, const char*, int, ...)> openat("openat64");
inline constinit Next<int(const char*, int)> open_2("__open64_2");
inline constinit Next<int(int, const char*, int)> openat_2("__openat64_2");
inline constinit Next<FILE*(const char*, const char*)> fopen("fopen64");
inline constinit Next<FILE*(const char*, const char*, FILE*)> freopen("freopen64");
inline constinit Next<int(const char*, struct ::stat*)> stat("stat64");
inline constinit Next<int(const char*, struct ::stat*)> lstat("lstat64");
inline constinit Next<int(int, struct ::stat*)> fstat("fstat64");
inline constinit Next<int(int, const char*, struct ::stat*, int)> fstatat("fstatat64");
inline constinit Next<int(DIR*, dirent64*, dirent64**)> readdir64_r("readdir64_r");
inline constinit Next<off_t(int, off_t, int)> lseek("lseek64");
inline constinit Next<int(FILE*, off_t, int)> fseeko("fseeko64");
inline constinit Next<int(int, unsigned long, ...)> ioctl("ioctl");
inline constinit Next<int(__pid_t, int, const struct ::rlimit*, struct ::rlimit*)> prlimit(
    "prlimit");

}  // namespace tapstack::shim::real
