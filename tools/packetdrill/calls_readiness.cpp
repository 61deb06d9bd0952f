// poll and epoll, in virtual time.
#include <algorithm>
#include <cerrno>

#include "tools/packetdrill/calls.h"

namespace tapstack::packetdrill {
namespace {

// Bits of poll(2), which are epoll's too (Linux, include/uapi/linux/eventpoll.h).
struct Bit {
  uint16_t readiness;
  uint32_t event;
};
constexpr Bit kBits[] = {
    {Readiness::kReadable, EPOLLIN | EPOLLRDNORM},
    {Readiness::kWritable, EPOLLOUT | EPOLLWRNORM},
    {Readiness::kPeerClosed, EPOLLRDHUP},
    {Readiness::kHangUp, EPOLLHUP},
    {Readiness::kError, EPOLLERR},
    {Readiness::kUrgent, EPOLLPRI},
};

uint32_t events_of(Session& s, SocketId id) {
  const Readiness ready = api::readiness(s.stack(), id);
  uint32_t events = 0;
  for (const Bit& bit : kBits) {
    if (ready.has(bit.readiness)) events |= bit.event;
  }
  return events;
}

Instant deadline_after(Session& s, int timeout_ms) {
  return timeout_ms < 0 ? Instant::never() : s.now() + Duration::ms(timeout_ms);
}

int look(Session& s, pollfd* entries, nfds_t count) {
  int ready = 0;
  for (nfds_t i = 0; i < count; ++i) {
    entries[i].revents = 0;
    if (entries[i].fd < 0) continue;
    SocketId id;
    const uint32_t events = s.descriptors().find(entries[i].fd, id) ? events_of(s, id) : POLLNVAL;
    const auto wanted = static_cast<uint32_t>(entries[i].events) | POLLHUP | POLLERR | POLLNVAL;
    entries[i].revents = static_cast<int16_t>(events & wanted);
    ready += entries[i].revents != 0;
  }
  return ready;
}

// What `watch` has to report now, marked as reported; 0 if nothing.
uint32_t report(Session& s, Watch& watch) {
  SocketId id;
  if (watch.is_disarmed || !s.descriptors().find(watch.fd, id)) return 0;
  const bool is_edge = (watch.wanted.events & EPOLLET) != 0;
  if (is_edge && !watch.has_edge) return 0;
  const uint32_t events = events_of(s, id) & (watch.wanted.events | EPOLLHUP | EPOLLERR);
  watch.has_edge = false;
  if (events != 0 && (watch.wanted.events & EPOLLONESHOT) != 0) watch.is_disarmed = true;
  return events;
}

int look(Session& s, std::vector<Watch>& watches, epoll_event* events, int count) {
  int ready = 0;
  for (Watch& watch : watches) {
    if (ready == count) break;
    const uint32_t now = report(s, watch);
    if (now == 0) continue;
    events[ready].events = now;
    events[ready].data = watch.wanted.data;
    ++ready;
  }
  return ready;
}

}  // namespace

int call_poll(Session& s, pollfd* entries, nfds_t count, int timeout_ms) {
  Call call(s);
  const Instant deadline = deadline_after(s, timeout_ms);
  for (;;) {
    const int ready = look(s, entries, count);
    if (ready > 0 || !call.wait(deadline)) return ready;
  }
}

int call_epoll_create(Session& s) {
  Call call(s);
  return s.descriptors().add_epoll();
}

int call_epoll_ctl(Session& s, int epoll_fd, int operation, int fd, const epoll_event* event) {
  Call call(s);
  std::vector<Watch>* watches = s.descriptors().watches(epoll_fd);
  SocketId id;
  if (watches == nullptr || !s.descriptors().find(fd, id)) return fail(EBADF);
  const auto found = std::find_if(watches->begin(), watches->end(),
                                  [fd](const Watch& watch) { return watch.fd == fd; });
  const bool is_known = found != watches->end();
  if (operation != EPOLL_CTL_ADD && !is_known) return fail(ENOENT);
  if (operation == EPOLL_CTL_DEL) {
    watches->erase(found);
    return 0;
  }
  if (event == nullptr) return fail(EFAULT);
  if (operation == EPOLL_CTL_MOD) {
    *found = Watch{fd, *event};
    return 0;
  }
  if (operation != EPOLL_CTL_ADD) return fail(EINVAL);
  if (is_known) return fail(EEXIST);
  watches->push_back(Watch{fd, *event});
  return 0;
}

int call_epoll_wait(Session& s, int epoll_fd, epoll_event* events, int count, int timeout_ms) {
  Call call(s);
  std::vector<Watch>* watches = s.descriptors().watches(epoll_fd);
  if (watches == nullptr) return fail(EBADF);
  if (count <= 0) return fail(EINVAL);
  const Instant deadline = deadline_after(s, timeout_ms);
  for (;;) {
    const int ready = look(s, *watches, events, count);
    if (ready > 0 || !call.wait(deadline)) return ready;
  }
}

}  // namespace tapstack::packetdrill
