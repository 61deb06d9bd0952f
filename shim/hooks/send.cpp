// The calls that send: send, write and kin. A stream's are native with MSG_NOSIGNAL, so that the
// engine's word comes before SIGPIPE (stream.h); a datagram's carry a header (datagram.h).
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/connect.h"
#include "shim/hooks/control.h"
#include "shim/hooks/datagram.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/marked_send.h"
#include "shim/hooks/message_check.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/settle.h"
#include "shim/hooks/stream.h"
#include "shim/hooks/traced.h"
#include "shim/trace/address.h"
#include "shim/trace/arguments.h"
#include "shim/trace/data.h"

namespace tapstack::shim {
namespace {

// Flags that the handle understands. Of the others MSG_MORE, MSG_CONFIRM and MSG_DONTROUTE are
// advice that a stream may ignore; for MSG_EOR and MSG_ZEROCOPY see marked_send.h.
constexpr int kStreamFlags = MSG_DONTWAIT | MSG_NOSIGNAL | MSG_OOB;

// The engine must know of an urgent octet before it is written, or it would read past the mark.
int announce_urgent(SlotId id) {
  Reply reply;
  return ask::call(ask::about(Op::kUrgentNext, id), reply);
}

bool is_stream_for_certain(int fd, Handle& handle) {
  return descriptors::verified(fd, handle) && handle.is_stream;
}

ssize_t send_stream_marked(int fd, const Handle& hint, const Text& text, int flags) {
  const int native_flags = (flags & kStreamFlags) | MSG_NOSIGNAL;
  Handle handle = hint;
  if (is_stream_for_certain(fd, handle)) return send_marked(fd, handle, text, flags, native_flags);
  msghdr native{};
  native.msg_iov = const_cast<iovec*>(text.parts);
  native.msg_iovlen = text.count;
  return real::sendmsg(fd, &native, flags | MSG_NOSIGNAL);
}

// `attempt` sends with the flags that it is given.
template <class Attempt>
ssize_t send_connected(int fd, const Handle& handle, const stream::Before& before, int flags,
                       Attempt attempt) {
  ssize_t sent = attempt(flags);
  if (sent < 0 && stream::may_succeed_now(fd)) sent = attempt(flags | MSG_DONTWAIT);
  if (sent > 0) settle::sent();
  if (sent > 0 && before.end_seen) stream::send_to_closed(handle);
  return sent;
}

template <class Native>
ssize_t send_stream(int fd, const Handle& handle, const Text& text, int flags, Native native) {
  const stream::Before before = stream::before_send(fd, handle, flags);
  if (!before.is_native) return stream::fail_send(before.error, flags);
  if ((flags & MSG_OOB) != 0) {
    if (const int error = announce_urgent(handle.id); error != 0) return fail(error);
  }
  const bool is_marked = (before.reports || (flags & kMarkingFlags) != 0) && (flags & MSG_OOB) == 0;
  const ssize_t result = send_connected(fd, handle, before, flags, [&](int now) {
    return is_marked ? send_stream_marked(fd, handle, text, now)
                     : native((now & kStreamFlags) | MSG_NOSIGNAL);
  });
  return result >= 0 ? result : stream::after_send(fd, flags);
}

ssize_t send_datagram(int fd, const Handle& handle, const void* buffer, size_t bytes, int flags,
                      const sockaddr* address, socklen_t length) {
  iovec part{const_cast<void*>(buffer), bytes};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_name = const_cast<sockaddr*>(address);
  message.msg_namelen = length;
  return datagram::send(fd, handle, message, flags);
}

// sendto() on a socket that was hinted().
ssize_t send_to(int fd, Handle handle, const void* buffer, size_t bytes, int flags,
                const sockaddr* address, socklen_t length) {
  if (is_no_memory(address)) return fail(EFAULT);
  if (handle.is_stream && (flags & MSG_FASTOPEN) != 0) {
    if (!descriptors::verified(fd, handle)) {
      return real::sendto(fd, buffer, bytes, flags, address, length);
    }
    if (const int error = connect_with_text(fd, handle, address, length, flags)) return fail(error);
  }
  if (handle.is_stream) {
    // An address is ignored on a connected stream (tcp_sendmsg); the handle would refuse it. The
    // hint must be right then, or another socket's address would be lost.
    if (address != nullptr && !descriptors::verified(fd, handle)) {
      return real::sendto(fd, buffer, bytes, flags, address, length);
    }
    const iovec part{const_cast<void*>(buffer), bytes};
    return send_stream(fd, handle, {&part, 1}, flags,
                       [&](int native) { return real::send(fd, buffer, bytes, native); });
  }
  if (!descriptors::verified(fd, handle) || handle.is_stream) {
    return real::sendto(fd, buffer, bytes, flags, address, length);
  }
  return send_datagram(fd, handle, buffer, bytes, flags, address, length);
}

// sendmsg() on what is not ours, or of no message.
ssize_t pass_message(int fd, const msghdr* message, int flags) {
  // Descriptors of ours may travel in it, to whoever has the other end.
  if (usable(message) != nullptr && message->msg_controllen > 0) descriptors::all_exposed();
  return real::sendmsg(fd, message, flags);
}

ssize_t send_message(int fd, const Handle& handle, const msghdr* message, int flags) {
  if (!handle.is_stream) return datagram::send(fd, handle, *message, flags);
  if (const int error = check_sent(*message); error != 0) return fail(error);
  if ((flags & MSG_FASTOPEN) != 0) {
    const auto* address = static_cast<const sockaddr*>(message->msg_name);
    const int error = connect_with_text(fd, handle, address, message->msg_namelen, flags);
    if (error != 0) return fail(error);
  }
  // Neither address nor control messages but one mean anything to a stream; descriptors passed
  // along must not reach the engine.
  msghdr native{};
  native.msg_iov = message->msg_iov;
  native.msg_iovlen = message->msg_iovlen;
  const Text text{message->msg_iov, message->msg_iovlen, stamping_of(*message)};
  return send_stream(fd, handle, text, flags, [&](int native_flags) -> ssize_t {
    const int error = control::check_for_stream(*message);
    return error != 0 ? fail(error) : real::sendmsg(fd, &native, native_flags);
  });
}

int send_messages(int fd, const Handle& handle, mmsghdr* messages, unsigned count, int flags) {
  if (count > 0 && usable(messages) == nullptr) return fail(EFAULT);
  const unsigned most = std::min<unsigned>(count, UIO_MAXIOV);  // __sys_sendmmsg
  unsigned done = 0;
  while (done < most) {
    const ssize_t sent = send_message(fd, handle, &messages[done].msg_hdr, flags);
    if (sent < 0) break;
    messages[done++].msg_len = static_cast<unsigned>(sent);
  }
  return done > 0 || count == 0 ? static_cast<int>(done) : -1;
}

// write and writev: as a send when the descriptor is a handle for certain, which ENOTSOCK denies.
template <class Send, class Write>
ssize_t write_stream(int fd, const Handle& handle, const Text& text, Send send, Write write) {
  const stream::Before before = stream::before_send(fd, handle, 0);
  if (!before.is_native) return stream::fail_send(before.error, 0);
  const ssize_t result = send_connected(fd, handle, before, 0, [&](int now) {
    return before.reports ? send_stream_marked(fd, handle, text, now) : send(now | MSG_NOSIGNAL);
  });
  if (result >= 0) return result;
  if (last_error() == ENOTSOCK) return write();
  return stream::after_send(fd, 0);
}

ssize_t write_bytes(int fd, Handle handle, const void* buffer, size_t bytes) {
  const auto write = [&] { return real::write(fd, buffer, bytes); };
  if (handle.is_stream) {
    const iovec part{const_cast<void*>(buffer), bytes};
    return write_stream(
        fd, handle, {&part, 1}, [&](int native) { return real::send(fd, buffer, bytes, native); },
        write);
  }
  if (!descriptors::verified(fd, handle) || handle.is_stream) return write();
  return send_datagram(fd, handle, buffer, bytes, 0, nullptr, 0);
}

ssize_t write_vector(int fd, Handle handle, const iovec* parts, int count) {
  if (count < 0 || count > UIO_MAXIOV) return fail(EINVAL);
  if (const int error = check_parts(parts, static_cast<size_t>(count))) return fail(error);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = static_cast<size_t>(count);
  const auto write = [&] { return real::writev(fd, parts, count); };
  if (handle.is_stream) {
    const Text text{parts, static_cast<size_t>(count)};
    return write_stream(
        fd, handle, text, [&](int native) { return real::sendmsg(fd, &message, native); }, write);
  }
  if (!descriptors::verified(fd, handle) || handle.is_stream) return write();
  return datagram::send(fd, handle, message, 0);
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

using trace::Way;

TAPSTACK_HOOK ssize_t send(int fd, const void* buffer, size_t bytes, int flags) {
  Handle handle;
  if (!descriptors::hinted(fd, handle)) return real::send(fd, buffer, bytes, flags);
  return traced_on(
      "send", fd, [&] { return send_to(fd, handle, buffer, bytes, flags, nullptr, 0); },
      trace::Data{Way::kSent, buffer, bytes}, bytes, trace::Flags{trace::kMessageFlags, flags});
}

TAPSTACK_HOOK ssize_t sendto(int fd, const void* buffer, size_t bytes, int flags,
                             const sockaddr* address, socklen_t length) {
  Handle handle;
  if (!descriptors::hinted(fd, handle)) {
    return real::sendto(fd, buffer, bytes, flags, address, length);
  }
  return traced_on(
      "sendto", fd, [&] { return send_to(fd, handle, buffer, bytes, flags, address, length); },
      trace::Data{Way::kSent, buffer, bytes}, bytes, trace::Flags{trace::kMessageFlags, flags},
      trace::Address{address, length});
}

TAPSTACK_HOOK ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  Handle handle;
  if (usable(message) == nullptr || !descriptors::verified(fd, handle)) {
    return pass_message(fd, message, flags);
  }
  return traced_on(
      "sendmsg", fd, [&] { return send_message(fd, handle, message, flags); },
      trace::Message{Way::kSent, message}, trace::Flags{trace::kMessageFlags, flags});
}

TAPSTACK_HOOK int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  Handle handle;
  if (!descriptors::verified(fd, handle)) return real::sendmmsg(fd, messages, count, flags);
  return traced_on(
      "sendmmsg", fd, [&] { return send_messages(fd, handle, messages, count, flags); },
      trace::Messages{Way::kSent, messages, count}, count,
      trace::Flags{trace::kMessageFlags, flags});
}

TAPSTACK_HOOK ssize_t write(int fd, const void* buffer, size_t bytes) {
  Handle handle;
  if (!descriptors::hinted(fd, handle)) return real::write(fd, buffer, bytes);
  return traced_on(
      "write", fd, [&] { return write_bytes(fd, handle, buffer, bytes); },
      trace::Data{Way::kSent, buffer, bytes}, bytes);
}

TAPSTACK_HOOK ssize_t writev(int fd, const iovec* parts, int count) {
  Handle handle;
  if (!descriptors::hinted(fd, handle)) return real::writev(fd, parts, count);
  return traced_on(
      "writev", fd, [&] { return write_vector(fd, handle, parts, count); },
      trace::Parts{Way::kSent, parts, static_cast<size_t>(count)}, count);
}
