// How connections come and go, and the one place that changes their state.
#pragma once

#include "net/network.h"
#include "transport/tcp/segment.h"
#include "transport/tcp/work.h"

namespace tapstack::transport::tcp {

// A new connection in CLOSED, found by its flow from now on; kNoIndex when none is free. `binding`
// is taken over.
mem::Index create(Tables& tables, const Flow& flow, const net::Route& route, BindingId binding);

// The only writer of Connection::state.
void set_state(Work& w, State state);

// The handshake is complete.
void become_established(Work& w);

// The connection is over: CLOSED, its flow and port are free, nothing more is sent. What was
// received can still be read. `error` is for the program; kNone for an orderly end. An orphan goes
// at once.
void finish(Work& w, Error error, Event event);
// The same with a RST to the peer (RFC 9293 3.10.5): it goes out with the next output.
void finish_with_reset(Work& w, Error error, Event event);
// Both sides have closed and our turn is to wait: leaves a TIME-WAIT record, acknowledges the
// peer's FIN, and ends the connection.
void enter_time_wait(Work& w, net::Network& network);

// Gives an orphan that is over back to the pool.
void release(Work& w);

}  // namespace tapstack::transport::tcp
