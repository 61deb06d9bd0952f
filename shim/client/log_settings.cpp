// TAPSTACK_LOG and kin, before the program's first call: what it does before it has a socket (look
// up a name, use one that it inherited) is traced too.
#include <cstdlib>

#include "shim/common/log.h"
#include "shim/common/settings.h"
#include "shim/trace/call.h"

namespace tapstack::shim {
namespace {

// A setting that makes no sense is complained of when the program first needs the stack.
[[gnu::constructor]] void read_log_settings() {
  if (getenv("TAPSTACK_LOG") == nullptr && getenv("TAPSTACK_LOG_FILE") == nullptr) return;
  Settings settings;
  if (read_settings(getenv, settings)) return;
  set_log_level(settings.log);
  set_log_file(settings.log_file);
  trace::set_timed(settings.traces_time);
}

}  // namespace
}  // namespace tapstack::shim
