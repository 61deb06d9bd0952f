#include "tools/packetdrill/descriptors.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace tapstack::packetdrill {

int Descriptors::add_socket(SocketId id, Family family, int flags) {
  const int kind = ((flags & SOCK_NONBLOCK) != 0 ? EFD_NONBLOCK : 0) |
                   ((flags & SOCK_CLOEXEC) != 0 ? EFD_CLOEXEC : 0);
  const int fd = eventfd(0, kind);  // like a socket, F_GETFL says that it is O_RDWR
  if (fd >= 0) sockets_[fd] = {id, family, {}};
  return fd;
}

int Descriptors::add_epoll() {
  const int fd = epoll_create1(0);
  if (fd >= 0) epolls_[fd] = {};
  return fd;
}

int Descriptors::close(int fd) {
  sockets_.erase(fd);
  epolls_.erase(fd);
  for (auto& [epoll, watches] : epolls_) {
    std::erase_if(watches, [fd](const Watch& watch) { return watch.fd == fd; });
  }
  return ::close(fd);
}

bool Descriptors::find(int fd, SocketId& id) const {
  const auto found = sockets_.find(fd);
  if (found == sockets_.end()) {
    errno = EBADF;
    return false;
  }
  id = found->second.id;
  return true;
}

bool Descriptors::is_nonblocking(int fd) const { return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0; }

std::vector<Watch>* Descriptors::watches(int fd) {
  const auto found = epolls_.find(fd);
  return found == epolls_.end() ? nullptr : &found->second;
}

void Descriptors::on_event(SocketId id) {
  for (auto& [epoll, watches] : epolls_) {
    for (Watch& watch : watches) {
      const auto socket = sockets_.find(watch.fd);
      if (socket != sockets_.end() && socket->second.id == id) watch.has_edge = true;
    }
  }
}

}  // namespace tapstack::packetdrill
