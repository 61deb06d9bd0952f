// SO_REUSEPORT: who shares a port gets a share of what comes, and the others have all when one
// goes.
#include <algorithm>
#include <array>

#include "check.h"

namespace {

constexpr int kMembers = 4;
constexpr int kFlows = 120;

struct Group {
  explicit Group(int type) {
    for (int& fd : members) {
      const int one = 1;
      fd = socket(check::family, type, 0);
      setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
      check::equal(check::bind_to(fd, port), 0, "a member binds to the port");
      port = check::port_of(fd);
      if (type == SOCK_STREAM) listen(fd, kFlows);
    }
  }
  ~Group() {
    for (const int fd : members) close(fd);
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  void leave(int member) {
    close(members[static_cast<size_t>(member)]);
    members[static_cast<size_t>(member)] = -1;
  }

  std::array<int, kMembers> members{};
  unsigned port = 0;
};

int accept_all(int listener) {
  int count = 0;
  while (check::poll_one(listener, POLLIN, 50) == POLLIN) {
    close(accept(listener, nullptr, nullptr));
    ++count;
  }
  return count;
}

int receive_all(int fd) {
  int count = 0;
  char byte;
  while (recv(fd, &byte, 1, MSG_DONTWAIT) == 1) ++count;
  return count;
}

void send_from_a_port_of_its_own(unsigned port) {
  const int fd = socket(check::family, SOCK_DGRAM, 0);
  check::connect_to(fd, port);
  send(fd, "x", 1, 0);
  close(fd);
}

template <class Flow, class Take>
void share(Group& group, int members, Flow flow, Take take) {
  for (int i = 0; i < kFlows; ++i) flow();
  int all = 0;
  int least = kFlows;
  for (const int fd : group.members) {
    if (fd < 0) continue;
    const int got = take(fd);
    all += got;
    least = std::min(least, got);
  }
  check::equal(all, kFlows, "  nothing is lost");
  check::that(least >= kFlows / members / 4, "  each has a share");
}

template <class Flow, class Take>
void share_and_leave(int type, Flow flow, Take take, const char* what) {
  std::printf("--- %s\n", what);
  Group group(type);
  const auto one = [&] { flow(group.port); };
  share(group, kMembers, one, take);
  group.leave(1);
  share(group, kMembers - 1, one, take);
}

}  // namespace

int main() {
  const auto connection = [](unsigned port) {
    const int fd = socket(check::family, SOCK_STREAM, 0);
    check::connect_to(fd, port);
    close(fd);
  };
  share_and_leave(SOCK_STREAM, connection, accept_all, "listeners");
  share_and_leave(SOCK_DGRAM, send_from_a_port_of_its_own, receive_all, "datagram sockets");
  return check::finish();
}
