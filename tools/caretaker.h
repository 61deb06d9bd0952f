// A process that looks after what lies outside of a stack's namespaces for as long as those last:
// passt, or the forwarding that --nat sets up. It is no child of the program, holds none of its
// files, and ends when the last process in the namespaces has ended, however that came about.
#pragma once

#include <functional>
#include <string>

#include "tapif/device.h"
#include "tapif/os.h"

namespace tapstack::tools {

// What the caretaker does, in its own process, which has only these descriptors and /dev/null as
// standard ones.
struct Duties {
  // Before the namespaces are made: what it tells the command. Ends with a failure when one is
  // told.
  std::function<tapif::Failure(std::string& told)> begin;
  // While they last. `end` is readable when they have ended; `listener` is the socket that the
  // command has sent, or -1.
  std::function<void(int end, int listener)> serve;
};

class Caretaker {
 public:
  // Starts it; returns when `begin` is done. `told` is what that has told.
  tapif::Failure start(const Duties& duties, std::string& told);
  // In the namespaces, with their mark (a mount at `mark`) made: it serves from now on. The
  // listener may be none.
  tapif::Failure entrust(const std::string& mark, const tapif::os::Fd& listener);

 private:
  tapif::os::Fd channel_;
};

}  // namespace tapstack::tools
