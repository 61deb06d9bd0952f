#include "shim/common/rendezvous.h"

#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

constexpr char kJoinPrefix[] = "\0tapstack/join/";
constexpr int kBacklog = 64;

socklen_t name_of(const std::string& device, sockaddr_un& name) {
  name = {};
  name.sun_family = AF_UNIX;
  constexpr size_t kJoinPrefixLength = sizeof kJoinPrefix - 1;
  const size_t length = std::min(device.size(), sizeof name.sun_path - kJoinPrefixLength);
  std::memcpy(name.sun_path, kJoinPrefix, kJoinPrefixLength);
  std::memcpy(name.sun_path + kJoinPrefixLength, device.data(), length);
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + kJoinPrefixLength + length);
}

// A socket that `use` is applied to with the device's name; private, or -errno.
template <class Use>
int open_named(const std::string& device, int flags, Use use) {
  const long made = sys::call(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);
  if (made < 0) return static_cast<int>(made);
  const int fd = static_cast<int>(made);
  sockaddr_un name;
  const socklen_t length = name_of(device, name);
  const int result = use(fd, reinterpret_cast<const sockaddr*>(&name), length);
  const int high = result < 0 ? result : private_fds::move_high(fd);
  if (high < 0) sys::close(fd);
  return high;
}

}  // namespace

int open_rendezvous(const std::string& device) {
  return open_named(device, SOCK_NONBLOCK, [](int fd, const sockaddr* name, socklen_t length) {
    const int bound = sys::bind(fd, name, length);
    return bound < 0 ? bound : static_cast<int>(sys::call(SYS_listen, fd, kBacklog));
  });
}

tapif::Failure name_is_taken(const std::string& device) {
  return {EADDRINUSE,
          "the device " + device + " has a stack already that lets nobody in: another user's?"};
}

int join_rendezvous(const std::string& device) {
  return open_named(device, 0, [](int fd, const sockaddr* name, socklen_t length) {
    const long joined = sys::call(SYS_connect, fd, sys::pointer(name), static_cast<long>(length));
    if (joined < 0) return static_cast<int>(joined);
    return is_same_user(fd) ? 0 : -EPERM;
  });
}

int accept_joiner(int rendezvous) {
  return static_cast<int>(sys::call(SYS_accept4, rendezvous, 0, 0, SOCK_CLOEXEC));
}

bool is_same_user(int channel) {
  ucred peer{};
  socklen_t length = sizeof peer;
  if (sys::call(SYS_getsockopt, channel, SOL_SOCKET, SO_PEERCRED, sys::pointer(&peer),
                sys::pointer(&length)) != 0) {
    return false;
  }
  return peer.uid == static_cast<uid_t>(sys::call(SYS_geteuid)) || peer.uid == 0;
}

}  // namespace tapstack::shim
