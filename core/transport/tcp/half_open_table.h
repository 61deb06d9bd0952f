// The half-open connections of all listeners: bounded, the oldest gives way, so a flood of SYNs
// costs a legitimate peer its place only if it takes longer to answer than the flood to fill the
// table.
#pragma once

#include "net/network.h"
#include "transport/tcp/tables.h"

namespace tapstack::transport::tcp {

// Adds a copy of `record`, sends its SYN-ACK and sets its timer.
void add_half_open(Tables& tables, Context& ctx, net::Network& network, const HalfOpen& record);
void remove_half_open(Tables& tables, Context& ctx, mem::Index index);
// All of one listener, which goes away.
void remove_half_opens_of(Tables& tables, Context& ctx, ListenerId listener);
void send_syn_ack(Tables& tables, Context& ctx, net::Network& network, HalfOpen& record);
// <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>: what RFC 5961 3.2 asks for in SYN-RECEIVED too.
void send_challenge_ack(Tables& t, Context& ctx, net::Network& network, const HalfOpen& record);
// The record's timer: sends the SYN-ACK again, or gives up (tcp_synack_retries).
void on_half_open_timer(Tables& tables, Context& ctx, net::Network& network, mem::Index index);

}  // namespace tapstack::transport::tcp
