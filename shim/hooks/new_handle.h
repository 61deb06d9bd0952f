// A descriptor that the engine has made, on its way to the program.
#pragma once

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// Makes `fd` (close-on-exec, blocking) what the program asked for with SOCK_CLOEXEC and
// SOCK_NONBLOCK in `flags`, and enters it in the table. Returns it; EMFILE closes it when its
// number is not below the program's RLIMIT_NOFILE. `phase` is where a TCP socket begins,
// `wanted` its bits of Wanted.
int finish_handle(int fd, const Handle& handle, Phase phase, int flags, uint32_t wanted);

// True if the program may have one more descriptor: the kernel's limit is higher than what the
// program knows (private_fds.h). `like` is any open descriptor.
bool has_room_for_descriptor(int like);

}  // namespace tapstack::shim
