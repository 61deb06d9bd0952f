#include "shim/hooks/connect.h"

#include <poll.h>

#include <cerrno>

#include "shim/common/address.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/netlink.h"
#include "shim/hooks/settle.h"
#include "shim/hooks/wait.h"

namespace tapstack::shim {
namespace {

Request about_connect(int fd, const Handle& handle, ConnectKind kind) {
  Request request = ask::about(Op::kConnect, handle.id);
  request.args[0] = fd;
  request.args[1] = static_cast<int64_t>(kind);
  return request;
}

// Asks, and remembers what the answer says of the socket.
int ask_stream(const Handle& handle, const Request& request, bool dissolve) {
  Reply reply;
  const int error = ask::call(request, reply);
  const bool is_connected = error == 0 && !dissolve;
  descriptors::set_phase(handle.id, is_connected ? Phase::kConnected : Phase::kUnknown);
  return error;
}

// Waits for the handshake and says how it ended.
int await_handshake(int fd, const Handle& handle) {
  const int waited = wait_for(fd, POLLOUT, timeout_ms_of(fd, SO_SNDTIMEO));
  if (waited == EAGAIN) return EINPROGRESS;
  if (waited != 0) return waited;
  const int error = ask_stream(handle, about_connect(fd, handle, ConnectKind::kEndOnly), false);
  if (error != EISCONN) return error;
  descriptors::set_phase(handle.id, Phase::kConnected);
  return 0;  // another thread that waited was told first
}

// The request as the engine answers it, and what that says of the socket.
int ask_to_connect(int fd, const Handle& handle, const sockaddr* address, socklen_t length,
                   ConnectKind kind) {
  Request request = about_connect(fd, handle, kind);
  if (address == nullptr && kind == ConnectKind::kWithText) {  // the state comes first
    request.args[1] = static_cast<int64_t>(ConnectKind::kBadAddress);
    request.args[2] = EINVAL;
    return ask_stream(handle, request, false);
  }
  if (usable(address) == nullptr) return EFAULT;
  if (length < sizeof(sa_family_t)) return EINVAL;
  const bool dissolve = is_unspecified(address, length);
  if (dissolve && kind == ConnectKind::kWithText) return EOPNOTSUPP;  // tcp_sendmsg_fastopen
  int bad = 0;
  if (!dissolve) {
    const auto take = handle.is_stream ? endpoint_from : peer_from;
    bad = take(handle.family(), address, length, request.endpoint);
  }
  if (!handle.is_stream) {
    Reply reply;
    return bad != 0 ? bad : ask::call(request, reply);
  }
  if (bad != 0) {  // the state comes first (__inet_stream_connect)
    request.args[1] = static_cast<int64_t>(ConnectKind::kBadAddress);
    request.args[2] = bad;
  }
  const IpAddress& to = request.endpoint.address;
  if (to.is_loopback() || (to.is_any() && !dissolve)) settle::has_connected();
  return ask_stream(handle, request, dissolve);
}

}  // namespace

int connect_handle(int fd, const Handle& handle, const sockaddr* address, socklen_t length) {
  if (handle.is_netlink) return netlink::connect(handle, address, length);
  if (handle.is_packet) return EOPNOTSUPP;
  const int error = ask_to_connect(fd, handle, address, length, ConnectKind::kPlain);
  const bool is_under_way = handle.is_stream && (error == EINPROGRESS || error == EALREADY);
  if (!is_under_way || is_nonblocking(fd)) return error;
  return await_handshake(fd, handle);
}

int connect_with_text(int fd, const Handle& handle, const sockaddr* address, socklen_t length,
                      int flags) {
  const int error = ask_to_connect(fd, handle, address, length, ConnectKind::kWithText);
  const bool may_wait = (flags & MSG_DONTWAIT) == 0 && !is_nonblocking(fd);
  return error == EINPROGRESS && may_wait ? await_handshake(fd, handle) : error;
}

}  // namespace tapstack::shim
