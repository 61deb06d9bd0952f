#include "tapif/frame_stream.h"

#include <array>
#include <cerrno>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include "tapif/frame_bytes.h"
#include "tapif/os.h"

namespace tapstack::tapif {
namespace {

constexpr size_t kHeaderBytes = 4;

// recvmsg(2) or sendmsg(2) that neither waits nor raises SIGPIPE: bytes or -errno.
long transfer(long number, int fd, std::span<iovec> parts, int flags) {
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  for (;;) {
    const long n = os::call(number, fd, os::pointer(&message), flags | MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n != -EINTR) return n;
  }
}

long receive(int fd, void* bytes, size_t count, int flags = 0) {
  iovec part{bytes, count};
  return transfer(SYS_recvmsg, fd, {&part, 1}, flags);
}

size_t length_in(const uint8_t* header) {
  uint32_t bytes;
  std::memcpy(&bytes, header, sizeof bytes);
  return ntohl(bytes);
}

// The end of the stream, or any error of a socket but that it would wait, ends the device.
int failure_of(long result) {
  if (result == -EAGAIN) return 0;
  return -ENODEV;
}

bool wait_for(int fd, short events, Duration limit) {
  pollfd one{fd, events, 0};
  timespec time{limit.us() / 1'000'000, limit.us() % 1'000'000 * 1000};
  return os::call(SYS_ppoll, os::pointer(&one), 1, os::pointer(&time), 0) == 1;
}

}  // namespace

int FrameStream::read(std::span<const Bytes> spans) {
  if (!partial_.empty()) return take_part(spans);
  uint8_t header[kHeaderBytes];
  const long n = receive(fd_, header, sizeof header, MSG_PEEK);
  if (n <= 0) return failure_of(n);
  if (n < static_cast<long>(kHeaderBytes)) return take_part(spans);
  const size_t frame_bytes = length_in(header);
  if (frame_bytes > frame_bytes_max_) return -EBADFD;
  return read_whole(spans, frame_bytes);
}

// The usual case: the frame is there, and goes where it belongs in one call.
int FrameStream::read_whole(std::span<const Bytes> spans, size_t frame_bytes) {
  std::array<iovec, api::kFrameSpansMax + 1> parts;
  uint8_t header[kHeaderBytes];
  size_t count = 0, room = 0;
  parts[count++] = {header, sizeof header};
  for (const Bytes& span : spans) {
    const size_t bytes = std::min(span.size(), frame_bytes - room);
    if (bytes == 0 || count == parts.size()) break;
    parts[count++] = {span.data(), bytes};
    room += bytes;
  }
  if (room < frame_bytes) return take_part(spans);
  const long n = transfer(SYS_recvmsg, fd_, std::span(parts).first(count), 0);
  if (n <= 0) return failure_of(n);
  const size_t got = static_cast<size_t>(n);
  if (got == kHeaderBytes + frame_bytes) return static_cast<int>(frame_bytes);
  partial_.assign(header, header + std::min(got, kHeaderBytes));
  for (size_t i = 1, left = got - partial_.size(); i < count && left > 0; ++i) {
    const auto* bytes = static_cast<const uint8_t*>(parts[i].iov_base);
    const size_t part = std::min(left, parts[i].iov_len);
    partial_.insert(partial_.end(), bytes, bytes + part);
    left -= part;
  }
  return 0;
}

// Goes on with a frame that comes in parts. An empty frame is none.
int FrameStream::take_part(std::span<const Bytes> spans) {
  for (;;) {
    const size_t have = partial_.size();
    const size_t frame_bytes = have < kHeaderBytes ? 0 : length_in(partial_.data());
    if (frame_bytes > frame_bytes_max_) return -EBADFD;
    const size_t wanted = kHeaderBytes + frame_bytes;
    if (have >= kHeaderBytes && have == wanted) break;
    partial_.resize(wanted);
    const long n = receive(fd_, partial_.data() + have, wanted - have);
    partial_.resize(have + (n > 0 ? static_cast<size_t>(n) : 0));
    if (n <= 0) return failure_of(n);
  }
  const size_t bytes = scatter_bytes(ConstBytes(partial_).subspan(kHeaderBytes), spans);
  partial_.clear();
  return static_cast<int>(bytes);
}

int FrameStream::write(std::span<const ConstBytes> spans) {
  if (spans.size() > api::kFrameSpansMax) return -EMSGSIZE;
  if (const int result = flush(); result != 0) return result;
  std::array<iovec, api::kFrameSpansMax + 1> parts;
  uint32_t header = 0;
  size_t count = 0, total = 0;
  parts[count++] = {&header, sizeof header};
  for (const ConstBytes& span : spans) {
    parts[count++] = {const_cast<uint8_t*>(span.data()), span.size()};
    total += span.size();
  }
  header = htonl(static_cast<uint32_t>(total));
  const long n = transfer(SYS_sendmsg, fd_, std::span(parts).first(count), 0);
  if (n < 0) return n == -EAGAIN ? -EAGAIN : -ENODEV;
  size_t sent = static_cast<size_t>(n);
  for (size_t i = 0; i < count; ++i) {
    const size_t part = std::min(sent, parts[i].iov_len);
    const auto* bytes = static_cast<const uint8_t*>(parts[i].iov_base);
    unsent_.insert(unsent_.end(), bytes + part, bytes + parts[i].iov_len);
    sent -= part;
  }
  return 0;
}

int FrameStream::flush() {
  while (!unsent_.empty()) {
    iovec part{unsent_.data(), unsent_.size()};
    const long n = transfer(SYS_sendmsg, fd_, {&part, 1}, 0);
    if (n < 0) return n == -EAGAIN ? -EAGAIN : -ENODEV;
    unsent_.erase(unsent_.begin(), unsent_.begin() + n);
  }
  return 0;
}

bool FrameStream::settle(Duration limit) {
  while (flush() == -EAGAIN) {
    if (!wait_for(fd_, POLLOUT, limit)) return false;
  }
  while (!partial_.empty()) {
    const int result = take_part({});
    if (result < 0) return false;
    if (!partial_.empty() && !wait_for(fd_, POLLIN, limit)) return false;
  }
  return unsent_.empty();
}

}  // namespace tapstack::tapif
