#include "shim/hooks/epoll_reports.h"

#include <algorithm>
#include <array>
#include <climits>

#include "shim/hooks/descriptors.h"
#include "shim/hooks/epoll_registrations.h"
#include "shim/hooks/readiness.h"
#include "shim/hooks/result.h"

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

}  // namespace

int collect(int epoll, epoll_event* events, int count) {
  const KeepError keep;
  const Reporting reporting;
  if (reporting.count == 0) return 0;
  int found = 0;
  for (const auto& registered : epoll_registrations::of_epoll(epoll)) {
    if (found == count) break;
    if (!registered.is_armed() || !reporting.has(registered.fd)) continue;
    events[found].events = EPOLLERR;
    events[found++].data.u64 = registered.data;
  }
  return found;
}

}  // namespace tapstack::shim::epoll_reports
