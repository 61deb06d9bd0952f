// RFC 7413 4.2.1: what a client does for text on its SYN. Which servers it knows is
// fast_open_cache's; what goes out is output's.
#pragma once

#include <cstdint>

#include "transport/tcp/segment_builder.h"
#include "transport/tcp/work.h"

namespace tapstack::transport::tcp {

// A connection is opened: whether its first SYN carries text or asks for a cookie, and whether it
// waits for the text.
void plan_fast_open(const Tables& tables, Instant now, Connection& c);

// Text that the SYN may still take, while it waits for it.
uint32_t syn_text_room(const Tables& tables, const Connection& c);

// The first SYN: adds the option and the text that is queued, if both fit.
void attach_fast_open(Work& w, Outgoing& out);

// The SYN-ACK acknowledges `text_bytes` of the SYN's text and brings `given`, if anything. What it
// does not acknowledge is text like any other.
void on_fast_open_answer(Work& w, uint32_t text_bytes,
                         const std::optional<wire::TcpFastOpenCookie>& given);

}  // namespace tapstack::transport::tcp
