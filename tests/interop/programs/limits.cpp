// Out of descriptors: the right errno, nothing lost, and all is well again afterwards.
#include <sys/resource.h>

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
  while ((fd = socket(AF_INET, SOCK_STREAM, 0)) >= 0) held.push_back(fd);
  check::equal(errno, EMFILE, "sockets until there is no descriptor left");
  check::that(!held.empty() && held.size() < kLimit, "as many as the limit allows");
  check::equal(held.back(), static_cast<long>(kLimit) - 1, "the last has the last number");
  check::fails([] { return socket(AF_INET, SOCK_DGRAM, 0); }, EMFILE, "nor for a datagram socket");
  check::fails([&] { return dup(held[0]); }, EMFILE, "nor for a copy");
  return held;
}

void close_all(std::vector<int>& held) {
  for (const int fd : held) close(fd);
  held.clear();
}

void accept_without_a_descriptor() {
  const int server = check::listener();
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  check::equal(check::connect_to(client, check::port_of(server)), 0, "a connection waits");
  std::vector<int> held = use_all();
  for (int i = 0; i < 3; ++i) {
    check::fails([&] { return accept(server, nullptr, nullptr); }, EMFILE, "accept has no number");
  }
  check::equal(check::poll_one(server, POLLIN, 1000), POLLIN, "the connection still waits");
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

void many_times() {
  for (int i = 0; i < 200; ++i) {
    std::vector<int> held;
    int fd;
    while ((fd = socket(AF_INET, i % 2 == 0 ? SOCK_STREAM : SOCK_DGRAM, 0)) >= 0)
      held.push_back(fd);
    close_all(held);
  }
  std::vector<int> held = use_all();
  close_all(held);
}

}  // namespace

int main() {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  set_limit(kLimit);
  accept_without_a_descriptor();
  many_times();
  set_limit(before.rlim_cur);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  check::that(fd >= 0, "a socket after it all");
  close(fd);
  return check::finish();
}
