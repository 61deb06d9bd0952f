#include "shim/hooks/stream.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/common/sys.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/result.h"
#include "shim/hooks/wait.h"

namespace tapstack::shim::stream {
namespace {

bool is_connecting(const SlotStatus& status) {
  return status.tcp_state == TcpState::kSynSent || status.tcp_state == TcpState::kSynReceived;
}

// Waits for the outcome of the handshake. 0, or the errno to answer.
int await_connection(int fd, int flags, int timeout_option) {
  if ((flags & MSG_DONTWAIT) != 0 || is_nonblocking(fd)) return EAGAIN;
  return wait_for(fd, POLLOUT, timeout_ms_of(fd, timeout_option));
}

// Common to both directions; `closed` says what a socket without a connection answers: an errno, or
// 0 for the end of the stream.
template <class Closed>
Before before(int fd, const Handle& hint, int flags, int timeout_option, Closed closed) {
  const Phase phase = descriptors::phase(hint.id);
  if (shim::is_connected(phase)) {
    return {.reports = phase == Phase::kReporting, .end_seen = descriptors::has_seen_end(hint.id)};
  }
  Handle handle;
  if (!descriptors::verified(fd, handle) || !handle.is_stream) return {};
  for (;;) {
    SlotStatus status;
    if (!ask::status(handle.id, status)) return {};  // a forked child: the handle must do
    if (status.was_connected) {
      descriptors::set_phase(handle.id, Phase::kConnected);
      return {.reports = descriptors::phase(handle.id) == Phase::kReporting};
    }
    if (!is_connecting(status)) {
      const int pending = status.pending_error != 0 ? ask::take_error(handle.id) : 0;
      return Before{false, pending != 0 ? pending : closed(status)};
    }
    if (const int error = await_connection(fd, flags, timeout_option); error != 0) {
      return {false, error};
    }
  }
}

// tcp_recv_urg: nothing urgent comes before a pending error or a handshake; a listener is asked
// before that.
Before before_receive_urgent(const Handle& handle) {
  if (is_connected(handle)) return {};
  SlotStatus status;
  if (!ask::status(handle.id, status)) return {};
  return {false, status.is_listening ? ENOTCONN : EINVAL};
}

}  // namespace

bool is_connected(const Handle& handle) {
  if (shim::is_connected(descriptors::phase(handle.id))) return true;
  SlotStatus status;
  if (!ask::status(handle.id, status) || !status.was_connected) return false;
  descriptors::set_phase(handle.id, Phase::kConnected);
  return true;
}

bool is_empty(int fd) {
  int bytes = 0;
  return sys::ioctl(fd, FIONREAD, &bytes) != 0 || bytes == 0;
}

bool is_at_end(const Handle& handle) {
  SlotStatus status;
  return ask::status(handle.id, status) && status.peer_closed;
}

Before before_receive(int fd, const Handle& handle, int flags) {
  if ((flags & MSG_OOB) != 0) return before_receive_urgent(handle);
  return before(fd, handle, flags, SO_RCVTIMEO, [](const SlotStatus& status) {
    // tcp_recvmsg: 0 where the receiving side is shut, also by a failed attempt.
    return status.peer_closed && !status.is_listening ? 0 : ENOTCONN;
  });
}

Before before_send(int fd, const Handle& handle, int flags) {
  return before(fd, handle, flags, SO_SNDTIMEO, [](const SlotStatus&) { return EPIPE; });
}

ssize_t after_receive(int fd, ssize_t result) {
  const int native = result < 0 ? last_error() : 0;
  if (native == EAGAIN || native == EINTR || native == EFAULT || native == EBADF) return result;
  Handle handle;
  if (!descriptors::verified(fd, handle)) {
    if (result < 0) set_last_error(native);
    return result;
  }
  if (result == 0) descriptors::saw_end(handle.id);
  // EPIPE is of a connection whose peer closed and then refused what was sent: who reads is told of
  // the end, who writes of the error (tcp_recvmsg looks at SOCK_DONE first).
  SlotStatus status;
  if (result == 0 && ask::status(handle.id, status) && status.pending_error == EPIPE) return 0;
  const int error = ask::take_error(handle.id);
  if (error != 0) return fail(error);
  // The kernel's own ECONNRESET on the pair says that the engine's end is gone.
  if (result < 0) set_last_error(native);
  return result;
}

ssize_t after_receive_urgent(const Handle& handle, ssize_t result) {
  const int native = result < 0 ? last_error() : 0;
  if (native != EINVAL) return result;
  SlotStatus status;
  const bool is_coming = ask::status(handle.id, status) && status.urgent_coming;
  return fail(is_coming ? EAGAIN : EINVAL);
}

bool may_succeed_now(int fd) {
  Handle handle;
  if (last_error() != EAGAIN || !descriptors::verified(fd, handle) || !handle.is_stream)
    return false;
  ask::flush(handle.id);
  return true;
}

void send_to_closed(const Handle& handle) { ask::flush(handle.id); }

ssize_t fail_send(int error, int flags) {
  if (error == EPIPE && (flags & MSG_NOSIGNAL) == 0) raise(SIGPIPE);
  return fail(error);
}

ssize_t after_send(int fd, int flags) {
  const int native = last_error();
  if (native == EAGAIN || native == EINTR || native == EFAULT || native == EBADF) return -1;
  Handle handle;
  if (!descriptors::verified(fd, handle)) return fail_send(native, flags);
  const int error = ask::take_error(handle.id);
  return fail_send(error != 0 ? error : native, flags);
}

}  // namespace tapstack::shim::stream
