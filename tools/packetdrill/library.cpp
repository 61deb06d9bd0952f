// libtapstack_packetdrill.so: fills packetdrill's interface with the calls of one session.
#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tools/packetdrill/calls.h"
#include "tools/packetdrill/interface.h"
#include "tools/packetdrill/libc_calls.h"
#include "tools/packetdrill/run_options.h"

namespace tapstack::packetdrill {
namespace {

constexpr int64_t kUsPerSecond = 1'000'000;

Session& session(void* userdata) { return *static_cast<Session*>(userdata); }

ssize_t receive(void* u, int fd, const iovec* parts, size_t count, int flags, sockaddr* from,
                socklen_t* length) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = count;
  message.msg_name = from;
  message.msg_namelen = length != nullptr ? *length : 0;
  const ssize_t got = call_recvmsg(session(u), fd, &message, flags);
  if (got >= 0 && length != nullptr) *length = message.msg_namelen;
  return got;
}

ssize_t receive(void* u, int fd, void* buffer, size_t bytes, int flags) {
  const iovec part{buffer, bytes};
  return receive(u, fd, &part, 1, flags, nullptr, nullptr);
}

ssize_t send(void* u, int fd, const iovec* parts, size_t count, int flags, const sockaddr* to,
             socklen_t length) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = count;
  message.msg_name = const_cast<sockaddr*>(to);
  message.msg_namelen = length;
  return call_sendmsg(session(u), fd, &message, flags);
}

ssize_t send(void* u, int fd, const void* buffer, size_t bytes, int flags) {
  const iovec part{const_cast<void*>(buffer), bytes};
  return send(u, fd, &part, 1, flags, nullptr, 0);
}

void* variable_argument(va_list list) { return va_arg(list, void*); }

int do_fcntl(void*, int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  void* argument = variable_argument(list);
  va_end(list);
  return fcntl(fd, command, argument);
}

int do_ioctl(void* u, int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void* argument = variable_argument(list);
  va_end(list);
  return call_ioctl(session(u), fd, request, argument);
}

int netdev_send(void* u, const void* packet, size_t bytes) {
  session(u).inject(ConstBytes(static_cast<const uint8_t*>(packet), bytes));
  return 0;
}

int netdev_receive(void* u, void* packet, size_t* bytes, long long* time_us) {
  SentPacket sent;
  if (!session(u).next_packet(sent)) {
    *bytes = 0;
    *time_us = session(u).now().us();
    return 0;
  }
  *bytes = std::min(*bytes, sent.bytes.size());
  std::memcpy(packet, sent.bytes.data(), *bytes);
  *time_us = sent.at.us();
  return 0;
}

int do_gettimeofday(void* u, timeval* time, struct timezone*) {
  const int64_t now = session(u).ask_time().us();
  time->tv_sec = now / kUsPerSecond;
  time->tv_usec = now % kUsPerSecond;
  return 0;
}

void fill_sockets(packetdrill_interface& i) {
  i.socket = [](void* u, int domain, int type, int protocol) {
    return call_socket(session(u), domain, type, protocol);
  };
  i.bind = [](void* u, int fd, const sockaddr* address, socklen_t length) {
    return call_bind(session(u), fd, address, length);
  };
  i.listen = [](void* u, int fd, int backlog) { return call_listen(session(u), fd, backlog); };
  i.accept = [](void* u, int fd, sockaddr* address, socklen_t* length) {
    return call_accept(session(u), fd, address, length);
  };
  i.connect = [](void* u, int fd, const sockaddr* address, socklen_t length) {
    return call_connect(session(u), fd, address, length);
  };
  i.shutdown = [](void* u, int fd, int how) { return call_shutdown(session(u), fd, how); };
  i.close = [](void* u, int fd) { return call_close(session(u), fd); };
  i.getsockopt = [](void* u, int fd, int level, int name, void* value, socklen_t* length) {
    return call_getsockopt(session(u), fd, level, name, value, length);
  };
  i.setsockopt = [](void* u, int fd, int level, int name, const void* value, socklen_t length) {
    return call_setsockopt(session(u), fd, level, name, value, length);
  };
  i.fcntl = do_fcntl;
  i.ioctl = do_ioctl;
}

