// sendfile and splice: through a buffer, since nothing here is about speed.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "tools/packetdrill/calls.h"

namespace tapstack::packetdrill {
namespace {

constexpr size_t kAtOnceMax = 1 << 20;

ssize_t send_bytes(Session& s, int fd, const std::vector<uint8_t>& bytes, size_t count) {
  iovec part{const_cast<uint8_t*>(bytes.data()), count};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  return call_sendmsg(s, fd, &message, 0);
}

ssize_t receive_bytes(Session& s, int fd, std::vector<uint8_t>& bytes) {
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  return call_recvmsg(s, fd, &message, 0);
}

bool is_socket(Session& s, int fd) {
  Call call(s);
  return s.descriptors().is_socket(fd);
}

// Where Linux's splice() stops, however much is behind it.
bool is_at_urgent_octet(Session& s, int fd) {
  Call call(s);
  SocketId id;
  if (!s.descriptors().find(fd, id)) return false;
  const auto offset = api::urgent_offset(s.stack(), id);
  return offset.ok() && *offset == 0;
}

}  // namespace

ssize_t call_sendfile(Session& s, int to, int from, off_t* offset, size_t bytes) {
  std::vector<uint8_t> buffer(std::min(bytes, kAtOnceMax));
  const ssize_t got = offset != nullptr ? pread(from, buffer.data(), buffer.size(), *offset)
                                        : read(from, buffer.data(), buffer.size());
  if (got <= 0) return got;
  const ssize_t sent = send_bytes(s, to, buffer, static_cast<size_t>(got));
  if (sent > 0 && offset != nullptr) *offset += sent;
  return sent;
}

ssize_t call_splice(Session& s, int from, int to, size_t bytes, unsigned flags) {
  std::vector<uint8_t> buffer(std::min(bytes, kAtOnceMax));
  const bool is_from_socket = is_socket(s, from);
  if (!is_from_socket && !is_socket(s, to)) {
    return splice(from, nullptr, to, nullptr, bytes, flags);
  }
  if (is_from_socket && is_at_urgent_octet(s, from)) return 0;
  const ssize_t got =
      is_from_socket ? receive_bytes(s, from, buffer) : read(from, buffer.data(), buffer.size());
  if (got <= 0) return got;
  return is_from_socket ? write(to, buffer.data(), static_cast<size_t>(got))
                        : send_bytes(s, to, buffer, static_cast<size_t>(got));
}

}  // namespace tapstack::packetdrill
