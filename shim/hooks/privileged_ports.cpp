#include "shim/hooks/privileged_ports.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>

#include <charconv>

#include "shim/common/capability.h"
#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

constexpr unsigned kUsualStart = 1024;  // PROT_SOCK of Linux; where the setting cannot be read

// It may be changed at any time, so it is read each time; binding such a port is rare.
unsigned first_free_port() {
  const long fd =
      sys::call(SYS_openat, AT_FDCWD, sys::pointer("/proc/sys/net/ipv4/ip_unprivileged_port_start"),
                O_RDONLY | O_CLOEXEC);
  if (fd < 0) return kUsualStart;
  char text[16];
  const long n = sys::read(static_cast<int>(fd), text, sizeof text);
  sys::close(static_cast<int>(fd));
  unsigned start = kUsualStart;
  if (n > 0) std::from_chars(text, text + n, start);
  return start;
}

}  // namespace

bool is_port_denied(uint16_t port) {
  // Most programs bind higher ones, on most machines.
  if (port == 0 || has_capability(CAP_NET_BIND_SERVICE)) return false;
  return port < first_free_port();
}

}  // namespace tapstack::shim
