#include "shim/hooks/environment.h"

#include <fcntl.h>
#include <unistd.h>

#include <climits>
#include <string_view>

#include "shim/common/identity.h"
#include "shim/common/sys.h"
#include "shim/hooks/descriptors.h"

namespace tapstack::shim::environment {
namespace {

constexpr std::string_view kPreload = "LD_PRELOAD=";
constexpr std::string_view kSettings = "TAPSTACK_";

// Up to and with the '='.
std::string_view name_of(const char* entry) {
  const std::string_view text = entry;
  return text.substr(0, text.find('=') + 1);
}

bool has(char* const* variables, std::string_view name) {
  for (; variables != nullptr && *variables != nullptr; ++variables) {
    if (std::string_view(*variables).starts_with(name)) return true;
  }
  return false;
}

bool is_ours(const char* entry) {
  const std::string_view text = entry;
  return text.starts_with(kPreload) || text.starts_with(kSettings);
}

size_t count(char* const* variables) {
  size_t entries = 0;
  while (variables != nullptr && variables[entries] != nullptr) ++entries;
  return entries;
}

bool is_inherited(int fd) {
  Identity identity;
  const int flags = sys::fcntl(fd, F_GETFD);
  return flags >= 0 && (flags & FD_CLOEXEC) == 0 && identify(fd, identity);
}

bool passes_sockets_on() {
  // A child of vfork moves them to its standard descriptors, which the table does not hear of.
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (is_inherited(fd)) return true;
  }
  for (int fd = descriptors::next_handle(0, UINT_MAX); fd >= 0;
       fd = descriptors::next_handle(static_cast<unsigned>(fd) + 1, UINT_MAX)) {
    if (is_inherited(fd)) return true;
  }
  return false;
}

}  // namespace

size_t completed_entries(char* const* given) {
  if (given == environ || has(given, kPreload) || !has(environ, kPreload)) return 0;
  if (!passes_sockets_on()) return 0;
  size_t entries = count(given);
  for (char** own = environ; *own != nullptr; ++own) {
    entries += is_ours(*own) && !has(given, name_of(*own));
  }
  return entries;
}

void complete(char* const* given, char** to) {
  for (char* const* from = given; from != nullptr && *from != nullptr; ++from) *to++ = *from;
  for (char** own = environ; *own != nullptr; ++own) {
    if (is_ours(*own) && !has(given, name_of(*own))) *to++ = *own;
  }
  *to = nullptr;
}

}  // namespace tapstack::shim::environment
