#include "shim/hooks/exit.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "shim/client/engine.h"
#include "shim/common/sys.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"

namespace tapstack::shim {

namespace real {
inline constinit Next<void(int)> exit_at_once("_exit");
}  // namespace real

namespace {

constexpr int64_t kBoundOfSettings = -1;

void drain() {
  if (sys::Passthrough::is_on()) return;
  if (!is_engine_started() || !descriptors::is_own_process()) return;
  if (descriptors::is_exposed()) leave_engine_to_others();
  Request request = ask::about(Op::kDrain, SlotId{});
  request.args[0] = kBoundOfSettings;
  Reply reply;
  ask::call(request, reply);
}

// exit(3) comes here after the program's own handlers, but before stdio is flushed: a FILE over a
// socket (fdopen) may hold bytes that must get out first.
[[gnu::destructor]] void drain_at_exit() {
  if (!is_engine_started()) return;
  std::fflush(nullptr);
  drain();
}

}  // namespace

void drain_at_exec() {
  if (is_engine_started()) leave_engine_to_others();
  drain();
}

}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK void _exit(int status) {
  drain();
  real::exit_at_once(status);
  __builtin_unreachable();
}

TAPSTACK_HOOK void _Exit(int status) noexcept { _exit(status); }
