// How much more the send queue of a connection takes.
#pragma once

#include "transport/tcp/connection.h"

namespace tapstack::transport::tcp {

// Limit of the queue: what the program asked for, or what the congestion window calls for.
uint32_t send_limit(const Connection& c);

// What a SEND finds now, for SendBuffers.
SendSpace send_space(const Connection& c);

// Enough to tell a program that was told to wait, as on Linux: a third of the limit, so that it is
// not woken for every segment that was acknowledged; and half of TCP_NOTSENT_LOWAT.
bool has_worthwhile_room(const Connection& c);

}  // namespace tapstack::transport::tcp
