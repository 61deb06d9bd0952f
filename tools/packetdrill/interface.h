// The binary interface between packetdrill and a library that it tests (`--so_filename`): the
// order and the types of these members are packetdrill's. Every function gets `userdata` first,
// answers as the system call of its name does, and sets errno with -1.
#pragma once

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

extern "C" {

struct packetdrill_interface {
  void* userdata;
  void (*free)(void* userdata);
  int (*socket)(void*, int domain, int type, int protocol);
  int (*bind)(void*, int fd, const sockaddr* address, socklen_t length);
  int (*listen)(void*, int fd, int backlog);
  int (*accept)(void*, int fd, sockaddr* address, socklen_t* length);
  int (*connect)(void*, int fd, const sockaddr* address, socklen_t length);
  ssize_t (*read)(void*, int fd, void* buffer, size_t bytes);
  ssize_t (*readv)(void*, int fd, const iovec* parts, int count);
  ssize_t (*recv)(void*, int fd, void* buffer, size_t bytes, int flags);
  ssize_t (*recvfrom)(void*, int fd, void* buffer, size_t bytes, int flags, sockaddr* from,
                      socklen_t* length);
  ssize_t (*recvmsg)(void*, int fd, msghdr* message, int flags);
  ssize_t (*write)(void*, int fd, const void* buffer, size_t bytes);
  ssize_t (*writev)(void*, int fd, const iovec* parts, int count);
  ssize_t (*send)(void*, int fd, const void* buffer, size_t bytes, int flags);
  ssize_t (*sendto)(void*, int fd, const void* buffer, size_t bytes, int flags, const sockaddr* to,
                    socklen_t length);
  ssize_t (*sendmsg)(void*, int fd, const msghdr* message, int flags);
  int (*fcntl)(void*, int fd, int command, ...);
  int (*ioctl)(void*, int fd, unsigned long request, ...);
  int (*close)(void*, int fd);
  int (*shutdown)(void*, int fd, int how);
  int (*getsockopt)(void*, int fd, int level, int name, void* value, socklen_t* length);
  int (*setsockopt)(void*, int fd, int level, int name, const void* value, socklen_t length);
  int (*poll)(void*, pollfd* entries, nfds_t count, int timeout_ms);
  // A whole IP packet for the stack. 0 or -1.
  int (*netdev_send)(void*, const void* packet, size_t bytes);
  // The next packet that leaves the stack: `*bytes` is the room in, its length out, and 0 if none
  // will ever leave. `*time_us` is when it left. Anything but 0 makes packetdrill ask again.
  int (*netdev_receive)(void*, void* packet, size_t* bytes, long long* time_us);
  int (*usleep)(void*, useconds_t us);
  int (*gettimeofday)(void*, timeval* time, struct timezone* zone);
  int (*epoll_create)(void*, int size);
  int (*epoll_ctl)(void*, int epoll_fd, int operation, int fd, epoll_event* event);
  int (*epoll_wait)(void*, int epoll_fd, epoll_event* events, int count, int timeout_ms);
  int (*pipe)(void*, int fds[2]);
  int (*splice)(void*, int fd_in, loff_t* offset_in, int fd_out, loff_t* offset_out, size_t bytes,
                unsigned flags);
};

// What packetdrill looks for in the library and calls once; `flags` is `--so_flags`, or null.
void packetdrill_interface_init(const char* flags, packetdrill_interface* interface);

}  // extern "C"
