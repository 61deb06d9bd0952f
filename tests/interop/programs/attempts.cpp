// A non-blocking connect that succeeds, is refused, times out or finds no way, watched by poll,
// select and epoll; and the same descriptor again afterwards.
// usage: attempts [address whose neighbour does not answer]
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include <cstdlib>

#include "check.h"

namespace {

// What wakes up when an attempt ends. Each answers true once it did within five seconds.
bool by_poll(int fd) { return (check::poll_one(fd, POLLOUT, 5000) & POLLOUT) != 0; }

bool by_select(int fd) {
  fd_set writers;
  FD_ZERO(&writers);
  FD_SET(fd, &writers);
  timeval timeout{5, 0};
  return select(fd + 1, nullptr, &writers, nullptr, &timeout) == 1 && FD_ISSET(fd, &writers);
}

bool by_epoll(int fd, uint32_t mode) {
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = uint32_t{EPOLLOUT} | mode;
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
  epoll_event found{};
  const bool woke = epoll_wait(poller, &found, 1, 5000) == 1 && (found.events & EPOLLOUT) != 0;
  close(poller);
  return woke;
}

bool by_level(int fd) { return by_epoll(fd, 0); }
bool by_edge(int fd) { return by_epoll(fd, EPOLLET); }

using Wake = bool (*)(int fd);
constexpr Wake kWakes[] = {by_poll, by_select, by_level, by_edge};

// Starts an attempt; whatever it answers at once, or SO_ERROR once it ended.
int outcome(int fd, const check::Address& to, Wake wake) {
  if (check::connect_to(fd, to) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  check::that(wake(fd), "the end of an attempt wakes up");
  return check::pending_error(fd);
}

// After a failure, or a time-out, the same descriptor connects to who answers, and carries bytes.
void use_again(int fd, Wake wake) {
  const int server = check::listener();
  int error = outcome(fd, check::address(check::port_of(server)), wake);
  // Linux, when SO_ERROR told of the failure before connect() could, says so once more this way.
  if (error == ECONNABORTED) error = outcome(fd, check::address(check::port_of(server)), wake);
  if (!check::equal(error, 0, "the same descriptor connects afterwards")) return;
  const int accepted = accept(server, nullptr, nullptr);
  char byte = 0;
  check::equal(send(accepted, "y", 1, 0), 1, "what is sent to it");
  check::equal(check::poll_one(fd, POLLIN, 2000), POLLIN, "is told");
  check::equal(recv(fd, &byte, 1, 0), 1, "and arrives");
  check::that(byte == 'y', "as it was");
  close(accepted);
  close(server);
}

void attempt(const check::Address& to, int error, Wake wake, const char* what) {
  const int fd = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK, 0);
  // A time-out comes after three seconds; the neighbour is given up at the same time, but sooner
  // than after seven.
  const int retries = error == EHOSTUNREACH ? 2 : 1;
  setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &retries, sizeof retries);
  check::equal(outcome(fd, to, wake), error, what);
  check::equal(check::pending_error(fd), 0, "SO_ERROR is told once");
  // Linux may hear of the unreachable neighbour once more, whatever the socket does by then.
  if (error != 0 && error != EHOSTUNREACH) use_again(fd, wake);
  close(fd);
}

void to_nobody_who_answers(Wake wake) {
  const int server = check::listener(0);
  int filling[4];
  for (int& one : filling) {
    one = socket(check::family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    check::connect_to(one, check::port_of(server));
  }
  attempt(check::address(check::port_of(server)), ETIMEDOUT, wake, "a full listener: timed out");
  for (const int one : filling) close(one);
  close(server);
}

}  // namespace

int main(int argc, char** argv) {
  const check::Address group = check::address(9, check::is_ip6 ? "ff02::1" : "224.0.0.1");
  for (const Wake wake : kWakes) {
    const int server = check::listener();
    attempt(check::address(check::port_of(server)), 0, wake, "a listener: connected");
    close(server);
    attempt(check::address(check::free_port()), ECONNREFUSED, wake, "nobody listens: refused");
    attempt(group, ENETUNREACH, wake, "a multicast address: no way there");
  }
  to_nobody_who_answers(by_poll);
  to_nobody_who_answers(by_edge);
  if (argc > 1) {
    attempt(check::address(9, argv[1]), EHOSTUNREACH, by_select,
            "nobody at the address: unreachable");
  }
  return check::finish();
}
