// Over loopback a send of Linux has arrived when it returns: who polls, or reads without waiting,
// finds it. Here a send on a stream is the kernel's own call on a pair, and the engine carries it
// on some microseconds later. So a process that talks to itself lets the engine have a turn before
// it looks at sockets after such a send. It is taken for one when it has both made and accepted
// connections over loopback; others, which cannot tell when the other side sent, pay a load a call.
#pragma once

namespace tapstack::shim::settle {

// This process made, or accepted, a connection over loopback.
void has_connected();
void has_accepted();
// Something was written to a stream.
void sent();
// To be called before a look at a socket: carries on what was sent since the last such call.
void before_look();

}  // namespace tapstack::shim::settle
