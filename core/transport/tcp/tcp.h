// TCP's entries from the stack. Wiring only: every rule lives in the file named after it. Programs'
// calls are in user_calls.h.
#pragma once

#include "link/context.h"
#include "net/network.h"
#include "timer/timer_id.h"
#include "transport/tcp/ids.h"
#include "transport/tcp/tables.h"

namespace tapstack::transport::tcp {

class Tcp {
 public:
  // Draws the secrets (sequence numbers, ports, hash, timestamps); once, before anything else.
  void start(Random& random);
  // Draws anew, from what stacks of this host share, the secrets of sequence numbers and
  // timestamps; before the first connection.
  void share_sequence(Random& shared) { tables_.isn.start(shared); }

  // A packet for one of our addresses: IP header of info.ip_header_bytes in front, the segment
  // behind it; info.source, destination and interface filled. May reply statelessly (RST, SYN-ACK).
  void input(Context& ctx, net::Network& network, mem::PacketPtr packet);
  // ICMP said something about a segment of ours, or the neighbour could not be resolved.
  void on_icmp_error(Context& ctx, net::Network& network, const net::IcmpError& error);
  // A timer of kind kTcpConnection, kTcpHalfOpen or kTcpTimeWait is due; `index` as it was set.
  void on_timer(Context& ctx, net::Network& network, timer::TimerKind kind, mem::Index index);
  // Builds and sends the next segment of the next connection with something to send by `interface`,
  // taking connections in turn. False: nothing to send there now, or its queue is full.
  bool output_one(Context& ctx, net::Network& network, InterfaceId interface);
  // Whether output_one() is worth a call.
  bool has_output(InterfaceId interface) const {
    return !tables_.output[interface.value].is_empty();
  }
  // An ACK has told of a hole while nothing was being repaired. What it lets out is to go in answer
  // to it alone (limited transmit, RFC 3042): once the next ACKs have shown a loss, it may not any
  // more, and recovery begins with less in flight. Until output_one() is false.
  bool has_answer_due() const { return tables_.has_answer_due; }
  // What waits for an interface that is gone or down has nobody who would fetch it: it is sent and
  // lost there, so that a RST ends its connection and timers run for the rest, which may find
  // another way (RFC 1122 4.2.3.5: R1). To be called when has_stranded_output().
  void lose_stranded_output(Context& ctx, net::Network& network);
  bool has_stranded_output(const net::Network& network) const;

  // The next object with events; false when there is none. Objects without an owner report none.
  bool next_event(ConnectionEvents& out);
  bool next_event(ListenerEvents& out);

  // No connection that was not reset has data or a FIN left to send or to be acknowledged, no RST
  // waits, and no peer is about to be owed one: a peer that was sending within the last 200 ms to a
  // connection that the program has closed would otherwise go on into the void when the stack ends
  // (RFC 1122 4.2.2.13). Walks all connections: for exit, not for the path of a packet.
  bool is_drained(Instant now) const;

  // For the files of this folder and for pool statistics.
  Tables& tables() { return tables_; }
  const Tables& tables() const { return tables_; }

 private:
  Tables tables_;
};

}  // namespace tapstack::transport::tcp
