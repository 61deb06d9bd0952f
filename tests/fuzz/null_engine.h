// What the fuzzers of the engine share: one over a device that nothing comes from, and how they
// tell of a fault.
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "shim/engine/engine.h"
#include "tapif/memory_pair.h"

namespace tapstack::shim {

inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
  std::abort();
}

inline std::unique_ptr<Engine> make_engine() {
  tapif::DeviceInfo info;
  info.name = "ts0";
  info.mac = {{2, 0, 0, 0, 0, 1}};
  Settings settings;
  settings.addresses = {Prefix{Ip4Address::from(10, 0, 0, 1), 24}};
  Engine::Started started = Engine::start(settings, tapif::make_null_device(info));
  expect(started.engine != nullptr, "the engine does not start");
  return std::move(started.engine);
}

}  // namespace tapstack::shim
