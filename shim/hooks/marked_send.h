// Sends on a stream of which more is wanted than that the bytes arrive: MSG_EOR, MSG_ZEROCOPY,
// SO_TIMESTAMPING (engine/marked_sends.h).
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// Flags of a call that make it one. So does a socket whose sends are reported (stream::Before).
inline constexpr int kMarkingFlags = MSG_EOR | MSG_ZEROCOPY;

// What a program wants to send, and SOF_TIMESTAMPING_TX_* for it alone; -1: as the socket has it.
struct Text {
  const iovec* parts = nullptr;
  size_t count = 0;
  int64_t stamping = -1;
};
// SO_TIMESTAMPING among the control messages (sock_cmsg_send); -1: it is not there.
int64_t stamping_of(const msghdr& message);

// As sendmsg on the handle with `native_flags`; `flags` are those of the call. The handle must be
// certain and connected. Sends larger than a request holds go natively but for their last bytes.
ssize_t send_marked(int fd, const Handle& handle, const Text& text, int flags, int native_flags);

}  // namespace tapstack::shim
