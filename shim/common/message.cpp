#include "shim/common/message.h"

#include <cerrno>
#include <cstring>

#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

// A message is the struct up to the end of its payload: what lies behind that is not sent.
template <class T>
size_t length_of(const T& message) {
  return offsetof(T, payload) + message.payload_bytes;
}

// Holds one descriptor in an SCM_RIGHTS message, cmsg(3).
union Control {
  cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

int send_bytes(int channel, const void* bytes, size_t length, int fd, int flags) {
  iovec part{const_cast<void*>(bytes), length};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  Control control{};
  if (fd >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control.bytes;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
  }
  long result;
  do {
    result = sys::sendmsg(channel, &message, MSG_NOSIGNAL | flags);
  } while (result == -EINTR);
  return result < 0 ? static_cast<int>(-result) : 0;
}

int descriptor_in(msghdr& message) {
  const cmsghdr* control = CMSG_FIRSTHDR(&message);
  if (control == nullptr || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS ||
      control->cmsg_len != CMSG_LEN(sizeof(int))) {
    return -1;
  }
  int fd;
  std::memcpy(&fd, CMSG_DATA(control), sizeof fd);
  return fd;
}

// Bytes received, or -errno.
long receive_bytes(int channel, void* bytes, size_t room, int& fd) {
  iovec part{bytes, room};
  Control control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = CMSG_LEN(sizeof(int));  // more than one descriptor: not even received
  long got;
  do {
    got = sys::recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  } while (got == -EINTR);
  fd = got < 0 ? -1 : descriptor_in(message);
  if (got == 0) return -ECONNRESET;
  return got > 0 && (message.msg_flags & MSG_TRUNC) != 0 ? -EPROTO : got;
}

template <class T>
int receive_message(int channel, T& message, int& fd) {
  const long got = receive_bytes(channel, &message, sizeof message, fd);
  if (got >= static_cast<long>(offsetof(T, payload)) && message.payload_bytes <= kPayloadBytes &&
      got == static_cast<long>(length_of(message))) {
    return 0;
  }
  if (fd >= 0) sys::close(fd);
  fd = -1;
  return got < 0 ? static_cast<int>(-got) : EPROTO;
}

}  // namespace

int send_request(int channel, const Request& request, int fd) {
  return send_bytes(channel, &request, length_of(request), fd, 0);
}

int send_reply(int channel, const Reply& reply, int fd) {
  return send_bytes(channel, &reply, length_of(reply), fd, MSG_DONTWAIT);
}

int receive_request(int channel, Request& request, int& fd) {
  return receive_message(channel, request, fd);
}

int receive_reply(int channel, Reply& reply, int& fd) {
  return receive_message(channel, reply, fd);
}

}  // namespace tapstack::shim
