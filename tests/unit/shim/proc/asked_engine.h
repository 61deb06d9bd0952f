// The engine that the files of shim/proc are asked of, in a test: in place of the hooks.
#pragma once

#include "tests/unit/shim/engine/two_engines.h"

namespace tapstack::shim::test {

// While one lives, the functions of shim/hooks/ask.h and proc::NetlinkDump ask this host.
class AskedEngine {
 public:
  AskedEngine();
  ~AskedEngine();
  AskedEngine(const AskedEngine&) = delete;
  AskedEngine& operator=(const AskedEngine&) = delete;

  Host& host() { return *host_; }

 private:
  std::unique_ptr<Host> host_;
};

}  // namespace tapstack::shim::test
