// The calls that receive: recv, read and kin. A stream's are native, with the engine's word where
// the handle does not tell the truth (stream.h); a datagram's carry a header (datagram.h).
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "shim/common/option_table.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/control.h"
#include "shim/hooks/datagram.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/error_queue.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/message_check.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/settle.h"
#include "shim/hooks/stream.h"
#include "shim/hooks/traced.h"
#include "shim/trace/address.h"
#include "shim/trace/arguments.h"
#include "shim/trace/data.h"
#include "shim/trace/waiting.h"

namespace tapstack::shim {
namespace {

// A native receive on a stream, of at most `bytes`.
template <class Native>
ssize_t receive_stream(int fd, const Handle& handle, size_t bytes, int flags, Native native) {
  settle::before_look();
  const stream::Before before = stream::before_receive(fd, handle, flags);
  if (!before.is_native) return before.error == 0 ? 0 : fail(before.error);
  const ssize_t result = native();
  if (result > 0 || (result == 0 && bytes == 0 && !stream::is_empty(fd))) return result;
  if ((flags & MSG_OOB) != 0) return stream::after_receive_urgent(handle, result);
  return stream::after_receive(fd, result);
}

// MSG_TRUNC on a stream takes bytes and throws them away (tcp(7)); the handle would copy them.
ssize_t discard_stream(int fd, const Handle& handle, size_t bytes, int flags) {
  constexpr size_t kScratchBytes = 8192;
  constexpr size_t kPartsMax = 64;
  uint8_t scratch[kScratchBytes];
  iovec parts[kPartsMax];
  size_t count = 0;
  for (size_t left = bytes; left > 0 && count < kPartsMax; ++count) {
    parts[count] = {scratch, std::min(left, kScratchBytes)};
    left -= parts[count].iov_len;
  }
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  return receive_stream(fd, handle, bytes, flags,
                        [&] { return real::recvmsg(fd, &message, flags & ~MSG_TRUNC); });
}

size_t total_bytes(const iovec* parts, size_t count) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i) bytes += parts[i].iov_len;
  return bytes;
}

// recvfrom on a datagram socket that was verified.
ssize_t receive_datagram(int fd, const Handle& handle, void* buffer, size_t bytes, int flags,
                         sockaddr* address, socklen_t* length) {
  iovec part{buffer, bytes};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  // Where the address goes to is looked at behind the datagram (__sys_recvfrom).
  const bool has_place = usable(address) != nullptr && usable(length) != nullptr;
  if (has_place) {
    message.msg_name = address;
    message.msg_namelen = static_cast<int>(*length) < 0 ? 0 : *length;
  }
  const ssize_t received = datagram::receive(fd, handle, message, flags);
  if (received >= 0 && address != nullptr && !has_place) return fail(EFAULT);
  if (received >= 0 && has_place && static_cast<int>(*length) < 0) return fail(EINVAL);
  if (received >= 0 && has_place) *length = message.msg_namelen;
  return received;
}

// recvfrom() on a socket that was hinted().
ssize_t receive_from(int fd, Handle handle, void* buffer, size_t bytes, int flags,
                     sockaddr* address, socklen_t* length) {
  if (!handle.is_stream) {
    if (!descriptors::verified(fd, handle) || handle.is_stream) {
      return real::recvfrom(fd, buffer, bytes, flags, address, length);
    }
    return receive_datagram(fd, handle, buffer, bytes, flags, address, length);
  }
  if ((flags & MSG_ERRQUEUE) != 0) {
    msghdr message{};  // nobody hears what it was about
    return receive_queued_error(fd, handle, message);
  }
  const ssize_t received = (flags & MSG_TRUNC) != 0 ? discard_stream(fd, handle, bytes, flags)
                                                    : receive_stream(fd, handle, bytes, flags, [&] {
                                                        return real::recv(fd, buffer, bytes, flags);
                                                      });
  // TCP has no address to tell (tcp_recvmsg sets none).
  if (received >= 0 && address != nullptr) {
    if (usable(length) == nullptr) return fail(EFAULT);
    if (static_cast<int>(*length) < 0) return fail(EINVAL);
    *length = 0;
  }
  return received;
}

// TCP_INQ: how much more can be read now; at the end of the stream 1, so that somebody reads it
// (tcp_inq_hint).
void add_in_queue(int fd, const Handle& handle, bool is_end, msghdr& message) {
  int number = 0;
  if (!is_end) {
    real::ioctl(fd, FIONREAD, &number);
    int64_t in_core = 0;
    ask::number(Op::kReadable, handle.id, in_core);
    number += static_cast<int>(in_core);
  }
  if (is_end || (number == 0 && stream::is_at_end(handle))) number = 1;
  control::Writer(message).add(IPPROTO_TCP, TCP_CM_INQ, &number, sizeof number);
}

