// Threads that are cancelled within a call, and sockets that are closed under one that waits: no
// lock stays held, and everybody else goes on.
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include <atomic>
#include <thread>

#include "check.h"

namespace {

using Body = void* (*)(void*);

void* in_poll(void* fd) {
  check::poll_one(*static_cast<int*>(fd), POLLIN, -1);
  return nullptr;
}

void* in_select(void* fd) {
  fd_set readers;
  FD_ZERO(&readers);
  FD_SET(*static_cast<int*>(fd), &readers);
  select(*static_cast<int*>(fd) + 1, &readers, nullptr, nullptr, nullptr);
  return nullptr;
}

void* in_epoll(void* fd) {
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(poller, EPOLL_CTL_ADD, *static_cast<int*>(fd), &event);
  epoll_wait(poller, &event, 1, -1);
  return nullptr;
}

void* in_recv(void* fd) {
  char byte;
  recv(*static_cast<int*>(fd), &byte, 1, 0);
  return nullptr;
}

void* in_send(void* fd) {
  static const char chunk[65536] = {};
  while (send(*static_cast<int*>(fd), chunk, sizeof chunk, MSG_NOSIGNAL) > 0) {
  }
  return nullptr;
}

void* in_accept(void* fd) {
  accept(*static_cast<int*>(fd), nullptr, nullptr);
  return nullptr;
}

std::atomic<unsigned> full_port{0};

void* in_connect(void* fd) {
  check::connect_to(*static_cast<int*>(fd), full_port);
  return nullptr;
}

void go_on(const char* what) {
  const auto [a, b] = check::tcp_pair();
  char byte = 0;
  check::that(send(a, "x", 1, 0) == 1 && recv(b, &byte, 1, 0) == 1, what);
  close(a);
  close(b);
}

void cancel(Body body, int fd, const char* what) {
  pthread_t thread;
  pthread_create(&thread, nullptr, body, &fd);
  usleep(30000);
  pthread_cancel(thread);
  void* result = nullptr;
  pthread_join(thread, &result);
  check::that(result == PTHREAD_CANCELED, what);
  go_on("others go on");
}

void cancellations() {
  const auto [a, b] = check::tcp_pair();
  cancel(in_poll, a, "cancelled in poll");
  cancel(in_select, a, "cancelled in select");
  cancel(in_epoll, a, "cancelled in epoll_wait");
  cancel(in_recv, a, "cancelled in recv");
  char byte;
  check::equal(send(b, "x", 1, 0), 1, "the connection lives on");
  check::equal(recv(a, &byte, 1, 0), 1, "and its data goes to who reads next");
  cancel(in_send, a, "cancelled in send");
  const int datagrams = socket(check::family, SOCK_DGRAM, 0);
  check::bind_to(datagrams, 0);
  cancel(in_recv, datagrams, "cancelled in recv of a datagram");
  const int server = check::listener(0);
  cancel(in_accept, server, "cancelled in accept");
  full_port = check::port_of(server);
  int filling[4];
  for (int& one : filling) {
    one = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    check::connect_to(one, full_port);
  }
  const int client = socket(check::family, SOCK_STREAM, 0);
  cancel(in_connect, client, "cancelled in connect");
  for (const int fd : filling) close(fd);
  for (const int fd : {a, b, datagrams, server, client}) close(fd);
}

// Cancelled at any moment of calls that do not wait: the lock of whatever serves them is free.
void* busy(void*) {
  for (;;) {
    const int fd = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    check::connect_to(fd, full_port);
    check::poll_one(fd, POLLOUT, 0);
    close(fd);
    pthread_testcancel();
  }
}

void cancellations_at_any_moment() {
  full_port = check::free_port();
  for (int i = 0; i < 200; ++i) {
    pthread_t thread;
    pthread_create(&thread, nullptr, busy, nullptr);
    usleep(static_cast<useconds_t>(i * 7 % 500));
    pthread_cancel(thread);
    pthread_join(thread, nullptr);
  }
  go_on("after 200 cancellations at any moment");
}

void close_under(Body body, int fd, int peer, const char* what) {
  pthread_t thread;
  int number = fd;
  pthread_create(&thread, nullptr, body, &number);
  usleep(30000);
  close(fd);
  go_on(what);
  if (peer >= 0) close(peer);
  pthread_cancel(thread);  // whether it woke is not said anywhere
  pthread_join(thread, nullptr);
}

void closes() {
  for (const Body body : {in_poll, in_select, in_epoll, in_recv, in_send}) {
    const auto [a, b] = check::tcp_pair();
    close_under(body, a, b, "closed under a thread that waits: others go on");
  }
  close_under(in_accept, check::listener(), -1, "closed under accept: others go on");
  const int datagrams = socket(check::family, SOCK_DGRAM, 0);
  check::bind_to(datagrams, 0);
  close_under(in_recv, datagrams, -1, "closed under recv of a datagram: others go on");
}

}  // namespace

int main() {
  cancellations();
  cancellations_at_any_moment();
  closes();
  return check::finish();
}
