#include "shim/hooks/epoll_reports.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <climits>
#include <cstdio>
#include <string>
#include <string_view>

#include "shim/hooks/descriptors.h"
#include "shim/hooks/readiness.h"
#include "shim/hooks/result.h"
#include "shim/names/text_file.h"

namespace tapstack::shim::epoll_reports {
namespace {

// Descriptors whose error queue has something, of one look; more wait for the next.
struct Reporting {
  std::array<int, 64> fds;
  size_t count = 0;

  Reporting() {
    for (int fd = descriptors::next_handle(0, UINT_MAX); fd >= 0 && count < fds.size();
         fd = descriptors::next_handle(static_cast<unsigned>(fd) + 1, UINT_MAX)) {
      Handle handle;
      const bool reports = descriptors::hinted(fd, handle) && handle.is_stream &&
                           descriptors::phase(handle.id) == Phase::kReporting;
      if (reports && silence_of(fd) == Silence::kReady) fds[count++] = fd;
    }
  }
  bool has(int fd) const {
    return std::find(fds.begin(), fds.begin() + count, fd) != fds.begin() + count;
  }
};

// A line "tfd: 5 events: 19 data: 7f00 ...", numbers but the first in hexadecimal.
struct Registration {
  int fd = -1;
  uint32_t events = 0;
  uint64_t data = 0;

  bool read(std::string_view line) {
    return std::sscanf(std::string(line).c_str(), "tfd: %d events: %" SCNx32 " data: %" SCNx64, &fd,
                       &events, &data) == 3;
  }
  // EPOLLONESHOT disarms by taking what is asked for away.
  bool is_armed() const { return (events & (uint32_t{EPOLLERR} | EPOLLHUP)) != 0; }
};

}  // namespace

int collect(int epoll, epoll_event* events, int count) {
  const KeepError keep;
  const Reporting reporting;
  if (reporting.count == 0) return 0;
  const std::string all =
      names::read_text_file(("/proc/self/fdinfo/" + std::to_string(epoll)).c_str());
  std::string_view rest = all;
  int found = 0;
  while (!rest.empty() && found < count) {
    Registration registered;
    if (!registered.read(names::take_line(rest))) continue;
    if (!registered.is_armed() || !reporting.has(registered.fd)) continue;
    events[found].events = EPOLLERR;
    events[found++].data.u64 = registered.data;
  }
  return found;
}

}  // namespace tapstack::shim::epoll_reports
