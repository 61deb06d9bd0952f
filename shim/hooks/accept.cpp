// accept and accept4: the engine puts a token on the listener's handle for each connection that
// waits; who takes the token asks for the connection.
#include <sys/socket.h>

#include <cerrno>

#include "shim/common/address.h"
#include "shim/common/option_table.h"
#include "shim/common/quiet.h"
#include "shim/common/sys.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/new_handle.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/settle.h"
#include "shim/hooks/stand_in.h"
#include "shim/hooks/traced.h"
#include "shim/trace/address.h"
#include "shim/trace/arguments.h"

namespace tapstack::shim {
namespace {

struct Taken {
  int fd = -1;
  SlotId id;
  Endpoint peer;
};

// Takes the next token and its connection, with the program's signal handlers kept out: one that
// leaves by longjmp must not lose a connection. 0, EAGAIN (no token, or the connection has gone),
// or the engine's errno, which has issued the token again.
int take_connection(int listener, SlotId id, Taken& taken) {
  const SignalsBlocked quiet;
  uint8_t token[kAcceptTokenBytes];
  if (sys::receive(listener, token, sizeof token, MSG_DONTWAIT) <= 0) return EAGAIN;
  Request request = ask::about(Op::kAccept, id);
  request.args[0] = sys::call(SYS_geteuid);
  Reply reply;
  const int error = ask::call(request, reply, &taken.fd);
  taken.id = reply.slot;
  taken.peer = reply.endpoint;
  return error;
}

// Waits natively until there is a token: O_NONBLOCK, SO_RCVTIMEO, EINTR and cancellation are the
// kernel's. 0, or the errno to answer.
int await_token(int listener, SlotId id) {
  uint8_t first;  // of a token, or what tells of a shutdown: SO_RCVLOWAT must not count here
  const ssize_t seen =
      real::recv(listener, static_cast<void*>(&first), sizeof first, int{MSG_PEEK});
  if (seen > 0) return 0;
  // ECONNRESET: the engine is gone, and with it the ballast that it never read.
  if (seen < 0 && last_error() != ECONNRESET) return last_error();
  const int error = ask::take_error(id);
  return error != 0 ? stand_in::tell_once(listener, error) : EINVAL;  // it was shut down
}

bool is_listening(SlotId id) {
  if (descriptors::phase(id) == Phase::kListening) return true;
  SlotStatus status;
  if (!ask::status(id, status) || !status.is_listening) return false;
  descriptors::set_phase(id, Phase::kListening);
  return true;
}

// Accepted sockets have their listener's options, also those that are the handle's own.
void inherit_handle_options(int listener, int accepted) {
  for (const int option : {SO_OOBINLINE, SO_RCVLOWAT, SO_RCVTIMEO, SO_SNDTIMEO}) {
    timeval value{};  // an int for the first two
    socklen_t length = sizeof value;
    if (real::getsockopt(listener, SOL_SOCKET, option, &value, &length) != 0) continue;
    real::setsockopt(accepted, SOL_SOCKET, option, &value, length);
  }
}

int accept_handle(int listener, const Handle& handle, sockaddr* address, socklen_t* length,
                  int flags) {
  if ((flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) != 0) return fail(EINVAL);
  if (!handle.is_stream) return fail(EOPNOTSUPP);
  if (!is_listening(handle.id)) return fail(EINVAL);
  for (;;) {
    // As on Linux before there is anything to accept; and what there is stays.
    if (!has_room_for_descriptor(listener)) return fail(EMFILE);
    if (const int error = await_token(listener, handle.id); error != 0) return fail(error);
    if (is_no_memory(address) || (address != nullptr && usable(length) == nullptr))
      return fail(EFAULT);
    Taken taken;
    const int error = take_connection(listener, handle.id, taken);
    if (error == EAGAIN) continue;
    if (error != 0 && stand_in::tell_once(listener, error) == 0) continue;
    if (error != 0) return fail(error);
    endpoint_to(handle.family(), taken.peer, address, length);
    if (taken.peer.address.is_loopback()) settle::has_accepted();
    const uint32_t wanted = descriptors::wanted(handle.id);  // inherited
    if ((wanted & Wanted::kHandleOptions) != 0) inherit_handle_options(listener, taken.fd);
    const Handle made{taken.id, true, handle.is_ip6};
    return finish_handle(taken.fd, made, Phase::kConnected, flags, wanted);
  }
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int accept(int fd, sockaddr* address, socklen_t* length) {
  Handle handle;
  if (descriptors::verified(fd, handle)) {
    return traced_on(
        "accept", fd, [&] { return accept_handle(fd, handle, address, length, 0); },
        trace::AddressRoom{address, length});
  }
  const int accepted = real::accept(fd, address, length);
  if (accepted >= 0) descriptors::forget(accepted);
  return accepted;
}

TAPSTACK_HOOK int accept4(int fd, sockaddr* address, socklen_t* length, int flags) {
  Handle handle;
  if (descriptors::verified(fd, handle)) {
    return traced_on(
        "accept4", fd, [&] { return accept_handle(fd, handle, address, length, flags); },
        trace::AddressRoom{address, length}, trace::Flags{trace::kSocketTypeFlags, flags});
  }
  const int accepted = real::accept4(fd, address, length, flags);
  if (accepted >= 0) descriptors::forget(accepted);
  return accepted;
}
