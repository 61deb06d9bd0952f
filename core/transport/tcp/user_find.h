// How user calls find the connection that an id names.
#pragma once

#include "transport/tcp/tcp.h"

namespace tapstack::transport::tcp {

// nullptr: stale, or the program has closed it.
inline Connection* find_connection(Tcp& tcp, ConnectionId id) {
  Connection* c = tcp.tables().connections.get(id);
  return c != nullptr && !c->is_orphan ? c : nullptr;
}
inline const Connection* find_connection(const Tcp& tcp, ConnectionId id) {
  const Connection* c = tcp.tables().connections.get(id);
  return c != nullptr && !c->is_orphan ? c : nullptr;
}

// A pending error is told once (SO_ERROR).
inline Error take_error_of(Connection& c) {
  const Error e = c.error;
  c.error = Error::kNone;
  return e;
}

}  // namespace tapstack::transport::tcp
