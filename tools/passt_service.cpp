#include "tools/passt_service.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>

namespace tapstack::tools {
namespace {

using tapif::Failure;
using tapif::os::Fd;

// Waits until one of two is readable; true when it is the first.
bool is_first_ready(int first, int second) {
  pollfd both[] = {{first, POLLIN, 0}, {second, POLLIN, 0}};
  while (::poll(both, 2, -1) < 0 && errno == EINTR) {
  }
  return both[0].revents != 0;
}

bool is_own_user(int connection) {
  ucred peer{};
  socklen_t length = sizeof peer;
  return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
         (peer.uid == ::geteuid() || peer.uid == 0 || ::geteuid() == 0);
}

// passt drops frames that do not fit, and its TCP is slow to notice: the room is as large as may
// be (net.core.wmem_max; root may go beyond).
void make_room(int connection) {
  constexpr int kBytes = 16 << 20;
  for (const int option : {SO_SNDBUF, SO_SNDBUFFORCE}) {
    ::setsockopt(connection, SOL_SOCKET, option, &kBytes, sizeof kBytes);
  }
}

// Until passt ends, which it does with its connection. False when the namespaces have ended.
bool serve_one(const PasstPlan& plan, int end, int connection) {
  make_room(connection);
  const Fd said(::memfd_create("passt", MFD_CLOEXEC));
  const pid_t child = start_passt(plan, connection, said.get());
  ::close(connection);
  if (child < 0) return true;
  const Fd its_end(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  const bool is_over = is_first_ready(end, its_end.get());
  if (is_over) ::kill(child, SIGTERM);
  ::waitpid(child, nullptr, 0);
  return !is_over;
}

void serve(const PasstPlan& plan, int end, int listener) {
  while (listener >= 0 && !is_first_ready(end, listener)) {
    const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    if (!is_own_user(connection)) {
      ::close(connection);
    } else if (!serve_one(plan, end, connection)) {
      return;
    }
  }
}

}  // namespace

Failure listen_for_stacks(Fd& listener) {
  constexpr const char* kName = "@tapstack/passt";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, kName);
  address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(kName));
  listener.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listener || ::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::listen(listener.get(), 1) != 0) {
    return {errno, std::string("cannot make the socket for passt: ") + std::strerror(errno)};
  }
  return {};
}

Duties passt_duties(const PasstPlan& plan) {
  return {[plan](std::string& told) { return try_passt(plan, told); },
          [plan](int end, int listener) { serve(plan, end, listener); }};
}

}  // namespace tapstack::tools
