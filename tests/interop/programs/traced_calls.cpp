// Calls of many kinds in a fixed order, with fixed ports: what TAPSTACK_LOG=trace says of them is
// compared line by line (test_trace.py).

#include <fcntl.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/uio.h>

#include "check.h"

namespace {

constexpr unsigned kServerPort = 7001, kClientPort = 7002, kDatagramPort = 7003;

struct Ends {
  int client;
  int server;
};

Ends connect_ends() {
  const int on = 1;
  const int listener = socket(check::family, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  check::bind_to(listener, kServerPort);
  listen(listener, 8);
  const int client = socket(check::family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
  check::bind_to(client, kClientPort);
  check::equal(check::connect_to(client, kServerPort), 0, "connect");
  check::Address peer;
  socklen_t length = sizeof peer;
  const int server = accept4(listener, check::any(peer), &length, SOCK_NONBLOCK);
  close(listener);
  return {client, server};
}

void transfer(const Ends& ends) {
  constexpr char kText[] = "GET /index.html HTTP/1.1\r\nHost: example.org\r\n\r\n";
  char buffer[100];
  check::fails([&] { return recv(ends.server, buffer, sizeof buffer, 0); }, EAGAIN, "nothing yet");
  send(ends.client, kText, sizeof kText - 1, MSG_NOSIGNAL);
  check::poll_one(ends.server, POLLIN, 1000);
  recv(ends.server, buffer, 5, MSG_PEEK);
  int waiting = 0;
  ioctl(ends.server, FIONREAD, &waiting);
  iovec parts[] = {{buffer, 4}, {buffer + 4, 6}};
  readv(ends.server, parts, 2);
  read(ends.server, buffer, sizeof buffer);
  write(ends.server, "\0\1", 2);
  fd_set readers;
  FD_ZERO(&readers);
  FD_SET(ends.client, &readers);
  timeval timeout{1, 0};
  select(ends.client + 1, &readers, nullptr, nullptr, &timeout);
  read(ends.client, buffer, sizeof buffer);
}

void watch(const Ends& ends) {
  const int epoll = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLOUT | EPOLLET;
  event.data.fd = ends.client;
  epoll_ctl(epoll, EPOLL_CTL_ADD, ends.client, &event);
  epoll_wait(epoll, &event, 1, 1000);
  epoll_ctl(epoll, EPOLL_CTL_DEL, ends.client, nullptr);
  close(epoll);
}

void ask(const Ends& ends) {
  int number = 0;
  socklen_t length = sizeof number;
  getsockopt(ends.client, SOL_SOCKET, SO_ERROR, &number, &length);
  getsockopt(ends.client, IPPROTO_TCP, 9999, &number, &length);
  check::Address name;
  socklen_t name_length = sizeof name;
  getpeername(ends.client, check::any(name), &name_length);
  fcntl(ends.server, F_GETFL);
  fcntl(ends.server, F_SETFL, O_RDWR);
  close(dup(ends.client));
}

void close_ends(const Ends& ends) {
  shutdown(ends.client, SHUT_WR);
  char buffer[10];
  read(ends.server, buffer, sizeof buffer);
  close(ends.server);
  close(ends.client);
}

void exchange_datagram() {
  const int on = 1;
  const int fd = socket(check::family, SOCK_DGRAM, 0);
  const auto [level, hops] = check::of_ip(IP_RECVTTL, IPV6_RECVHOPLIMIT);
  setsockopt(fd, level, hops, &on, sizeof on);
  check::bind_to(fd, kDatagramPort);
  const check::Address to = check::address(kDatagramPort);
  sendto(fd, "question", 8, 0, check::any(to), check::address_length);
  char buffer[4];
  check::Address from;
  iovec part{buffer, sizeof buffer};
  alignas(cmsghdr) char controls[64];
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = controls;
  message.msg_controllen = sizeof controls;
  check::equal(recvmsg(fd, &message, 0), 4, "recvmsg");
  close(fd);
}

// None of these is on a socket of the stack.
void do_other_things() {
  int ends[2];
  char byte = 0;
  socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
  send(ends[0], &byte, 1, 0);
  read(ends[1], &byte, 1);
  check::poll_one(ends[1], POLLIN, 0);
  for (const int fd : ends) close(fd);
}

}  // namespace

int main() {
  addrinfo hints{};
  hints.ai_family = check::family;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const char* loopback = check::is_ip6 ? "::1" : "127.0.0.1";
  if (getaddrinfo(loopback, "7001", &hints, &found) == 0) freeaddrinfo(found);
  const Ends ends = connect_ends();
  transfer(ends);
  watch(ends);
  ask(ends);
  do_other_things();
  close_ends(ends);
  exchange_datagram();
  return check::finish();
}
