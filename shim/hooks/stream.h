// Data calls on TCP sockets: what is to be said before the native call on the handle, and after one
// that failed or found the end.
#pragma once

#include <sys/types.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim::stream {

// Whether to make the native call. Otherwise `error` is the answer, or 0: return 0 bytes.
struct Before {
  bool is_native = true;
  int error = 0;
  bool reports = false;   // what becomes of sends is told: send_marked()
  bool end_seen = false;  // the program knows that the peer closed: send_to_closed()
};

// `flags` are those of the call (MSG_DONTWAIT counts). Waits for a connection that is being made,
// as Linux does when the socket blocks. Any thread.
Before before_receive(int fd, const Handle& handle, int flags);
Before before_send(int fd, const Handle& handle, int flags);

// The result of a native receive of `result` <= 0 bytes, corrected: a reset with nothing left to
// read looks like the end of file on the handle. Sets the program's error value when it returns -1.
ssize_t after_receive(int fd, ssize_t result);

// The same for a receive with MSG_OOB: an urgent octet that was announced but has not come is
// EAGAIN (tcp_recv_urg); the kernel knows of none then and says EINVAL.
ssize_t after_receive_urgent(const Handle& handle, ssize_t result);

// The same for a native send that failed. The native call was made with MSG_NOSIGNAL: SIGPIPE is
// raised here, unless `flags` has that.
ssize_t after_send(int fd, int flags);

// After a native send that failed: whether to make it once more, without waiting. A full handle may
// be full because the engine had no turn yet, and a peer that is gone may be unheard; with Linux
// both would have been seen to by the sends before. Such a turn was made then.
bool may_succeed_now(int fd);

// After a native send of some bytes to a peer that is known to have closed: lets the engine send
// them now. Over loopback the reset they cause is there when the call returns, as on Linux.
void send_to_closed(const Handle& handle);

// Fails a send: EPIPE raises SIGPIPE unless `flags` has MSG_NOSIGNAL.
ssize_t fail_send(int error, int flags);

// Nothing waits on the handle.
bool is_empty(int fd);

// True once the handshake is done; asks the engine if that is not known here, and remembers.
bool is_connected(const Handle& handle);

// The peer has sent its FIN, or the connection has ended.
bool is_at_end(const Handle& handle);

}  // namespace tapstack::shim::stream
