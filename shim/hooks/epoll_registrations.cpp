#include "shim/hooks/epoll_registrations.h"

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <string>
#include <string_view>

#include "shim/names/text_file.h"

namespace tapstack::shim::epoll_registrations {
namespace {

constexpr int kWatchersMax = 1 << 16;
constinit std::atomic<bool> watchers[kWatchersMax];

// A line "tfd: 5 events: 19 data: 7f00 ...", numbers but the first in hexadecimal.
bool read(std::string_view line, Registration& found) {
  return std::sscanf(std::string(line).c_str(), "tfd: %d events: %" SCNx32 " data: %" SCNx64,
                     &found.fd, &found.events, &found.data) == 3;
}

}  // namespace

void note_watcher(int epoll) {
  if (epoll >= 0 && epoll < kWatchersMax) watchers[epoll].store(true, std::memory_order_relaxed);
}

bool is_watcher(int epoll) {
  return epoll >= 0 && epoll < kWatchersMax && watchers[epoll].load(std::memory_order_relaxed);
}

std::vector<Registration> of_epoll(int epoll) {
  const std::string all =
      names::read_text_file(("/proc/self/fdinfo/" + std::to_string(epoll)).c_str());
  std::vector<Registration> found;
  for (std::string_view rest = all; !rest.empty();) {
    Registration one{.epoll = epoll};
    if (read(names::take_line(rest), one)) found.push_back(one);
  }
  return found;
}

std::vector<Registration> of_descriptor(int fd) {
  std::vector<Registration> found;
  for (int epoll = 0; epoll < kWatchersMax; ++epoll) {
    if (!is_watcher(epoll)) continue;
    const std::vector<Registration> all = of_epoll(epoll);
    std::copy_if(all.begin(), all.end(), std::back_inserter(found),
                 [fd](const Registration& one) { return one.fd == fd; });
  }
  return found;
}

}  // namespace tapstack::shim::epoll_registrations
