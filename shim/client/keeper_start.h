// Starting tapstack-keeper.
#pragma once

#include <string>
#include <vector>

#include "tapif/device.h"

namespace tapstack::shim {

// The keeper's image: `wanted` (TAPSTACK_KEEPER) if not empty, else beside this library, in
// ../libexec/tapstack, or where it was installed. Empty when there is none.
std::string find_keeper(const std::string& wanted);

// The environment that a keeper is to have: this one as it is now, without LD_PRELOAD, with paths
// of settings made absolute.
std::vector<std::string> keeper_environment();

// Where it starts from. With an image of an engine (a private descriptor) it inherits all private
// descriptors at their numbers.
struct KeeperLaunch {
  std::string path;
  std::vector<std::string> environment;
  int image_fd = -1;
};

// Runs the image as a process that is no child of this one: in a session of its own, with nothing
// of the program's but the environment (without LD_PRELOAD), the working directory and `channel`,
// which is its descriptor kKeeperChannel. The program gets no SIGCHLD and its wait() does not see
// it.
tapif::Failure start_keeper(const KeeperLaunch& wanted, int channel);

}  // namespace tapstack::shim
