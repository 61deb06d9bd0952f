// The engine as hooks reach it.
#pragma once

#include "shim/common/carrier.h"

namespace tapstack::shim {

// The carrier of this process, by TAPSTACK_ENGINE: `inside` (a call under the lock) or `keeper` (a
// message). The engine itself starts with the first kOpen; until then a request that
// names a socket looks once for an engine to join (the socket was inherited) and answers EBADF if
// there is none; kInterface and kNameServers start it too (there is nothing to tell otherwise).
// When it cannot start: one line on stderr, an errno that fits; the next kOpen tries again.
//
// Before a fork an engine inside moves to a keeper, which parent and child share from then on.
// Where none could be started it stays in the parent and is out of reach for the child: kOpen,
// kBind, kListen, kConnect and kAccept answer ENETDOWN (one line on stderr a process), everything
// else EBADF in silence; what the child reads and writes on inherited handles goes on natively.
//
// Any thread; never a constructor of a library; not within a signal handler that interrupted
// malloc, except for requests on open sockets, which allocate nothing.
Carrier& engine();

// True once the engine answers: then and only then is there anything to close, take in or drain.
bool is_engine_started();

// This process is about to end, or to become another program: if others may hold its sockets, or
// the next program will, an engine inside moves to a keeper. No-op without open sockets.
void leave_engine_to_others();

// Around a fork that libc does not see (clone(2) by number): what pthread_atfork does around
// others.
void before_unseen_fork();
void after_unseen_fork(bool is_child);

// This process is about to do what one with several threads may not: an engine inside moves to a
// keeper, with sockets or without.
void end_engine_thread();

}  // namespace tapstack::shim
