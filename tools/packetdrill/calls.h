// The system calls that a script makes, on sockets of the stack. Each takes and answers what the
// call of its name does: -1 and errno on failure. Descriptors that are not ours go to the kernel.
#pragma once

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "tools/packetdrill/session.h"

namespace tapstack::packetdrill {

// calls_socket.cpp
int call_socket(Session& s, int domain, int type, int protocol);
int call_bind(Session& s, int fd, const sockaddr* address, socklen_t length);
int call_listen(Session& s, int fd, int backlog);
int call_accept(Session& s, int fd, sockaddr* address, socklen_t* length);
int call_connect(Session& s, int fd, const sockaddr* address, socklen_t length);
// The rest of a connect() that `begun` began: waits for the handshake if it may.
int finish_connect(Session& s, Call& call, SocketId id, Status begun, bool may_wait);
int call_shutdown(Session& s, int fd, int how);
int call_close(Session& s, int fd);

// calls_data.cpp
ssize_t call_recvmsg(Session& s, int fd, msghdr* message, int flags);
ssize_t call_sendmsg(Session& s, int fd, const msghdr* message, int flags);
int call_ioctl(Session& s, int fd, unsigned long request, void* argument);

// calls_option.cpp
int call_getsockopt(Session& s, int fd, int level, int name, void* value, socklen_t* length);
int call_setsockopt(Session& s, int fd, int level, int name, const void* value, socklen_t length);

// calls_readiness.cpp
int call_poll(Session& s, pollfd* entries, nfds_t count, int timeout_ms);
int call_epoll_create(Session& s);
int call_epoll_ctl(Session& s, int epoll_fd, int operation, int fd, const epoll_event* event);
int call_epoll_wait(Session& s, int epoll_fd, epoll_event* events, int count, int timeout_ms);

// calls_transfer.cpp: between a socket and a file or a pipe.
ssize_t call_sendfile(Session& s, int to, int from, off_t* offset, size_t bytes);
ssize_t call_splice(Session& s, int from, int to, size_t bytes, unsigned flags);

// Sets errno and answers -1.
int fail(int number);
int fail(Error error);

// recvmsg(MSG_ERRQUEUE): what became of text sent (SO_TIMESTAMPING, MSG_ZEROCOPY).
ssize_t receive_send_report(Session& s, int fd, SocketId id, msghdr& message);
// The reports that a send with `flags` asks for.
uint8_t reports_wanted(const SocketNotes& notes, int flags);
// SO_TIMESTAMPING or SO_ZEROCOPY: as setsockopt().
int set_report_option(Session& s, int fd, SocketId id, int name, int value);
// Adds a control message to `message`, whose first `used` bytes of them are filled.
void put_control(msghdr& message, size_t& used, int level, int type, ConstBytes data);

}  // namespace tapstack::packetdrill
