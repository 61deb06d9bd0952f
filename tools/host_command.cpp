#include "tools/host_command.h"

#include <signal.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>

#include "tools/namespaces.h"
#include "tools/program.h"
#include "tools/report.h"

namespace tapstack::tools {
namespace {

// LD_PRELOAD without our library: a shell under `tapstack run` may call `tapstack host`.
void remove_preload() {
  const char* before = std::getenv("LD_PRELOAD");
  if (before == nullptr) return;
  std::string kept, list = before;
  for (size_t begin = 0; begin < list.size();) {
    const size_t end = std::min(list.find_first_of(": ", begin), list.size());
    const std::string entry = list.substr(begin, end - begin);
    if (!entry.empty() && !entry.ends_with("/libtapstack.so")) {
      kept += (kept.empty() ? "" : ":") + entry;
    }
    begin = end + 1;
  }
  if (kept.empty()) {
    ::unsetenv("LD_PRELOAD");
  } else {
    ::setenv("LD_PRELOAD", kept.c_str(), 1);
  }
}

constexpr int kStartMs = 1000;  // what a `tapstack run` may need to make its namespaces
constexpr int kLookMs = 10;

// A shell that puts `tapstack run` into the background and calls `tapstack host` at once is here
// before the namespaces are.
void wait_for_start(pid_t wanted) {
  const timespec pause{.tv_sec = 0, .tv_nsec = kLookMs * 1'000'000};
  const auto is_there = [wanted] {
    return wanted != 0 ? is_in_stack(wanted) || ::kill(wanted, 0) != 0
                       : !find_running_stacks().empty();
  };
  for (int waited_ms = 0; waited_ms < kStartMs && !is_there(); waited_ms += kLookMs) {
    ::nanosleep(&pause, nullptr);
  }
}

// A process in the namespaces to join; 0, and a line about it, when there is none.
pid_t choose(pid_t wanted) {
  if (wanted != 0) return wanted;
  const std::vector<RunningStack> stacks = find_running_stacks();
  if (stacks.empty()) {
    report("host: no stack of yours is running (start one with: tapstack run -- program)");
    return 0;
  }
  if (stacks.size() > 1) {
    std::string others;
    for (size_t i = 1; i < stacks.size(); ++i) others += " " + std::to_string(stacks[i].pid);
    report("host: joining the newest stack, that of process " + std::to_string(stacks[0].pid) +
           "; --pid chooses another:" + others);
  }
  return stacks.front().pid;
}

}  // namespace

int host(const HostOptions& options, const std::vector<std::string>& command_line) {
  wait_for_start(options.pid);
  const pid_t pid = choose(options.pid);
  if (pid == 0) return kSetUpStatus;
  if (const tapif::Failure failure = join_namespaces(pid)) {
    report("host: " + failure.message);
    return kSetUpStatus;
  }
  remove_preload();
  return become(find_program(command_line.front()), command_line);
}

}  // namespace tapstack::tools
