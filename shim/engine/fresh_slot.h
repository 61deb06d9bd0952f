// A TCP socket that goes back to having no connection: connect() with AF_UNSPEC, a connect() that
// has told of its failure, shutdown() of a listener.
#pragma once

#include "shim/engine/works.h"

namespace tapstack::shim {

// Makes the pair what it was at first, after the core has dissolved what the socket did. `handle`
// is the program's, or -1 if that is not known: then what lies on it stays there.
void make_fresh(Works& works, Slot& slot, int handle);

// Makes the handle of a socket without a connection readable by a byte of ours: who sleeps in
// poll() or accept() looks again.
void wake_readers(Slot& slot);

}  // namespace tapstack::shim
