// SEGMENT ARRIVES (RFC 9293 3.10.7): the steps in the RFC's order, one function a step. Input
// records facts; only answers to what has no connection (RST, SYN-ACK, TIME-WAIT's ACK) are sent
// from here.
//
//   input.cpp               whom the segment is for; 3.10.7.1 CLOSED; TIME-WAIT
//   input_listen.cpp        3.10.7.2 LISTEN
//   input_half_open.cpp     SYN-RECEIVED of a passive open, kept as a HalfOpen record
//   input_syn_sent.cpp      3.10.7.3 SYN-SENT
//   input_synchronized.cpp  3.10.7.4 other states: steps one to four, order of all eight
//   input_ack.cpp           fifth step, ACK field
//   input_text.cpp          sixth to eighth step: urgent, text, FIN
//   input_icmp.cpp          ICMP errors about our segments
#pragma once

#include <optional>

#include "net/network.h"
#include "transport/tcp/segment.h"
#include "transport/tcp/work.h"

namespace tapstack::transport::tcp {

// A segment on its way through the steps.
struct Arrival {
  Tables& tables;
  Context& ctx;
  net::Network& network;
  Segment seg;
  mem::PacketPtr packet;  // holds the text
  // Given when the SYN takes the place of a connection in TIME-WAIT: above what that one used.
  std::optional<SeqNumber> iss = std::nullopt;
  // Where some socket has a filter: the packet with all its headers.
  mem::PacketPtr whole{};
};

// What a step says about the rest of the steps.
enum class Step : uint8_t {
  kContinue,
  kDone,  // the segment is dealt with, or dropped and counted; the connection may be gone
};

void input_segment(Arrival& a);
void input_listen(Arrival& a, mem::Index listener);
void input_half_open(Arrival& a, mem::Index half_open);
void input_syn_sent(Arrival& a, Work& w);
void input_synchronized(Arrival& a, Work& w);

// Steps that several files share.
Step check_ack(Arrival& a, Work& w);     // fifth
void check_urgent(Arrival& a, Work& w);  // sixth
Step process_text(Arrival& a, Work& w);  // seventh
void check_fin(Arrival& a, Work& w);     // eighth
// RFC 2883 4: the peer is told which octets of the segment lie below RCV.NXT.
void report_old_text(const Arrival& a, Work& w);
// RFC 5961: an ACK that lets the peer find out what is wrong; rate limited per connection.
void challenge(Arrival& a, Work& w, DropReason why);

void input_icmp_error(Tables& tables, Context& ctx, net::Network& network,
                      const net::IcmpError& error);

}  // namespace tapstack::transport::tcp
