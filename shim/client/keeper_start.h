// Starting tapstack-keeper.
#pragma once

#include <string>

#include "tapif/device.h"

namespace tapstack::shim {

// The keeper's image: `wanted` (TAPSTACK_KEEPER) if not empty, else beside this library, in
// ../libexec/tapstack, or where it was installed. Empty when there is none.
std::string find_keeper(const std::string& wanted);

// Runs the image as a process that is no child of this one: in a session of its own, with nothing
// of the program's but the environment (without LD_PRELOAD), the working directory and `channel`,
// which is its descriptor kKeeperChannel. The program gets no SIGCHLD and its wait() does not see
// it.
tapif::Failure start_keeper(const std::string& image, int channel);

}  // namespace tapstack::shim
