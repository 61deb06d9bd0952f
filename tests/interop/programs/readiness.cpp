// poll, select and epoll: level and edge, in every state of a connection, nested and mixed with
// pipes.
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>

#include <string>

#include "check.h"

namespace {

constexpr short kAll = POLLIN | POLLOUT | POLLRDHUP | POLLPRI;

bool select_now(int fd) {
  fd_set readers;
  FD_ZERO(&readers);
  FD_SET(fd, &readers);
  timeval none{};
  return select(fd + 1, &readers, nullptr, nullptr, &none) == 1;
}

int readable_now(int fd) {
  int bytes = -1;
  return ioctl(fd, FIONREAD, &bytes) == 0 ? bytes : -1;
}

// One byte from `a` to `b`, looked for in every way that does not wait; false: one found nothing.
bool is_seen_at_once(int a, int b, int poller) {
  char buffer[8];
  const auto sent = [&](bool seen) { return seen && send(a, "x", 1, 0) == 1; };
  const auto takes = [&](ssize_t bytes) { return recv(b, buffer, 8, MSG_DONTWAIT) == bytes; };
  epoll_event event{};
  return sent(true) && takes(1) && sent(sent(true)) && takes(2) && sent(true) &&
         check::poll_one(b, POLLIN, 0) == POLLIN && takes(1) && sent(true) && select_now(b) &&
         takes(1) && sent(true) && epoll_wait(poller, &event, 1, 0) == 1 && takes(1) &&
         write(a, "y", 1) == 1 && readable_now(b) == 1 && takes(1);
}

// Over loopback what was sent has arrived when send() returns.
void at_once() {
  const auto [a, b] = check::tcp_pair();
  const int one = 1;  // or the second of two waits for an acknowledgment (Nagle)
  setsockopt(a, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const int poller = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(poller, EPOLL_CTL_ADD, b, &event);
  int rounds = 0;
  while (rounds < 200 && is_seen_at_once(a, b, poller)) ++rounds;
  check::equal(rounds, 200, "what is sent over loopback is there at once");
  close(poller);
  close(a);
  close(b);
}

void by_poll() {
  const auto [a, b] = check::tcp_pair();
  check::equal(check::poll_one(a, kAll, 100), POLLOUT, "connected: writable");
  check::equal(check::poll_one(a, POLLIN, 50), 0, "nothing to read");
  send(b, "x", 1, 0);
  check::equal(check::poll_one(a, POLLIN, 1000), POLLIN, "data");
  check::equal(check::poll_one(a, POLLIN, 0), POLLIN, "still data");
  check::equal(check::poll_one(a, -1, 0), POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM,
               "everything there is to ask for");
  char byte;
  recv(a, &byte, 1, 0);
  check::equal(check::poll_one(a, POLLIN, 0), 0, "read: no more");
  shutdown(b, SHUT_WR);
  check::equal(check::poll_one(a, POLLRDHUP, 1000), POLLRDHUP, "the peer has shut down");
  check::equal(check::poll_one(a, kAll, 1000), POLLIN | POLLOUT | POLLRDHUP, "end of file");
  shutdown(a, SHUT_WR);
  check::that((check::poll_one(a, 0, 2000) & POLLHUP) != 0, "both directions over");
  close(a);
  close(b);
}

void after_reset() {
  const auto [a, b] = check::tcp_pair();
  const linger now{1, 0};
  setsockopt(b, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(b);
  check::that(check::poll_one(a, POLLIN, 2000) != 0, "a reset wakes up");
  check::equal(check::poll_one(a, kAll, 0), POLLIN | POLLOUT | POLLRDHUP | POLLERR | POLLHUP,
               "reset: everything");
  check::equal(check::pending_error(a), ECONNRESET, "SO_ERROR");
  check::equal(check::poll_one(a, kAll, 0), POLLIN | POLLOUT | POLLRDHUP | POLLHUP,
               "but no error then");
  close(a);
}

void fill(int fd) {
  const std::string block(65536, 'x');
  while (send(fd, block.data(), block.size(), MSG_DONTWAIT) > 0) {
  }
}

// Who waits with select() until there is room.
void after_reset_of_a_full_one() {
  const auto [a, b] = check::tcp_pair();
  do fill(a);
  while (check::poll_one(a, POLLOUT, 300) != 0);
  const linger now{1, 0};
  setsockopt(b, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(b);
  fd_set writers;
  FD_ZERO(&writers);
  FD_SET(a, &writers);
  timeval timeout{2, 0};
  check::equal(select(a + 1, nullptr, &writers, nullptr, &timeout), 1,
               "a reset wakes up who waits to write");
  check::fails([a = a] { return send(a, "x", 1, MSG_NOSIGNAL); }, ECONNRESET, "and is told");
  close(a);
}

// With a small SO_SNDBUF little is taken ahead of a peer that does not read.
void a_small_buffer() {
  const auto [a, b] = check::tcp_pair();
  const int small = 4096;
  setsockopt(a, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  setsockopt(b, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  const std::string block(4096, 'x');
  long taken = 0;
  do {
    for (ssize_t n = 0; (n = send(a, block.data(), block.size(), MSG_DONTWAIT)) > 0;) taken += n;
  } while (check::poll_one(a, POLLOUT, 300) != 0);
  check::that(taken < 262'144, "little is taken with a small buffer");
  close(a);
  close(b);
}

void of_listener() {
  const int server = check::listener();
  check::equal(check::poll_one(server, POLLIN | POLLOUT, 50), 0, "a listener is quiet");
  const int client = socket(check::family, SOCK_STREAM, 0);
  check::connect_to(client, check::port_of(server));
  check::equal(check::poll_one(server, POLLIN | POLLOUT, 1000), POLLIN, "a connection to accept");
  close(accept(server, nullptr, nullptr));
  check::equal(check::poll_one(server, POLLIN, 0), 0, "accepted: quiet");
  close(client);
  close(server);
}

void by_select() {
  const auto [a, b] = check::tcp_pair();
  fd_set readers, writers;
  FD_ZERO(&readers);
  FD_ZERO(&writers);
  FD_SET(a, &readers);
  FD_SET(a, &writers);
  timeval timeout{1, 0};
  check::equal(select(a + 1, &readers, &writers, nullptr, &timeout), 1, "select");
  check::that(!FD_ISSET(a, &readers) && FD_ISSET(a, &writers), "writable only");
  send(b, "x", 1, 0);
  FD_ZERO(&readers);
  FD_SET(a, &readers);
  check::equal(select(a + 1, &readers, nullptr, nullptr, &timeout), 1, "select for data");
  close(a);
  close(b);
}

void back_pressure() {
  const auto [a, b] = check::tcp_pair();
  fill(a);
  usleep(200000);
  fill(a);
  check::equal(check::poll_one(a, POLLOUT, 100), 0, "full: not writable");
  static char buffer[65536];
  size_t taken = 0;
  while (taken < (64u << 20) && check::poll_one(a, POLLOUT, 0) == 0) {
    if (check::poll_one(b, POLLIN, 500) == 0) break;
    taken += static_cast<size_t>(recv(b, buffer, sizeof buffer, 0));
  }
  check::equal(check::poll_one(a, POLLOUT, 1000), POLLOUT, "read by the peer: writable");
  close(a);
  close(b);
}

int epoll_one(int poller, int timeout_ms) {
  epoll_event found{};
  return epoll_wait(poller, &found, 1, timeout_ms) == 1 ? static_cast<int>(found.events) : 0;
}

int watch(int poller, int operation, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(poller, operation, fd, &event);
}

void by_epoll() {
  const auto [a, b] = check::tcp_pair();
  const int poller = epoll_create1(0);
  check::equal(watch(poller, EPOLL_CTL_ADD, a, EPOLLIN), 0, "epoll_ctl");
  check::fails([&] { return watch(poller, EPOLL_CTL_ADD, a, EPOLLIN); }, EEXIST, "twice");
  check::equal(epoll_one(poller, 0), 0, "nothing yet");
  send(b, "xy", 2, 0);
  check::equal(epoll_one(poller, 1000), EPOLLIN, "data");
  check::equal(epoll_one(poller, 0), EPOLLIN, "level-triggered");
  check::equal(watch(poller, EPOLL_CTL_MOD, a, EPOLLIN | EPOLLET), 0, "edge-triggered");
  check::equal(epoll_one(poller, 1000), EPOLLIN, "tells once");
  check::equal(epoll_one(poller, 50), 0, "not twice");
  send(b, "z", 1, 0);
  check::equal(epoll_one(poller, 1000), EPOLLIN, "again with more data");
  check::equal(watch(poller, EPOLL_CTL_MOD, a, EPOLLIN | EPOLLONESHOT), 0, "one shot");
  check::equal(epoll_one(poller, 1000), EPOLLIN, "fires");
  check::equal(epoll_one(poller, 50), 0, "and rests");
  const int outer = epoll_create1(0);
  check::equal(watch(outer, EPOLL_CTL_ADD, poller, EPOLLIN), 0, "nested");
  watch(poller, EPOLL_CTL_MOD, a, EPOLLIN);
  check::equal(epoll_one(outer, 1000), EPOLLIN, "is ready as the inner one is");
  check::equal(epoll_ctl(poller, EPOLL_CTL_DEL, a, nullptr), 0, "removed");
  check::equal(epoll_one(poller, 50), 0, "is quiet");
  for (int fd : {a, b, poller, outer}) close(fd);
}

void edges_of_a_listener() {
  const int server = check::listener(16, SOCK_NONBLOCK);
  const int poller = epoll_create1(0);
  watch(poller, EPOLL_CTL_ADD, server, EPOLLIN | EPOLLET);
  for (int i = 0; i < 2; ++i) {
    const int client = socket(check::family, SOCK_STREAM, 0);
    check::connect_to(client, check::port_of(server));
    check::equal(epoll_one(poller, 1000), EPOLLIN, "an edge for each connection");
    close(client);
  }
  close(accept(server, nullptr, nullptr));
  close(accept(server, nullptr, nullptr));
  check::fails([&] { return accept(server, nullptr, nullptr); }, EAGAIN, "two were there");
  close(poller);
  close(server);
}

void mixed() {
  int ends[2];
  check::equal(pipe(ends), 0, "a pipe");
  const auto [a, b] = check::tcp_pair();
  pollfd fds[3] = {{ends[0], POLLIN, 0}, {a, POLLIN, 0}, {-1, POLLIN, 0}};
  check::equal(poll(fds, 3, 50), 0, "poll of a pipe and a socket");
  check::equal(write(ends[1], "x", 1), 1, "something in the pipe");
  check::equal(poll(fds, 3, 1000), 1, "wakes");
  check::that(fds[0].revents == POLLIN && fds[1].revents == 0, "for the pipe");
  send(b, "x", 1, 0);
  usleep(50000);
  check::equal(poll(fds, 3, 1000), 2, "both");
  close(a);
  fds[1].fd = a;
  check::equal(poll(fds, 3, 0), 2, "a closed one");
  check::equal(fds[1].revents, POLLNVAL, "is invalid");
  for (int fd : {ends[0], ends[1], b}) close(fd);
}

}  // namespace

int main() {
  at_once();
  by_poll();
  after_reset();
  after_reset_of_a_full_one();
  a_small_buffer();
  of_listener();
  by_select();
  back_pressure();
  by_epoll();
  edges_of_a_listener();
  mixed();
  return check::finish();
}
