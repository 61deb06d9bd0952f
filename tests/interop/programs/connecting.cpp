// How a connection comes about, or does not: blocking and not, refused, again on the same
// descriptor.
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>

#include "check.h"

namespace {

void fresh_readiness() {
  const int fd = socket(check::family, SOCK_STREAM, 0);
  check::equal(check::poll_one(fd, POLLIN | POLLOUT, 0), POLLOUT | POLLHUP,
               "poll of a fresh socket");
  check::equal(check::poll_one(fd, POLLIN, 1000), POLLHUP,
               "a fresh socket hangs up without waiting");
  fd_set readers;
  FD_ZERO(&readers);
  FD_SET(fd, &readers);
  timeval timeout{1, 0};
  check::equal(select(fd + 1, &readers, nullptr, nullptr, &timeout), 1, "select of a fresh socket");
  check::that(FD_ISSET(fd, &readers), "has it readable");
  close(fd);
}

void refused() {
  const unsigned port = check::free_port();
  const int fd = socket(check::family, SOCK_STREAM, 0);
  check::fails([&] { return check::connect_to(fd, port); }, ECONNREFUSED, "connect refused");
  check::equal(check::pending_error(fd), 0, "leaves no error behind");
  check::fails([&] { return check::connect_to(fd, port); }, ECONNREFUSED, "refused again");
  const int server = check::listener();
  check::equal(check::connect_to(fd, check::port_of(server)), 0, "the same descriptor connects");
  const int accepted = accept(server, nullptr, nullptr);
  check::equal(send(fd, "x", 1, 0), 1, "and sends");
  char byte = 0;
  check::equal(recv(accepted, &byte, 1, 0), 1, "what arrives");
  close(fd);
  close(accepted);
  close(server);
}

void nonblocking() {
  const int server = check::listener();
  const int fd = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int result = check::connect_to(fd, check::port_of(server));
  check::that(result == 0 || errno == EINPROGRESS, "connect without blocking");
  check::equal(check::poll_one(fd, POLLOUT, 2000), POLLOUT, "becomes writable");
  check::equal(check::pending_error(fd), 0, "without an error");
  const int again = check::connect_to(fd, check::port_of(server));
  check::that(again == 0 || errno == EISCONN, "connected");
  const int accepted = accept(server, nullptr, nullptr);
  check::that(accepted >= 0, "accepted");
  close(fd);
  close(accepted);
  close(server);
}

void refused_nonblocking() {
  const unsigned port = check::free_port();
  const int fd = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK, 0);
  check::fails([&] { return check::connect_to(fd, port); }, EINPROGRESS, "connect in progress");
  const short all = POLLIN | POLLOUT | POLLRDHUP;
  check::equal(check::poll_one(fd, all, 2000), POLLIN | POLLOUT | POLLRDHUP | POLLERR | POLLHUP,
               "poll of a refused socket");
  check::equal(check::pending_error(fd), ECONNREFUSED, "SO_ERROR says why");
  check::equal(check::pending_error(fd), 0, "once");
  check::equal(check::poll_one(fd, all, 0), POLLIN | POLLOUT | POLLRDHUP | POLLHUP,
               "then poll has no error");
  close(fd);
}

void refused_on_read() {
  const unsigned port = check::free_port();
  const int fd = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK, 0);
  check::fails([&] { return check::connect_to(fd, port); }, EINPROGRESS, "another in progress");
  check::poll_one(fd, POLLOUT, 2000);
  char byte;
  check::fails([&] { return recv(fd, &byte, 1, 0); }, ECONNREFUSED, "recv says why, too");
  check::equal(recv(fd, &byte, 1, 0), 0, "then it is an end");
  check::fails([&] { return send(fd, "x", 1, MSG_NOSIGNAL); }, EPIPE, "send is a broken pipe");
  close(fd);
}

void refused_by_epoll() {
  const unsigned port = check::free_port();
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  const int fd = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK, 0);
  check::fails([&] { return check::connect_to(fd, port); }, EINPROGRESS, "a third in progress");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP;
  event.data.u64 = 0x123456789abc;
  check::equal(epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event), 0, "watched by epoll");
  epoll_event found{};
  check::equal(epoll_wait(poller, &found, 1, 2000), 1, "epoll wakes up");
  check::equal(found.events, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLERR | EPOLLHUP,
               "with all that is so");
  check::that(found.data.u64 == 0x123456789abc, "and the program's word");
  close(fd);
  close(poller);
}

// A listener whose queue is full leaves the next attempt unanswered.
void in_progress() {
  const int server = check::listener(0);
  int filling[4];
  for (int& one : filling) {
    one = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    check::connect_to(one, check::port_of(server));
  }
  const int fd = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK, 0);
  check::fails([&] { return check::connect_to(fd, check::port_of(server)); }, EINPROGRESS,
               "connect to a full listener");
  check::equal(check::poll_one(fd, POLLIN | POLLOUT, 50), 0, "has nothing for poll");
  check::fails([&] { return check::connect_to(fd, check::port_of(server)); }, EALREADY,
               "connect meanwhile");
  char byte;
  check::fails([&] { return recv(fd, &byte, 1, 0); }, EAGAIN, "recv meanwhile");
  check::fails([&] { return send(fd, "x", 1, MSG_NOSIGNAL); }, EAGAIN, "send meanwhile");
  close(fd);
  const int patient = socket(check::family, SOCK_STREAM, 0);
  const timeval timeout{0, 100000};
  setsockopt(patient, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  check::fails([&] { return check::connect_to(patient, check::port_of(server)); }, EINPROGRESS,
               "SO_SNDTIMEO bounds connect");
  close(patient);
  for (int one : filling) close(one);
  close(server);
}

void on_alarm(int) {}

void interrupted() {
  const int server = check::listener();
  struct sigaction action {};
  action.sa_handler = on_alarm;
  sigaction(SIGALRM, &action, nullptr);
  itimerval soon{};
  soon.it_value.tv_usec = 50000;
  setitimer(ITIMER_REAL, &soon, nullptr);
  check::fails([&] { return accept(server, nullptr, nullptr); }, EINTR,
               "a signal interrupts accept");
  const auto [a, b] = check::tcp_pair();
  setitimer(ITIMER_REAL, &soon, nullptr);
  char byte;
  check::fails([&] { return recv(a, &byte, 1, 0); }, EINTR, "a signal interrupts recv");
  setitimer(ITIMER_REAL, &soon, nullptr);
  pollfd waited{a, POLLIN, 0};
  check::fails([&] { return poll(&waited, 1, -1); }, EINTR, "a signal interrupts poll");
  for (int fd : {a, b, server}) close(fd);
}

void bad_addresses() {
  const int fd = socket(check::family, SOCK_STREAM, 0);
  check::Address at = check::address(80);
  check::fails([&] { return connect(fd, check::any(at), 1); }, EINVAL, "connect, short address");
  at.any.sa_family = check::is_ip6 ? AF_INET : AF_INET6;
  check::fails([&] { return check::connect_to(fd, at); }, EAFNOSUPPORT, "connect, other family");
  close(fd);
  check::fails([&] { return check::connect_to(fd, at); }, EBADF, "connect, closed");
}

}  // namespace

int main() {
  fresh_readiness();
  refused();
  nonblocking();
  refused_nonblocking();
  refused_on_read();
  refused_by_epoll();
  in_progress();
  interrupted();
  bad_addresses();
  return check::finish();
}
