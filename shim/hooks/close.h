// Closing sockets of the stack so that it shows at once.
#pragma once

namespace tapstack::shim {

// Tells the engine that the program's descriptor `fd` is about to go; forgets it. Returns true if
// finish_close() must follow once it has gone. Changes no error value. No-op for what is not ours.
bool prepare_close(int fd);
// Takes in the hang-up of a socket whose last descriptor that may have been.
void finish_close();

}  // namespace tapstack::shim
