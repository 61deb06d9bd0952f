#include "tools/program.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "tools/report.h"

namespace tapstack::tools {
namespace {

bool is_executable(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

std::string own_folder() {
  char path[PATH_MAX];
  const ssize_t n = ::readlink("/proc/self/exe", path, sizeof path);
  const std::string whole(path, n > 0 ? static_cast<size_t>(n) : 0);
  return whole.substr(0, whole.rfind('/'));
}

// A file in the folder of this command, in one beside it, or where it is installed.
std::string find_beside(const std::string& name, const char* beside, const char* installed) {
  const std::string here = own_folder();
  for (const std::string& folder : {here, here + beside, std::string(installed)}) {
    const std::string candidate = folder + "/" + name;
    char resolved[PATH_MAX];
    if (::realpath(candidate.c_str(), resolved) != nullptr) return resolved;
  }
  return {};
}

}  // namespace

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  std::stringstream folders(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
  std::string folder, forbidden;
  while (std::getline(folders, folder, ':')) {
    std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    if (is_executable(candidate)) return candidate;
    if (forbidden.empty() && ::access(candidate.c_str(), F_OK) == 0) forbidden = candidate;
  }
  return forbidden;
}

std::string find_library(const std::string& name) {
  return find_beside(name, "/../lib", TAPSTACK_LIBDIR);
}

std::string find_keeper_program() {
  return find_beside("tapstack-keeper", "/../libexec/tapstack", TAPSTACK_LIBEXECDIR);
}

int become(const std::string& path, const std::vector<std::string>& words) {
  if (path.empty()) {
    report(words.front() + ": not found");
    return kNotFoundStatus;
  }
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(path.c_str(), arguments.data());
  const int error = errno;
  report(path + ": " + std::strerror(error));
  return error == ENOENT ? kNotFoundStatus : kNotExecutableStatus;
}

}  // namespace tapstack::tools
