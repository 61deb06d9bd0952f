// The environment of a program that is executed with sockets of the stack.
//
// Some programs build it anew from what they know: nginx hands its listeners to a new binary with
// two variables. Such a program could do nothing but read and write with those sockets, so what
// the library lives by is added. Who takes LD_PRELOAD out of its own environment, or gives
// another value, or passes no socket on, gets what he asked for.
#pragma once

#include <cstddef>

namespace tapstack::shim::environment {

// How many entries `given` (null: empty) has with what is to be added; 0 if nothing is.
// Allocates nothing: also for a child of vfork.
size_t completed_entries(char* const* given);

// Writes that many and a null pointer to `to`.
void complete(char* const* given, char** to);

}  // namespace tapstack::shim::environment
