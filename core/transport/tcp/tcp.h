// TCP's tables and its entries from the stack. Wiring only: every rule lives in the file named after
// it. Programs' calls are in user_calls.h.
#pragma once

#include "link/context.h"
#include "net/network.h"
#include "transport/tcp/ids.h"
#include "transport/tcp/tables.h"
#include "util/result.h"

namespace tapstack::transport::tcp {

class Tcp {
 public:
  // Draws the secrets (sequence numbers, ports, hash, timestamps); once, before anything else.
  void start(Random& random);

  // A packet for one of our addresses: IP header of info.ip_header_bytes in front, the segment behind
  // it; info.source, destination and interface filled. May reply statelessly (RST, SYN-ACK).
  void input(Context& ctx, net::Network& network, mem::PacketPtr packet);
  // ICMP said something about a segment of ours (or the neighbour could not be resolved).
  void on_icmp_error(Context& ctx, net::Network& network, const net::IcmpError& error);
  // A timer of ours is due: `owner` is the number it was registered with.
  void on_timer(Context& ctx, net::Network& network, mem::Index owner);
  // Builds and sends the next segment of the next pending connection, round robin, to `interface`
  // only. False: nothing to send there now, or its queue is full.
  bool output_one(Context& ctx, net::Network& network);

  // The next object with events; false when there is none. Objects without an owner report none.
  bool next_event(ConnectionEvents& out);
  bool next_event(ListenerEvents& out);

  // No connection has data or a FIN left to send or to be acknowledged.
  bool is_drained() const;

  // For the files of this folder only.
  Tables& tables() { return tables_; }
  const Tables& tables() const { return tables_; }

 private:
  Tables tables_;
};

}  // namespace tapstack::transport::tcp
