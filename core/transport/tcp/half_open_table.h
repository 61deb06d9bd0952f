// The half-open connections of all listeners: bounded, each listener's share too. What comes when
// there is no room is answered with a SYN cookie (RFC 4987 3.6), so that a flood keeps nobody out.
#pragma once

#include "net/network.h"
#include "transport/tcp/tables.h"

namespace tapstack::transport::tcp {

// Whether one more of this listener may be kept.
bool has_half_open_room(const Tables& tables, const Listener& listener);
// Adds a copy of `record`, for which there must be room, and sets its timer. The SYN-ACK has gone.
void keep_half_open(Tables& tables, Context& ctx, const HalfOpen& record);
// The same, and sends the SYN-ACK.
void add_half_open(Tables& tables, Context& ctx, net::Network& network, HalfOpen record);
void remove_half_open(Tables& tables, Context& ctx, mem::Index index);
// All of one listener, which goes away.
void remove_half_opens_of(Tables& tables, Context& ctx, ListenerId listener);
void send_syn_ack(Tables& tables, Context& ctx, net::Network& network, const HalfOpen& record);
// Answers the SYN of `record` and keeps nothing of it.
void send_cookie(Tables& tables, Context& ctx, net::Network& network, HalfOpen record);
// <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>: what RFC 5961 3.2 asks for in SYN-RECEIVED too.
void send_challenge_ack(Tables& t, Context& ctx, net::Network& network, const HalfOpen& record);
// The record's timer: sends the SYN-ACK again, or gives up (tcp_synack_retries).
void on_half_open_timer(Tables& tables, Context& ctx, net::Network& network, mem::Index index);

}  // namespace tapstack::transport::tcp
