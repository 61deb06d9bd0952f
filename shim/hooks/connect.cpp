#include "shim/hooks/connect.h"

#include <poll.h>

#include <cerrno>

#include "shim/common/address.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/stream.h"
#include "shim/hooks/wait.h"

namespace tapstack::shim {
namespace {

// Waits for the handshake and says how it ended.
int await_handshake(int fd, const Handle& handle) {
  const int waited = wait_for(fd, POLLOUT, timeout_ms_of(fd, SO_SNDTIMEO));
  if (waited == EAGAIN) return EINPROGRESS;
  if (waited != 0) return waited;
  if (const int error = ask::take_error(handle.id); error != 0) return error;
  // No error and no connection: it was shut down meanwhile (inet_stream_connect).
  return stream::is_connected(handle) ? 0 : ECONNABORTED;
}

// The request as the engine answers it, and what that says of the socket.
int ask_to_connect(int fd, const Handle& handle, const sockaddr* address, socklen_t length,
                   bool with_text) {
  if (usable(address) == nullptr) return EFAULT;
  if (length < sizeof(sa_family_t)) return EINVAL;
  Request request = ask::about(Op::kConnect, handle.id);
  request.args[0] = fd;
  request.args[1] = with_text;
  const bool dissolve = is_unspecified(address, length);
  if (dissolve && with_text) return EOPNOTSUPP;  // tcp_sendmsg_fastopen
  if (!dissolve) {
    const auto take = handle.is_stream ? endpoint_from : peer_from;
    const int error = take(handle.family(), address, length, request.endpoint);
    if (error != 0) return error;
  }
  Reply reply;
  const int error = ask::call(request, reply);
  if (!handle.is_stream) return error;
  if (dissolve && error == 0) descriptors::set_phase(handle.id, Phase::kFresh);
  if (error == 0 && !dissolve) descriptors::set_phase(handle.id, Phase::kConnected);
  if (error == EINPROGRESS || error == EALREADY) {
    descriptors::set_phase(handle.id, Phase::kUnknown);
  }
  return error;
}

}  // namespace

int connect_handle(int fd, const Handle& handle, const sockaddr* address, socklen_t length) {
  const int error = ask_to_connect(fd, handle, address, length, false);
  const bool is_under_way = handle.is_stream && (error == EINPROGRESS || error == EALREADY);
  if (!is_under_way || is_nonblocking(fd)) return error;
  return await_handshake(fd, handle);
}

int connect_with_text(int fd, const Handle& handle, const sockaddr* address, socklen_t length,
                      int flags) {
  const int error = ask_to_connect(fd, handle, address, length, true);
  const bool may_wait = (flags & MSG_DONTWAIT) == 0 && !is_nonblocking(fd);
  return error == EINPROGRESS && may_wait ? await_handshake(fd, handle) : error;
}

}  // namespace tapstack::shim
