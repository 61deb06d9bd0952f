// Out of descriptors: the right errno, nothing lost, and all is well again afterwards.
#include <sys/resource.h>
#include <sys/wait.h>

#include <vector>

#include "check.h"

namespace {

constexpr rlim_t kLimit = 40;

void set_limit(rlim_t soft) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = soft;
  check::equal(setrlimit(RLIMIT_NOFILE, &limit), 0, "setrlimit");
}

std::vector<int> use_all() {
  std::vector<int> held;
  int fd;
  while ((fd = socket(check::family, SOCK_STREAM, 0)) >= 0) held.push_back(fd);
  check::equal(errno, EMFILE, "sockets until there is no descriptor left");
  check::that(!held.empty() && held.size() < kLimit, "as many as the limit allows");
  check::equal(held.back(), static_cast<long>(kLimit) - 1, "the last has the last number");
  check::fails([] { return socket(check::family, SOCK_DGRAM, 0); }, EMFILE,
               "nor for a datagram socket");
  check::fails([&] { return dup(held[0]); }, EMFILE, "nor for a copy");
  return held;
}

void close_all(std::vector<int>& held) {
  for (const int fd : held) close(fd);
  held.clear();
}

void accept_without_a_descriptor() {
  const int server = check::listener();
  const int client = socket(check::family, SOCK_STREAM, 0);
  check::equal(check::connect_to(client, check::port_of(server)), 0, "a connection waits");
  std::vector<int> held = use_all();
  for (int i = 0; i < 3; ++i) {
    check::fails([&] { return accept(server, nullptr, nullptr); }, EMFILE, "accept has no number");
  }
  check::equal(check::poll_one(server, POLLIN, 1000), POLLIN, "the connection still waits");
  const int quiet = held.front();
  check::equal(listen(quiet, 1), 0, "a listener with nothing to accept");
  check::fails([&] { return accept(quiet, nullptr, nullptr); }, EMFILE, "  has no number either");
  close(held.back());
  held.pop_back();
  const int accepted = accept(server, nullptr, nullptr);
  check::that(accepted >= 0, "accepted once there is a descriptor");
  char byte = 0;
  check::equal(send(client, "x", 1, 0), 1, "and it works");
  check::equal(recv(accepted, &byte, 1, 0), 1, "as it should");
  close_all(held);
  for (const int fd : {server, client, accepted}) close(fd);
}

// A program that lowers its hard limit for good before it has a socket; the last descriptor is the
// accepted one.
void with_a_hard_limit() {
  const rlimit few{16, 16};
  check::equal(setrlimit(RLIMIT_NOFILE, &few), 0, "a hard limit before the first socket");
  const int server = check::listener();
  const int client = socket(check::family, SOCK_STREAM, 0);
  std::vector<int> held;
  int fd;
  while ((fd = dup(0)) >= 0) held.push_back(fd);
  check::equal(held.back(), 15, "the last descriptor has the last number");
  check::equal(check::connect_to(client, check::port_of(server)), 0,
               "no more is needed to connect");
  close(held.back());
  check::equal(accept(server, nullptr, nullptr), 15, "accepted with the last number");
}

void many_times() {
  for (int i = 0; i < 200; ++i) {
    std::vector<int> held;
    int fd;
    while ((fd = socket(check::family, i % 2 == 0 ? SOCK_STREAM : SOCK_DGRAM, 0)) >= 0)
      held.push_back(fd);
    close_all(held);
  }
  std::vector<int> held = use_all();
  close_all(held);
}

}  // namespace

int main() {
  const pid_t child = fork();
  if (child == 0) {
    with_a_hard_limit();
    _exit(check::finish());
  }
  int status = -1;
  waitpid(child, &status, 0);
  check::equal(status, 0, "a process with a hard limit");
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  set_limit(kLimit);
  accept_without_a_descriptor();
  many_times();
  set_limit(before.rlim_cur);
  const int fd = socket(check::family, SOCK_STREAM, 0);
  check::that(fd >= 0, "a socket after it all");
  close(fd);
  return check::finish();
}
