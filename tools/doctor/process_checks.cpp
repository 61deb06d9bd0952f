// Checks of what a process inherits: environment, limits, filters, the container around it.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "core/api/create.h"
#include "tapif/os.h"
#include "tools/doctor/checks.h"

namespace tapstack::tools::doctor {
namespace {

// The value of a line "name:\tvalue" of /proc/self/status.
std::string status_of(const char* name) {
  std::istringstream lines(tapif::os::read_file("/proc/self/status"));
  const std::string start = std::string(name) + ":\t";
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(start)) return line.substr(start.size());
  }
  return {};
}

bool is_sanitizer(const std::string& path) {
  return path.find("/libasan.") != std::string::npos || path.find("/libtsan.") != std::string::npos;
}

// Other libraries in LD_PRELOAD and /etc/ld.so.preload.
std::string other_preloads() {
  const char* variable = std::getenv("LD_PRELOAD");
  std::string all = variable != nullptr ? variable : "";
  all += " " + tapif::os::read_file("/etc/ld.so.preload");
  for (char& c : all) {
    if (c == ':') c = ' ';
  }
  std::istringstream words(all);
  std::string others;
  for (std::string word; words >> word;) {
    if (!word.ends_with("libtapstack.so") && !is_sanitizer(word)) others += " " + word;
  }
  return others;
}

std::string container_name() {
  if (::access("/.dockerenv", F_OK) == 0) return "docker";
  if (::access("/run/.containerenv", F_OK) == 0) return "podman";
  const char* variable = std::getenv("container");
  return variable != nullptr ? variable : "";
}

}  // namespace

Finding check_preload() {
  const std::string others = other_preloads();
  if (others.empty()) return ok("preload", "no other library is preloaded");
  return warn("preload", "also preloaded:" + others,
              "it may take socket calls before or behind Tapstack: unset LD_PRELOAD, "
              "or empty /etc/ld.so.preload, if something is odd");
}

Finding check_descriptors() {
  constexpr rlim_t kFew = 4096;  // half of them are for sockets' other ends
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::string count = std::to_string(limit.rlim_max);
  if (limit.rlim_max >= kFew) return ok("descriptors", "up to " + count + " (hard RLIMIT_NOFILE)");
  return warn("descriptors", "hard RLIMIT_NOFILE is " + count + ": at most half as many sockets",
              "raise it (ulimit -Hn 65536 as root, LimitNOFILE= of a service)");
}

Finding check_memory() {
  const rlim_t bytes = api::stack_bytes();
  const auto too_small = [bytes](int resource) {
    rlimit limit{};
    return ::getrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0 &&
           limit.rlim_cur < bytes;
  };
  const std::string size = std::to_string(bytes >> 20) + " MiB";
  for (const auto& [resource, name] : {std::pair{RLIMIT_AS, "RLIMIT_AS (ulimit -v)"},
                                       std::pair{RLIMIT_FSIZE, "RLIMIT_FSIZE (ulimit -f)"}}) {
    if (!too_small(resource)) continue;
    return fail("memory", std::string(name) + " is below the " + size + " that a stack maps",
                "raise it; only what is used becomes resident");
  }
  return ok("memory", "a stack of " + size + " can be mapped; only what is used becomes resident");
}

Finding check_seccomp() {
  if (status_of("Seccomp") != "2") return ok("seccomp", "no filter");
  return warn("seccomp", "a filter is in force (a container's or a service's)",
              "if the other checks pass it allows enough; otherwise "
              "--security-opt seccomp=unconfined for docker and podman");
}

Finding check_container() {
  const std::string name = container_name();
  if (name.empty()) return ok("container", "none noticed");
  return warn("container", "inside a container (" + name + ")",
              "if node or privilege are missing, start it with --device /dev/net/tun "
              "--cap-add NET_ADMIN");
}

}  // namespace tapstack::tools::doctor