// What a stream's recvmsg() says beside the bytes.
void describe_stream(int fd, const Handle& handle, bool is_end, msghdr& message) {
  message.msg_namelen = 0;
  if ((descriptors::wanted(handle.id) & Wanted::kInQueue) != 0) {
    add_in_queue(fd, handle, is_end, message);
  } else {
    message.msg_controllen = 0;
  }
}

// A descriptor that came in a message may be anything, whatever the table says of its number.
void forget_passed(const msghdr& message) {
  auto* walk = const_cast<msghdr*>(&message);
  for (cmsghdr* entry = CMSG_FIRSTHDR(walk); entry != nullptr; entry = CMSG_NXTHDR(walk, entry)) {
    if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_RIGHTS) continue;
    const auto* fds = reinterpret_cast<const int*>(CMSG_DATA(entry));
    const size_t count = (entry->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) descriptors::forget(fds[i]);
  }
}

// recvmsg() on what is not ours.
ssize_t pass_message(int fd, msghdr* message, int flags) {
  const ssize_t received = real::recvmsg(fd, message, flags);
  if (received >= 0 && message->msg_controllen > 0) forget_passed(*message);
  return received;
}

ssize_t receive_message(int fd, Handle handle, msghdr* message, int flags) {
  if (!handle.is_stream) {
    if (!descriptors::verified(fd, handle) || handle.is_stream) {
      return pass_message(fd, message, flags);
    }
    const ssize_t received = datagram::receive(fd, handle, *message, flags);
    return received >= 0 && is_no_memory(message->msg_name) ? fail(EFAULT) : received;
  }
  if ((flags & MSG_ERRQUEUE) != 0) return receive_queued_error(fd, handle, *message);
  if (const int error = check_received(*message); error != 0) return fail(error);
  const size_t bytes = total_bytes(message->msg_iov, message->msg_iovlen);
  msghdr native{};
  native.msg_iov = message->msg_iov;
  native.msg_iovlen = message->msg_iovlen;
  const ssize_t received = (flags & MSG_TRUNC) != 0 ? discard_stream(fd, handle, bytes, flags)
                                                    : receive_stream(fd, handle, bytes, flags, [&] {
                                                        return real::recvmsg(fd, &native, flags);
                                                      });
  if (received >= 0) {
    message->msg_flags = native.msg_flags & MSG_OOB;
    describe_stream(fd, handle, received == 0 && bytes > 0, *message);
  }
  return received;
}

ssize_t read_vector(int fd, Handle handle, const iovec* parts, int count) {
  if (count < 0 || count > UIO_MAXIOV) return fail(EINVAL);
  if (const int error = check_parts(parts, static_cast<size_t>(count))) return fail(error);
  const size_t bytes = total_bytes(parts, static_cast<size_t>(count));
  if (handle.is_stream) {
    return receive_stream(fd, handle, bytes, 0, [&] { return real::readv(fd, parts, count); });
  }
  if (!descriptors::verified(fd, handle) || handle.is_stream) return real::readv(fd, parts, count);
  if (bytes == 0) return 0;  // sock_read_iter
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = static_cast<size_t>(count);
  return datagram::receive(fd, handle, message, 0);
}

ssize_t read_bytes(int fd, Handle handle, void* buffer, size_t bytes) {
  if (handle.is_stream) {
    return receive_stream(fd, handle, bytes, 0, [&] { return real::read(fd, buffer, bytes); });
  }
  if (!descriptors::verified(fd, handle) || handle.is_stream) return real::read(fd, buffer, bytes);
  return receive_datagram(fd, handle, buffer, bytes, 0, nullptr, nullptr);
}

int64_t monotonic_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// As timespec64_valid() of Linux has it.
bool is_valid(const timespec& time) {
  return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000;
}

// recvmmsg(2): the time-out is looked at after each datagram only, as Linux does.
int receive_messages(int fd, const Handle& handle, std::span<mmsghdr> messages, int flags,
                     const timespec* timeout) {
  if (timeout != nullptr && usable(timeout) == nullptr) return fail(EFAULT);
  if (timeout != nullptr && !is_valid(*timeout)) return fail(EINVAL);
  if (!messages.empty() && usable(messages.data()) == nullptr) return fail(EFAULT);
  const int64_t end = timeout == nullptr
                          ? INT64_MAX
                          : monotonic_ns() + timeout->tv_sec * 1'000'000'000 + timeout->tv_nsec;
  size_t done = 0;
  while (done < messages.size()) {
    msghdr* const next = &messages[done].msg_hdr;
    const ssize_t received = receive_message(fd, handle, next, flags & ~MSG_WAITFORONE);
    if (received < 0) break;
    messages[done++].msg_len = static_cast<unsigned>(received);
    if ((flags & MSG_WAITFORONE) != 0) flags |= MSG_DONTWAIT;
    if (timeout != nullptr && monotonic_ns() >= end) break;
  }
  return done > 0 || messages.empty() ? static_cast<int>(done) : -1;
}

