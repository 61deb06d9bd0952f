// Urgent data (RFC 9293 3.8.5: MUST-31, MUST-32 and MUST-33; RFC 6093, tcp(7)): MSG_OOB,
// SO_OOBINLINE, sockatmark, POLLPRI, SIGURG.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/select.h>

#include <string>

#include "check.h"

namespace {

volatile sig_atomic_t urgencies = 0;
void on_urgency(int) { urgencies = urgencies + 1; }

int wait_for(int fd, short events) { return check::poll_one(fd, events, 2000); }

std::string read_some(int fd, int flags = 0) {
  char buffer[64];
  const ssize_t n = recv(fd, buffer, sizeof buffer, flags);
  return n < 0 ? std::string("error ") + strerrorname_np(errno)
               : std::string(buffer, static_cast<size_t>(n));
}

void none() {
  const auto [a, b] = check::tcp_pair();
  char byte;
  check::fails([&] { return recv(b, &byte, 1, MSG_OOB); }, EINVAL, "no urgent octet");
  check::equal(sockatmark(b), 0, "no mark");
  check::equal(send(a, "abc", 3, 0), 3, "ordinary octets");
  check::equal(wait_for(b, POLLIN | POLLPRI), POLLIN, "are not urgent");
  check::fails([&] { return recv(b, &byte, 1, MSG_OOB); }, EINVAL, "nor read as such");
  close(a);
  close(b);
}

void apart() {
  const auto [a, b] = check::tcp_pair();
  check::equal(send(a, "abX", 3, MSG_OOB), 3, "the last octet is urgent");
  check::equal(send(a, "cd", 2, 0), 2, "octets behind it");
  check::equal(wait_for(b, POLLPRI), POLLPRI, "POLLPRI");
  fd_set urgent;
  FD_ZERO(&urgent);
  FD_SET(b, &urgent);
  timeval soon{2, 0};
  check::equal(select(b + 1, nullptr, nullptr, &urgent, &soon), 1, "select: exceptional");
  check::that(read_some(b) == "ab", "reading stops at the mark");
  check::equal(sockatmark(b), 1, "sockatmark");
  check::that(read_some(b, MSG_OOB | MSG_PEEK) == "X", "the urgent octet, looked at");
  check::that(read_some(b, MSG_OOB) == "X", "the urgent octet, taken");
  char byte;
  check::fails([&] { return recv(b, &byte, 1, MSG_OOB); }, EINVAL, "once only");
  pollfd p{b, POLLPRI, 0};
  check::equal(poll(&p, 1, 0), 0, "no POLLPRI any more");
  check::equal(wait_for(b, POLLIN), POLLIN, "the rest");
  check::that(read_some(b) == "cd", "is read without it");
  check::equal(sockatmark(b), 0, "past the mark");
  close(a);
  close(b);
}

void skipped() {
  const auto [a, b] = check::tcp_pair();
  check::equal(send(a, "X", 1, MSG_OOB), 1, "an urgent octet alone");
  check::equal(send(a, "cd", 2, 0), 2, "octets behind it");
  check::equal(wait_for(b, POLLPRI), POLLPRI, "POLLPRI");
  usleep(20'000);
  check::that(read_some(b) == "cd", "whoever does not ask for it does not see it");
  close(a);
  close(b);
}

void in_line() {
  const auto [a, b] = check::tcp_pair();
  int on = 1;
  socklen_t length = sizeof on;
  check::equal(setsockopt(b, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on), 0, "SO_OOBINLINE");
  on = 0;
  getsockopt(b, SOL_SOCKET, SO_OOBINLINE, &on, &length);
  check::equal(on, 1, "is read back");
  check::equal(send(a, "abX", 3, MSG_OOB), 3, "the last octet is urgent");
  check::equal(wait_for(b, POLLPRI), POLLPRI, "POLLPRI");
  char byte;
  check::fails([&] { return recv(b, &byte, 1, MSG_OOB); }, EINVAL, "not apart");
  check::that(read_some(b) == "ab", "reading stops at the mark");
  check::equal(sockatmark(b), 1, "sockatmark");
  check::that(read_some(b) == "X", "then gives the octet");
  close(a);
  close(b);
}

void signalled() {
  const auto [a, b] = check::tcp_pair();
  signal(SIGURG, on_urgency);
  check::equal(fcntl(b, F_SETOWN, getpid()), 0, "F_SETOWN");
  check::equal(send(a, "X", 1, MSG_OOB), 1, "an urgent octet");
  for (int i = 0; i < 1000 && urgencies == 0; ++i) usleep(2000);
  check::equal(urgencies, 1, "SIGURG");
  close(a);
  close(b);
}

void inherited() {
  const int listener = socket(check::family, SOCK_STREAM, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
  check::bind_to(listener, 0);
  listen(listener, 1);
  const int a = socket(check::family, SOCK_STREAM, 0);
  check::equal(check::connect_to(a, check::port_of(listener)), 0, "connect");
  const int b = accept(listener, nullptr, nullptr);
  on = 0;
  socklen_t length = sizeof on;
  getsockopt(b, SOL_SOCKET, SO_OOBINLINE, &on, &length);
  check::equal(on, 1, "SO_OOBINLINE is inherited from the listener");
  close(a);
  close(b);
  close(listener);
}

// Marks stay at their places among many octets, whatever the pieces in which they travel.
void amid_much() {
  const auto [a, b] = check::tcp_pair();
  const std::string bulk(50'000, 'o');
  size_t before = 0;
  for (int i = 0; i < 5; ++i) {
    check::equal(send(a, bulk.data(), bulk.size(), 0), static_cast<long>(bulk.size()), "octets");
    check::equal(send(a, "X", 1, MSG_OOB), 1, "and an urgent one");
    check::equal(wait_for(b, POLLPRI), POLLPRI, "POLLPRI");
    char buffer[4096];
    while (sockatmark(b) != 1) {
      const ssize_t n = recv(b, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      before += static_cast<size_t>(n);
    }
    check::equal(static_cast<long>(before), static_cast<long>(bulk.size()) * (i + 1), "the mark");
    check::that(read_some(b, MSG_OOB) == "X", "the urgent octet");
  }
  close(a);
  close(b);
}

}  // namespace

int main() {
  none();
  apart();
  skipped();
  in_line();
  signalled();
  inherited();
  amid_much();
  return check::finish();
}
