// Requests and replies as SEQPACKET messages, with a descriptor beside them.
#pragma once

#include <cstddef>

#include "shim/common/protocol.h"

namespace tapstack::shim {

// Where tapstack-keeper finds its first channel.
inline constexpr int kKeeperChannel = 3;

// Each sends one message. `fd` >= 0 travels beside it and stays open here. 0 or an errno (EPIPE:
// the other is gone). A request waits while the other's queue is full; a reply does not (EAGAIN):
// who asks without listening must not hold up the others. Any thread.
int send_request(int channel, const Request& request, int fd);
int send_reply(int channel, const Reply& reply, int fd);

// Each waits for one message. `fd` is what came beside it (close-on-exec, now the caller's) or -1.
// 0 or an errno: ECONNRESET at the end of the connection, EPROTO for a message that is none.
int receive_request(int channel, Request& request, int& fd);
int receive_reply(int channel, Reply& reply, int& fd);

}  // namespace tapstack::shim
