#include "shim/hooks/readiness.h"

#include <poll.h>

#include "shim/hooks/ask.h"
#include "shim/hooks/datagram.h"
#include "shim/hooks/descriptors.h"

namespace tapstack::shim {
namespace {

// With POLLRDHUP, POLLIN and POLLOUT only if they were asked for.
int asked(int events, int bits) { return events & bits; }

int of_connected(SlotId id, int revents) {
  // Both directions over: by FINs, or by a reset or a time-out, which leave an error behind.
  SlotStatus status;
  if ((revents & POLLHUP) != 0 && ask::status(id, status) && status.pending_error != 0) {
    revents |= POLLERR;
  }
  return revents;
}

int of_unconnected(SlotId id, const SlotStatus& status, int events, int revents) {
  constexpr int kIn = POLLIN | POLLRDNORM, kOut = POLLOUT | POLLWRNORM;
  if (status.is_listening) {
    descriptors::set_phase(id, Phase::kListening);
    return revents;
  }
  if (status.tcp_state == TcpState::kSynSent || status.tcp_state == TcpState::kSynReceived) {
    return revents & ~(kIn | kOut);
  }
  const bool failed = status.pending_error != 0 || descriptors::phase(id) == Phase::kFailed;
  if (failed) descriptors::set_phase(id, Phase::kFailed);
  revents = asked(events, failed ? kIn | kOut | POLLRDHUP : kOut) | POLLHUP;
  return status.pending_error != 0 ? revents | POLLERR : revents;
}

int of_stream(SlotId id, int events, int revents) {
  const Phase phase = descriptors::phase(id);
  if (phase == Phase::kConnected) return of_connected(id, revents);
  if (phase == Phase::kListening) return revents;
  SlotStatus status;
  if (!ask::status(id, status)) return revents;
  if (!status.was_connected) return of_unconnected(id, status, events, revents);
  descriptors::set_phase(id, Phase::kConnected);
  return of_connected(id, revents);
}

}  // namespace

short corrected_events(int fd, short events, short revents) {
  Handle handle;
  if ((revents & POLLNVAL) != 0 || !descriptors::hinted(fd, handle)) return revents;
  if (handle.is_stream) {
    const Phase phase = descriptors::phase(handle.id);
    const bool is_plain = phase == Phase::kConnected || phase == Phase::kListening;
    if (is_plain && (revents & POLLHUP) == 0) return revents;
    if (!descriptors::verified(fd, handle) || !handle.is_stream) return revents;
    return static_cast<short>(of_stream(handle.id, events, revents));
  }
  constexpr int kIn = POLLIN | POLLRDNORM;
  const bool shows_no_wake = (revents & kIn) == 0 && (events & kIn) != 0;
  if (shows_no_wake) return revents;
  if (!descriptors::verified(fd, handle) || !datagram::is_wake_first(fd)) return revents;
  return static_cast<short>((revents & ~kIn) | POLLERR);
}

bool is_silent_error(int fd, short events) {
  Handle handle;
  if ((events & (POLLIN | POLLRDNORM)) != 0) return false;
  if (!descriptors::hinted(fd, handle) || handle.is_stream) return false;
  return descriptors::verified(fd, handle) && datagram::is_wake_first(fd);
}

bool is_silently_ready(int fd) {
  Handle handle;
  if (!descriptors::hinted(fd, handle) || !handle.is_stream) return false;
  const Phase phase = descriptors::phase(handle.id);
  if (phase != Phase::kFresh && phase != Phase::kFailed) return false;
  return descriptors::verified(fd, handle) && handle.is_stream;
}

}  // namespace tapstack::shim
