// tapstack-keeper: an engine as a process of its own. The library starts it; descriptor 3 is the
// channel of its first client, the settings are in the environment.
#include <signal.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "shim/common/message.h"
#include "shim/common/private_fds.h"
#include "shim/common/rendezvous.h"
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

// With "--take-over N" the engine of the program that started this, whose image is descriptor N.
Engine::Started start_engine(Settings& settings, int image_fd) {
  if (tapif::Failure failure = read_settings(getenv, settings)) return {nullptr, failure};
  set_log_level(settings.log);
  set_log_file(settings.log_file);
  private_fds::prepare();
  if (image_fd >= 0) {
    private_fds::adopt_passed();
    return Engine::take_over(settings, image_fd);
  }
  const int rendezvous = open_rendezvous(settings.device.identity());
  if (rendezvous == -EADDRINUSE) return {nullptr, name_is_taken(settings.device.identity())};
  Engine::Started started = Engine::start(settings);
  if (started.engine) started.engine->listen_at(rendezvous, nullptr);
  return started;
}

}  // namespace

int main(int count, char** words) {
  int type = 0;
  if (!sys::getsockopt(kKeeperChannel, SOL_SOCKET, SO_TYPE, type) || type != SOCK_SEQPACKET) {
    log(LogLevel::kError, "tapstack-keeper is started by libtapstack.so (TAPSTACK_ENGINE=keeper)");
    return EXIT_FAILURE;
  }
  set_up_signals();
  const bool takes_over = count == 3 && std::string_view(words[1]) == "--take-over";
  const int image_fd = takes_over ? std::atoi(words[2]) : -1;
  Settings settings;
  Engine::Started started = start_engine(settings, image_fd);
  // Relative paths in the settings are the program's; from here on no directory is held.
  if (chdir("/") != 0) return EXIT_FAILURE;
  if (started.failure) {
    refuse_client(kKeeperChannel, started.failure);
    return EXIT_FAILURE;
  }
  Server server(*started.engine, settings.exit_drain_ms);
  server.listen_at(started.engine->rendezvous());
  server.add_client(kKeeperChannel);
  server.run();
  return EXIT_SUCCESS;
}
