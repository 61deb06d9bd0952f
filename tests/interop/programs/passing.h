// Descriptors that go from one process to another (SCM_RIGHTS, unix(7)).
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstring>

#include "one_entry.h"

namespace passing {

// Room for one descriptor beside one byte.
struct Letter {
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};

  Letter() {
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
};

// -1 when none comes.
inline int receive_descriptor(int channel) {
  Letter letter;
  if (recvmsg(channel, &letter.message, 0) <= 0) return -1;
  const cmsghdr* rights = CMSG_FIRSTHDR(&letter.message);
  int fd = -1;
  if (rights != nullptr) std::memcpy(&fd, CMSG_DATA(rights), sizeof fd);
  return fd;
}

inline bool send_descriptor(int channel, int fd) {
  return OneEntry<int>("", 1, SOL_SOCKET, SCM_RIGHTS, fd).send_to(channel, MSG_NOSIGNAL) == 1;
}

}  // namespace passing
