// Telling others about a connection: programs about events, output that there is something to send.
#pragma once

#include "transport/tcp/tables.h"
#include "transport/tcp/work.h"

namespace tapstack::transport::tcp {

// Sets the event's bit and queues the connection for its owner, if it has one.
void raise(Work& w, Event event);
void raise(Tables& tables, mem::Index listener, Event event);
// A program that was refused for want of room in the send queue hears when there is some.
void tell_of_room(Work& w);
// Output looks at the connection when its interface's turn comes.
void mark_output(Work& w);
void unmark_output(Work& w);
// Its deadlines have changed: puts the earliest into the stack's timers.
void arm(Work& w);

}  // namespace tapstack::transport::tcp
