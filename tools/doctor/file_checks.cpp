// Checks of what is installed, and of programs.
#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "tapif/os.h"
#include "tapif/pcap_library.h"
#include "tools/doctor/checks.h"
#include "tools/program.h"
#include "tools/program_kind.h"

namespace tapstack::tools::doctor {
namespace {

// This command once more, with the library preloaded: what the loader says about it on stderr.
std::string try_preload(const std::string& library) {
  int channel[2];
  if (::pipe(channel) != 0) return std::string("cannot make a pipe: ") + std::strerror(errno);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(channel[1], STDERR_FILENO);
    ::setenv("LD_PRELOAD", library.c_str(), 1);
    if (::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(1);
    ::execl("/proc/self/exe", "tapstack", "--version", nullptr);
    ::_exit(1);
  }
  ::close(channel[1]);
  std::string said;
  char text[1024];
  for (ssize_t n; child > 0 && (n = ::read(channel[0], text, sizeof text)) > 0;) {
    said.append(text, static_cast<size_t>(n));
  }
  ::close(channel[0]);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return "cannot start a process";
  if (said.empty() && status != 0) said = "a program with the library in it dies at its start";
  return said.substr(0, said.find('\n'));
}

}  // namespace

Finding check_library() {
  const std::string library = find_library();
  if (library.empty()) {
    return fail("library",
                "no libtapstack.so beside this command, in ../lib or in " TAPSTACK_LIBDIR,
                "build it (make) or install it (make install)");
  }
  const std::string problem = try_preload(library);
  if (!problem.empty()) {
    return fail("library", library + ": " + problem,
                "build library and command on this machine, with its libc (make)");
  }
  return ok("library", library + " can be preloaded");
}

Finding check_keeper_program(const shim::Settings& settings) {
  const std::string keeper = settings.keeper.empty() ? find_keeper_program() : settings.keeper;
  if (!keeper.empty() && ::access(keeper.c_str(), X_OK) == 0) return ok("keeper", keeper);
  return warn("keeper",
              "no tapstack-keeper" + (keeper.empty() ? "" : " at " + keeper) +
                  ": programs that fork or exec lose their sockets",
              "install it beside the library, or say where it is with TAPSTACK_KEEPER");
}

Finding check_pcap() {
  if (tapif::load_pcap_library() != nullptr) return ok("libpcap", "installed");
  return warn("libpcap", "not installed: TAPSTACK_PCAP cannot write captures",
              "install it (apt-get install libpcap0.8)");
}

Finding check_passt() {
  const std::string passt = find_program("passt");
  if (!passt.empty() && ::access(passt.c_str(), X_OK) == 0) return ok("passt", passt);
  return warn("passt", "not installed: no \"tapstack run --net=passt\"",
              "install it (apt-get install passt)");
}

Finding check_running_keepers() {
  std::string running;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    if (std::strtol(entry->d_name, nullptr, 10) <= 0) continue;
    const std::string process = std::string("/proc/") + entry->d_name;
    struct stat status {};
    if (tapif::os::read_file((process + "/comm").c_str()) != "tapstack-keeper\n") continue;
    if (::stat(process.c_str(), &status) != 0 || status.st_uid != ::geteuid()) continue;
    running += std::string(" ") + entry->d_name;
  }
  if (running.empty()) return ok("keepers", "no keeper of yours is running");
  return warn("keepers", "a stack of yours still runs in process" + running,
              "it ends with its last program and connection; kill it to end it now");
}

Finding check_program(const std::string& name) {
  const std::string path = find_program(name);
  if (path.empty()) return fail("program", name + ": not found", "give its path");
  const std::string problem = describe_problem(path);
  if (problem.empty()) return ok("program", path + " can be preloaded");
  return fail("program", path + " " + problem);
}

}  // namespace tapstack::tools::doctor
