// The pair behind a socket: the program's handle and the engine's end, and how the end makes the
// handle not writable.
#pragma once

#include "shim/common/identity.h"
#include "shim/common/stream_buffer.h"

namespace tapstack::shim {

// Send buffer of the engine's end of a stream: what can lie in front of the program. Doubled by the
// kernel.
inline constexpr int kStreamEndBuffer = 212'992;
// Of the engine's end for datagrams: the largest one and a few more; the bulk waits in the core.
inline constexpr int kDatagramEndBuffer = 81'920;

struct HandlePair {
  int handle = -1;  // lowest free number, close-on-exec, blocking
  int end = -1;     // private, non-blocking
};

// Makes the pair. 0, or EMFILE, ENFILE, ENOMEM ... with nothing left open.
int open_pair(bool is_stream, HandlePair& pair);
void close_pair(const HandlePair& pair);
// Binds the end to the identity's name. 0 or an errno.
int name_end(int end, const Identity& identity);

// Ballast: one message in the handle's own send buffer, whose limit is then as low as can be: poll
// says not writable. Bytes written, to be given to remove_ballast(); 0 if the handle had no room.
uint32_t add_ballast(int handle);
// Takes exactly the ballast from the engine's end, never a byte behind it.
void remove_ballast(int end, uint32_t bytes);

// Throws away what lies on either of a pair.
void take_everything(int socket);

// The number by which /proc/PID/fd shows a descriptor's socket; 0: none is known.
uint64_t inode_of(int fd);

// Bytes (never fewer than) that wait in the other's receive queue; 0 exactly when all was taken.
uint32_t outstanding_bytes(int end);

}  // namespace tapstack::shim
