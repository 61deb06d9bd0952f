// TCP's tables and its entries from the stack and from sockets. Wiring only: every rule lives in the
// file named after it.
#pragma once

#include "link/context.h"
#include "net/network.h"
#include "util/result.h"

namespace tapstack::transport::tcp {

using ConnectionId = mem::Handle<struct ConnectionTag>;
using ListenerId = mem::Handle<struct ListenerTag>;

enum class Event : uint8_t {
  kConnected,       // the handshake of an active open is complete
  kConnectFailed,   // connection is gone; status().error says why; the id stays until released
  kReadable,        // in-order data (or end of stream) became available
  kWritable,        // the send queue has room again (at least a third of its limit)
  kPeerClosed,      // FIN received, all data before it is queued
  kReset,           // ended by RST or by time-out; status().error says why
  kClosed,          // both directions done; nothing more will happen
  kAcceptable,      // on a listener: one more connection in its accept queue
  kUrgent,          // new urgent data
};

}  // namespace tapstack::transport::tcp
