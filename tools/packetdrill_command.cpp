#include "tools/packetdrill_command.h"

#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "tools/namespaces.h"
#include "tools/program.h"
#include "tools/report.h"

namespace tapstack::tools {
namespace {

using Words = std::vector<std::string>;

// What scripts call to set the kernel up. The library takes the settings from the script's text.
constexpr const char* kReplaced[] = {"ethtool", "ip", "nstat", "sysctl", "tc"};

// A folder of programs that do nothing, first in PATH for as long as this lives.
class HarmlessPrograms {
 public:
  // False: it could not be made.
  bool make() {
    char name[] = "/tmp/tapstack-packetdrill-XXXXXX";
    if (::mkdtemp(name) == nullptr) return false;
    folder_ = name;
    const std::string nothing = find_program("true");
    for (const char* program : kReplaced) {
      if (::symlink(nothing.c_str(), (folder_ + "/" + program).c_str()) != 0) return false;
    }
    const char* before = std::getenv("PATH");
    const std::string path = folder_ + ":" + (before != nullptr ? before : "/usr/bin:/bin");
    return ::setenv("PATH", path.c_str(), 1) == 0;
  }
  HarmlessPrograms() = default;
  HarmlessPrograms(const HarmlessPrograms&) = delete;
  HarmlessPrograms& operator=(const HarmlessPrograms&) = delete;
  ~HarmlessPrograms() {
    if (folder_.empty()) return;
    for (const char* program : kReplaced) ::unlink((folder_ + "/" + program).c_str());
    ::rmdir(folder_.c_str());
  }

 private:
  std::string folder_;
};

constexpr const char* kVersionOption = "--ip_version=";

// The addresses of packetdrill's own runner; its MTU makes the MSS of IPv6 the same as IPv4's.
Words addresses_for(const std::string& version) {
  if (version == "ipv6") {
    return {"--mtu=1520", "--local_ip=fd3d:a0b:17d6::1", "--gateway_ip=fd3d:a0b:17d6:8888::1",
            "--remote_ip=fd3d:fa7b:d17d::1"};
  }
  return {"--local_ip=192.168.0.1", "--gateway_ip=192.168.0.1", "--netmask_ip=255.255.0.0",
          "--remote_ip=192.0.2.1"};
}

// The version that one of `words` asks for, otherwise the script itself, otherwise IPv4.
std::string version_for(const Words& words, const std::string& script) {
  std::string version = "ipv4";
  std::ifstream lines(script);
  const auto take = [&version](const std::string& word) {
    if (word.starts_with(kVersionOption)) version = word.substr(std::strlen(kVersionOption));
  };
  for (std::string line; std::getline(lines, line);) {
    take(line.substr(0, line.find_last_not_of(" \t\r") + 1));
  }
  for (const std::string& word : words) take(word);
  return version;
}

// What packetdrill is called with for `script`; what `words` say goes before all else.
Words words_for(const std::string& library, const Words& words, const std::string& script) {
  const std::string version = version_for(words, script);
  Words all = {"packetdrill", "--so_filename=" + library, kVersionOption + version};
  const Words addresses = addresses_for(version);
  all.insert(all.end(), addresses.begin(), addresses.end());
  all.push_back("--send_omit_free");
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

// The child's part: the script's folder is where its commands expect to be.
[[noreturn]] void become_script(const std::string& program, Words words,
                                const std::string& script) {
  const size_t slash = script.rfind('/');
  words.push_back(script.substr(slash + 1));
  if (::chdir(script.substr(0, slash).c_str()) != 0) {
    report(script + ": no such folder");
    ::_exit(kNotFoundStatus);
  }
  ::_exit(become(program, words));
}

bool passes(const std::string& program, const Words& words, const std::string& script) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    become_script(program, words, script);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

std::string absolute(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) != nullptr ? resolved : std::string();
}

struct Run {
  std::string program, library;
  Words words;  // options given for all scripts
};

int run_all(const Run& run, const Words& scripts) {
  size_t passed = 0;
  for (const std::string& script : scripts) {
    const std::string path = absolute(script);
    if (path.empty()) report(script + ": no such script");
    const bool pass =
        !path.empty() && passes(run.program, words_for(run.library, run.words, path), path);
    passed += pass;
    std::printf("%s  %s\n", pass ? "pass" : "FAIL", script.c_str());
  }
  std::printf("%zu of %zu passed\n", passed, scripts.size());
  return passed == scripts.size() ? 0 : 1;
}

}  // namespace

int packetdrill(const PacketdrillOptions& options, const std::vector<std::string>& words) {
  const std::string library = find_library("libtapstack_packetdrill.so");
  const std::string program = absolute(find_program(options.program));
  if (library.empty() || program.empty()) {
    report(
        "packetdrill: cannot find " +
        (library.empty()
             ? "libtapstack_packetdrill.so"
             : options.program +
                   " (build it from github.com/google/packetdrill; --program says where it is)"));
    return kNotFoundStatus;
  }
  Words arguments, scripts;
  for (const std::string& word : words) {
    (word.starts_with("-") ? arguments : scripts).push_back(word);
  }
  if (const tapif::Failure failure = make_namespaces()) {
    report("packetdrill: " + failure.message);
    return kSetUpStatus;
  }
  HarmlessPrograms harmless;
  if (!harmless.make()) {
    report("packetdrill: cannot make a folder in /tmp");
    return kSetUpStatus;
  }
  std::signal(SIGINT, SIG_IGN);  // ends the script that runs, not this: the folder goes as well
  std::signal(SIGTERM, SIG_IGN);
  return run_all({program, library, arguments}, scripts);
}

}  // namespace tapstack::tools
