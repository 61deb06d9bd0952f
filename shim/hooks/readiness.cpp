#include "shim/hooks/readiness.h"

#include <poll.h>

#include "shim/hooks/ask.h"
#include "shim/hooks/datagram.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/packet_sockets.h"

namespace tapstack::shim {
namespace {

constexpr int kIn = POLLIN | POLLRDNORM, kOut = POLLOUT | POLLWRNORM;

// What poll says for bits of Readiness.
int poll_bits(uint16_t readiness) {
  const Readiness ready{readiness};
  int bits = 0;
  if (ready.has(Readiness::kReadable)) bits |= kIn;
  if (ready.has(Readiness::kWritable)) bits |= kOut;
  if (ready.has(Readiness::kPeerClosed)) bits |= POLLRDHUP;
  if (ready.has(Readiness::kHangUp)) bits |= POLLHUP;
  if (ready.has(Readiness::kError)) bits |= POLLERR;
  return bits;
}

int of_connected(SlotId id, int revents) {
  // Both directions over: by FINs, or by a reset or a time-out, which leave an error behind.
  SlotStatus status;
  if ((revents & POLLHUP) != 0 && ask::status(id, status) && status.pending_error != 0) {
    revents |= POLLERR;
  }
  return revents;
}

int of_reporting(SlotId id, int revents) {
  SlotStatus status;
  if (!ask::status(id, status)) return revents;
  const bool has_error = (revents & POLLHUP) != 0 && status.pending_error != 0;
  return has_error || status.has_queued_error ? revents | POLLERR : revents;
}

// The handle shows a byte of ours at most.
int of_unconnected(SlotId id, const SlotStatus& status, int events, int revents) {
  if (status.is_listening) {
    descriptors::set_phase(id, Phase::kListening);
    return revents;
  }
  const int error = status.pending_error != 0 ? POLLERR : 0;
  return (poll_bits(status.readiness) | error) & (events | POLLERR | POLLHUP);
}

int of_stream(SlotId id, int events, int revents) {
  const Phase phase = descriptors::phase(id);
  if (phase == Phase::kConnected) return of_connected(id, revents);
  if (phase == Phase::kReporting) return of_reporting(id, revents);
  if (phase == Phase::kListening) return revents;
  SlotStatus status;
  if (!ask::status(id, status)) return revents;
  if (!status.was_connected) return of_unconnected(id, status, events, revents);
  descriptors::set_phase(id, Phase::kConnected);
  return of_connected(id, revents);
}

// TCP has no band of its own for writing (tcp_poll), the handle has (unix_poll). Who asks for
// nothing else has the answer that wakes him.
int without_write_band(int revents) {
  const int others = revents & ~POLLWRBAND;
  return others != 0 ? others : revents;
}

}  // namespace

short corrected_events(int fd, short events, short revents) {
  Handle handle;
  if ((revents & POLLNVAL) != 0 || !descriptors::hinted(fd, handle)) return revents;
  if (handle.is_stream) {
    const Phase phase = descriptors::phase(handle.id);
    const bool is_plain = phase == Phase::kConnected || phase == Phase::kListening;
    if (is_plain && (revents & POLLRDHUP) != 0) descriptors::saw_end(handle.id);
    if (is_plain && (revents & (POLLHUP | POLLWRBAND)) == 0) return revents;
    if (!descriptors::verified(fd, handle) || !handle.is_stream) return revents;
    return static_cast<short>(of_stream(handle.id, events, without_write_band(revents)));
  }
  const bool shows_no_wake = (revents & kIn) == 0 && (events & kIn) != 0;
  if (shows_no_wake) return revents;
  if (!descriptors::verified(fd, handle)) return revents;
  if (handle.is_packet && packet::is_ring_first(fd)) {
    return packet::is_ring_ready(fd, handle) ? revents : static_cast<short>(revents & ~kIn);
  }
  if (!datagram::is_wake_first(fd)) return revents;
  SlotStatus status;
  const bool is_over = ask::status(handle.id, status) && status.receive_shut;
  return static_cast<short>((is_over ? revents : revents & ~kIn) | POLLERR);
}

bool is_silent_error(int fd, short events) {
  Handle handle;
  if ((events & (POLLIN | POLLRDNORM)) != 0) return false;
  if (!descriptors::hinted(fd, handle) || handle.is_stream) return false;
  return descriptors::verified(fd, handle) && datagram::is_wake_first(fd);
}

Silence silence_of(int fd) {
  Handle handle;
  if (!descriptors::hinted(fd, handle) || !handle.is_stream) return Silence::kNone;
  const Phase phase = descriptors::phase(handle.id);
  if (phase == Phase::kConnected || phase == Phase::kListening) return Silence::kNone;
  if (!descriptors::verified(fd, handle) || !handle.is_stream) return Silence::kNone;
  SlotStatus status;
  if (!ask::status(handle.id, status)) return Silence::kNone;
  if (phase == Phase::kReporting) {
    return status.has_queued_error ? Silence::kReady : Silence::kMayReport;
  }
  const bool is_over = !status.was_connected && (poll_bits(status.readiness) & POLLHUP) != 0;
  return is_over ? Silence::kReady : Silence::kNone;
}

}  // namespace tapstack::shim
