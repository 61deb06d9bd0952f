// tapstack-keeper: an engine as a process of its own. The library starts it; descriptor 3 is the
// channel of its first client, the settings are in the environment.
#include <signal.h>

#include <cstdlib>

#include "shim/common/message.h"
#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/keeper/server.h"

namespace {

using namespace tapstack;
using namespace tapstack::shim;

// The process that started this one may have left signals blocked or ignored. Those of a terminal
// are for the programs, which may want to say good-bye through the stack.
void set_up_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
  ::signal(SIGTERM, SIG_DFL);
}

Engine::Started start_engine(Settings& settings) {
  if (tapif::Failure failure = read_settings(getenv, settings)) return {nullptr, failure};
  set_log_level(settings.log);
  private_fds::prepare();
  return Engine::start(settings);
}

}  // namespace

int main() {
  int type = 0;
  if (!sys::getsockopt(kKeeperChannel, SOL_SOCKET, SO_TYPE, type) || type != SOCK_SEQPACKET) {
    log(LogLevel::kError, "tapstack-keeper is started by libtapstack.so (TAPSTACK_ENGINE=keeper)");
    return EXIT_FAILURE;
  }
  set_up_signals();
  Settings settings;
  Engine::Started started = start_engine(settings);
  // Relative paths in the settings are the program's; from here on no directory is held.
  if (chdir("/") != 0) return EXIT_FAILURE;
  if (started.failure) {
    refuse_client(kKeeperChannel, started.failure);
    return EXIT_FAILURE;
  }
  Server server(*started.engine, settings.exit_drain_ms);
  server.add_client(kKeeperChannel);
  server.run();
  return EXIT_SUCCESS;
}