using trace::Way;

ssize_t recv_seen(int fd, void* buffer, size_t bytes, int flags) {
  Handle handle;
  if (!descriptors::hinted(fd, handle)) return real::recv(fd, buffer, bytes, flags);
  return traced_on(
      "recv", fd, [&] { return receive_from(fd, handle, buffer, bytes, flags, nullptr, nullptr); },
      trace::Data{Way::kReceived, buffer, bytes}, bytes, trace::Flags{trace::kMessageFlags, flags});
}

ssize_t recvfrom_seen(int fd, void* buffer, size_t bytes, int flags, sockaddr* address,
                      socklen_t* length) {
  Handle handle;
  if (!descriptors::hinted(fd, handle)) {
    return real::recvfrom(fd, buffer, bytes, flags, address, length);
  }
  return traced_on(
      "recvfrom", fd,
      [&] { return receive_from(fd, handle, buffer, bytes, flags, address, length); },
      trace::Data{Way::kReceived, buffer, bytes}, bytes, trace::Flags{trace::kMessageFlags, flags},
      trace::AddressRoom{address, length});
}

ssize_t read_seen(int fd, void* buffer, size_t bytes) {
  Handle handle;
  // Nothing asked for is 0 in every state (sock_read_iter).
  if (bytes == 0 || !descriptors::hinted(fd, handle)) return real::read(fd, buffer, bytes);
  return traced_on(
      "read", fd, [&] { return read_bytes(fd, handle, buffer, bytes); },
      trace::Data{Way::kReceived, buffer, bytes}, bytes);
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK ssize_t recv(int fd, void* buffer, size_t bytes, int flags) {
  return recv_seen(fd, buffer, bytes, flags);
}

TAPSTACK_HOOK ssize_t recvfrom(int fd, void* buffer, size_t bytes, int flags, sockaddr* address,
                               socklen_t* length) {
  return recvfrom_seen(fd, buffer, bytes, flags, address, length);
}

TAPSTACK_HOOK ssize_t recvmsg(int fd, msghdr* message, int flags) {
  Handle handle;
  if (!descriptors::hinted(fd, handle) || usable(message) == nullptr) {
    return pass_message(fd, message, flags);
  }
  return traced_on(
      "recvmsg", fd, [&] { return receive_message(fd, handle, message, flags); },
      trace::Message{Way::kReceived, message}, trace::Flags{trace::kMessageFlags, flags});
}

TAPSTACK_HOOK int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags,
                           timespec* timeout) {
  Handle handle;
  if (descriptors::verified(fd, handle)) {
    return traced_on(
        "recvmmsg", fd,
        [&] {
          const std::span<mmsghdr> most(messages, std::min<unsigned>(count, UIO_MAXIOV));
          return receive_messages(fd, handle, most, flags, timeout);
        },
        trace::Messages{Way::kReceived, messages, count}, count,
        trace::Flags{trace::kMessageFlags, flags}, trace::Seconds{timeout});
  }
  const int received = real::recvmmsg(fd, messages, count, flags, timeout);
  for (int i = 0; i < received; ++i) forget_passed(messages[i].msg_hdr);
  return received;
}

TAPSTACK_HOOK ssize_t read(int fd, void* buffer, size_t bytes) {
  return read_seen(fd, buffer, bytes);
}

TAPSTACK_HOOK ssize_t readv(int fd, const iovec* parts, int count) {
  Handle handle;
  if (!descriptors::hinted(fd, handle)) return real::readv(fd, parts, count);
  return traced_on(
      "readv", fd, [&] { return read_vector(fd, handle, parts, count); },
      trace::Parts{Way::kReceived, parts, static_cast<size_t>(count)}, count);
}

TAPSTACK_HOOK ssize_t __read_chk(int fd, void* buffer, size_t bytes, size_t buffer_bytes) {
  if (bytes > buffer_bytes) __chk_fail();
  return read_seen(fd, buffer, bytes);
}

TAPSTACK_HOOK ssize_t __recv_chk(int fd, void* buffer, size_t bytes, size_t buffer_bytes,
                                 int flags) {
  if (bytes > buffer_bytes) __chk_fail();
  return recv_seen(fd, buffer, bytes, flags);
}

TAPSTACK_HOOK ssize_t __recvfrom_chk(int fd, void* buffer, size_t bytes, size_t buffer_bytes,
                                     int flags, sockaddr* address, socklen_t* length) {
  if (bytes > buffer_bytes) __chk_fail();
  return recvfrom_seen(fd, buffer, bytes, flags, address, length);
}
