// Which file descriptors of the process stand for sockets of the stack, and for epoll instances
// that watch them. They are real descriptors, since packetdrill closes by itself what a script
// leaves open; what they are made of does not matter.
#pragma once

#include <sys/epoll.h>

#include <map>
#include <memory>
#include <vector>

#include "core/api/sockets.h"
#include "shim/common/option_table.h"

namespace tapstack::packetdrill {

// What an epoll instance knows of one descriptor.
struct Watch {
  int fd = -1;
  epoll_event wanted{};
  bool has_edge = true;      // something happened since it was last reported (EPOLLET)
  bool is_disarmed = false;  // reported once (EPOLLONESHOT)
};

// Options of a socket that only say what the calls hand to the program.
struct SocketNotes {
  bool wants_inq = false;          // TCP_INQ
  bool zerocopy = false;           // SO_ZEROCOPY
  uint32_t zerocopy_done = 0;      // sends with MSG_ZEROCOPY that were told to be done
  uint32_t timestamping = 0;       // SO_TIMESTAMPING: SOF_TIMESTAMPING_*
  uint32_t first_position = 0;     // what SOF_TIMESTAMPING_OPT_ID counts from
  std::map<shim::Kept, int> kept;  // options that the stack does not act upon: SO_MARK
};

class Descriptors {
 public:
  // A new descriptor for `id`; -1 with errno. `flags`: SOCK_NONBLOCK and SOCK_CLOEXEC.
  int add_socket(SocketId id, Family family, int flags);
  int add_epoll();
  // Also forgets what epoll instances knew of it. Does not touch the stack. 0, or -1 with errno.
  int close(int fd);

  // False (with errno EBADF): `fd` is no socket of ours.
  bool find(int fd, SocketId& id) const;
  bool is_socket(int fd) const { return sockets_.count(fd) != 0; }
  // Which addresses the program uses with it. `fd` is a socket of ours.
  Family family(int fd) const { return sockets_.at(fd).family; }
  SocketNotes& notes(int fd) { return sockets_.at(fd).notes; }
  bool is_nonblocking(int fd) const;
  // nullptr: `fd` is no epoll instance of ours.
  std::vector<Watch>* watches(int fd);
  // The stack reports a change of readiness.
  void on_event(SocketId id);

 private:
  struct Socket {
    SocketId id;
    Family family;
    SocketNotes notes;
  };
  std::map<int, Socket> sockets_;
  std::map<int, std::vector<Watch>> epolls_;
};

}  // namespace tapstack::packetdrill
