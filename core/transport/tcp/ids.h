// How sockets name TCP's objects, and what they are told about them.
#pragma once

#include <cstdint>

#include "mem/handle.h"

namespace tapstack::transport::tcp {

using ConnectionId = mem::Handle<struct ConnectionTag>;
using ListenerId = mem::Handle<struct ListenerTag>;

enum class Event : uint8_t {
  kConnected,      // the handshake of an active open is complete
  kConnectFailed,  // the attempt is over; take_error() says why; the id stays until close()
  kReadable,       // in-order data arrived: one edge for every arrival
  kWritable,       // the send queue has room again (at least a third of its limit)
  kPeerClosed,     // FIN received; all data before it is queued
  kReset,          // ended by RST, abort or time-out; take_error() says why
  kClosed,         // both directions are done; nothing more will happen
  kAcceptable,     // on a listener: one more connection in its accept queue
  kUrgent,         // new urgent data (RFC 6093)
  kSendReport,     // take_send_report() has something to tell
  kSoftError,      // Settings::receive_errors: take_error() tells of it, the connection goes on
};

// Events of one object since they were last taken, as a set.
struct Events {
  uint16_t bits = 0;
  static constexpr uint16_t bit(Event e) {
    return static_cast<uint16_t>(1u << static_cast<uint8_t>(e));
  }
  constexpr bool has(Event e) const { return (bits & bit(e)) != 0; }
  constexpr void add(Event e) { bits = static_cast<uint16_t>(bits | bit(e)); }
  constexpr bool is_empty() const { return bits == 0; }
};

// Opaque number that a socket gives a connection or listener and gets back with its events.
struct Owner {
  mem::Index value = mem::kNoIndex;
  constexpr bool is_none() const { return value == mem::kNoIndex; }
};

struct ConnectionEvents {
  ConnectionId id;
  Owner owner;
  Events events;
};

struct ListenerEvents {
  ListenerId id;
  Owner owner;
  Events events;
};

}  // namespace tapstack::transport::tcp
