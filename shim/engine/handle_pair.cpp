#include "shim/engine/handle_pair.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

// With the smallest SO_SNDBUF (4608) one message of this size makes the kernel's
// unix_writable() false: its true size times four exceeds the limit.
constexpr uint32_t kBallastBytes = 1500;

}  // namespace

int open_pair(bool is_stream, HandlePair& pair) {
  int fds[2];
  const int type = (is_stream ? SOCK_STREAM : SOCK_SEQPACKET) | SOCK_CLOEXEC;
  const int result = sys::socketpair(AF_UNIX, type, fds);
  if (result < 0) return -result;
  const int end = private_fds::move_high(fds[1]);
  if (end < 0) {
    sys::close(fds[0]);
    sys::close(fds[1]);
    return -end;
  }
  sys::fcntl(end, F_SETFL, O_RDWR | O_NONBLOCK);
  sys::setsockopt(end, SOL_SOCKET, SO_SNDBUF, is_stream ? kStreamEndBuffer : kDatagramEndBuffer);
  if (is_stream) sys::setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, kStreamHandleBuffer);
  pair = {fds[0], end};
  return 0;
}

void close_pair(const HandlePair& pair) {
  sys::close(pair.handle);
  private_fds::close(pair.end);
}

int name_end(int end, const Identity& identity) {
  sockaddr_un name;
  const socklen_t length = format_name(identity, name);
  return -sys::bind(end, reinterpret_cast<const sockaddr*>(&name), length);
}

uint32_t add_ballast(int handle) {
  static constexpr uint8_t kZeros[kBallastBytes] = {};
  sys::setsockopt(handle, SOL_SOCKET, SO_SNDBUF, 0);
  const long sent = sys::send(handle, kZeros, sizeof kZeros, MSG_DONTWAIT | MSG_NOSIGNAL);
  return static_cast<uint32_t>(std::max(sent, 0L));
}

void remove_ballast(int end, uint32_t bytes) {
  uint8_t scratch[kBallastBytes];
  while (bytes > 0) {
    const long got =
        sys::receive(end, scratch, std::min<size_t>(bytes, sizeof scratch), MSG_DONTWAIT);
    if (got <= 0) return;
    bytes -= static_cast<uint32_t>(got);
  }
}

void take_everything(int socket) {
  uint8_t scratch[4096];
  while (sys::receive(socket, scratch, sizeof scratch, MSG_DONTWAIT) > 0) {
  }
}

uint64_t inode_of(int fd) {
  struct stat about {};
  return sys::call(SYS_fstat, fd, sys::pointer(&about)) == 0 ? about.st_ino : 0;
}

uint32_t outstanding_bytes(int end) {
  int bytes = 0;
  return sys::ioctl(end, SIOCOUTQ, &bytes) == 0 ? static_cast<uint32_t>(std::max(bytes, 0)) : 0;
}

}  // namespace tapstack::shim