void fill_data(packetdrill_interface& i) {
  i.read = [](void* u, int fd, void* buffer, size_t bytes) {
    return receive(u, fd, buffer, bytes, 0);
  };
  i.readv = [](void* u, int fd, const iovec* parts, int count) {
    return receive(u, fd, parts, static_cast<size_t>(count), 0, nullptr, nullptr);
  };
  i.recv = [](void* u, int fd, void* buffer, size_t bytes, int flags) {
    return receive(u, fd, buffer, bytes, flags);
  };
  i.recvfrom = [](void* u, int fd, void* buffer, size_t bytes, int flags, sockaddr* from,
                  socklen_t* length) {
    const iovec part{buffer, bytes};
    return receive(u, fd, &part, 1, flags, from, length);
  };
  i.recvmsg = [](void* u, int fd, msghdr* message, int flags) {
    return call_recvmsg(session(u), fd, message, flags);
  };
  i.write = [](void* u, int fd, const void* buffer, size_t bytes) {
    return send(u, fd, buffer, bytes, 0);
  };
  i.writev = [](void* u, int fd, const iovec* parts, int count) {
    return send(u, fd, parts, static_cast<size_t>(count), 0, nullptr, 0);
  };
  i.send = [](void* u, int fd, const void* buffer, size_t bytes, int flags) {
    return send(u, fd, buffer, bytes, flags);
  };
  i.sendto = [](void* u, int fd, const void* buffer, size_t bytes, int flags, const sockaddr* to,
                socklen_t length) {
    const iovec part{const_cast<void*>(buffer), bytes};
    return send(u, fd, &part, 1, flags, to, length);
  };
  i.sendmsg = [](void* u, int fd, const msghdr* message, int flags) {
    return call_sendmsg(session(u), fd, message, flags);
  };
}

void fill_waiting(packetdrill_interface& i) {
  i.poll = [](void* u, pollfd* entries, nfds_t count, int timeout_ms) {
    return call_poll(session(u), entries, count, timeout_ms);
  };
  i.epoll_create = [](void* u, int) { return call_epoll_create(session(u)); };
  i.epoll_ctl = [](void* u, int epoll_fd, int operation, int fd, epoll_event* event) {
    return call_epoll_ctl(session(u), epoll_fd, operation, fd, event);
  };
  i.epoll_wait = [](void* u, int epoll_fd, epoll_event* events, int count, int timeout_ms) {
    return call_epoll_wait(session(u), epoll_fd, events, count, timeout_ms);
  };
  i.pipe = [](void*, int fds[2]) { return ::pipe(fds); };
  i.splice = [](void* u, int from, loff_t*, int to, loff_t*, size_t bytes, unsigned flags) {
    return static_cast<int>(call_splice(session(u), from, to, bytes, flags));
  };
}

void fill_world(packetdrill_interface& i) {
  i.free = [](void* u) {
    take_over_libc_calls(nullptr);
    delete &session(u);
  };
  i.netdev_send = netdev_send;
  i.netdev_receive = netdev_receive;
  i.usleep = [](void* u, useconds_t us) {
    session(u).sleep(Duration::us(us));
    return 0;
  };
  i.gettimeofday = do_gettimeofday;
}

}  // namespace
}  // namespace tapstack::packetdrill

__attribute__((visibility("default"))) void packetdrill_interface_init(
    const char* flags, packetdrill_interface* interface) {
  using namespace tapstack::packetdrill;
  const std::vector<std::string> arguments = arguments_of_run();
  HostSettings settings = settings_from(arguments, script_of_run(arguments));
  if (!add_flags(flags, settings)) {
    std::fprintf(stderr, "libtapstack_packetdrill: --so_flags=%s: only \"superframes\" is known\n",
                 flags);
    std::exit(EXIT_FAILURE);
  }
  auto* session = new Session(settings);
  interface->userdata = session;
  fill_sockets(*interface);
  fill_data(*interface);
  fill_waiting(*interface);
  fill_world(*interface);
  take_over_libc_calls(session);
}
