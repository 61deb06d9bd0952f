// sendfile and splice: native on a handle of a stream. They know no MSG_NOSIGNAL, so a connection
// that is over is noticed before, and the engine asked.
#include <fcntl.h>
#include <poll.h>
#include <sys/sendfile.h>

#include <cerrno>

#include "shim/common/sys.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/settle.h"
#include "shim/hooks/stream.h"
#include "shim/hooks/traced.h"
#include "shim/trace/arguments.h"

namespace tapstack::shim {
namespace {

bool is_hung_up(int fd) {
  pollfd now{fd, 0, 0};
  return sys::poll(&now, 1, 0) > 0 && (now.revents & (POLLHUP | POLLERR)) != 0;
}

// Whether to go on natively with `out` as the destination; otherwise the call has failed.
bool may_send_to(int out) {
  Handle handle;
  if (!descriptors::hinted(out, handle) || !handle.is_stream) return true;
  const stream::Before before = stream::before_send(out, handle, 0);
  if (!before.is_native) {
    stream::fail_send(before.error, 0);
    return false;
  }
  if (!is_hung_up(out) || !descriptors::verified(out, handle)) return true;
  set_last_error(EPIPE);
  stream::after_send(out, 0);
  return false;
}

// Something may have been written to `out`.
void note_sent(int out) {
  Handle handle;
  if (descriptors::hinted(out, handle) && handle.is_stream) settle::sent();
}

ssize_t send_unseen(int out, int in, off_t* offset, size_t bytes) {
  Handle handle;
  // The kernel would put file bytes without their header on a datagram handle.
  if (descriptors::verified(out, handle) && !handle.is_stream) return fail(EINVAL);
  if (!may_send_to(out)) return -1;
  const ssize_t sent = real::sendfile(out, in, offset, bytes);
  note_sent(out);
  return sent;
}

auto ours_of(int one, int other) {
  return [=] { return Ours{one}() || Ours{other}(); };
}

ssize_t send_file(int out, int in, off_t* offset, size_t bytes) {
  return trace::traced(
      "sendfile", ours_of(out, in), [=] { return send_unseen(out, in, offset, bytes); }, out, in,
      offset, bytes);
}

ssize_t splice_unseen(int in, off64_t* in_offset, int out, off64_t* out_offset, size_t bytes,
                      unsigned flags) {
  Handle handle;
  const bool has_datagrams = (descriptors::hinted(in, handle) && !handle.is_stream) ||
                             (descriptors::hinted(out, handle) && !handle.is_stream);
  if (has_datagrams) return fail(EINVAL);
  if (!may_send_to(out)) return -1;
  if (descriptors::hinted(in, handle)) {
    settle::before_look();
    const stream::Before before = stream::before_receive(in, handle, 0);
    if (!before.is_native) return before.error == 0 ? 0 : fail(before.error);
  }
  const ssize_t moved = real::splice(in, in_offset, out, out_offset, bytes, flags);
  note_sent(out);
  const bool from_stream = moved == 0 && bytes > 0 && descriptors::hinted(in, handle);
  return from_stream ? stream::after_receive(in, moved) : moved;
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK ssize_t sendfile(int out, int in, off_t* offset, size_t bytes) noexcept {
  return send_file(out, in, offset, bytes);
}

// On this platform off64_t is off_t.
TAPSTACK_HOOK ssize_t sendfile64(int out, int in, off64_t* offset, size_t bytes) noexcept {
  return send_file(out, in, offset, bytes);
}

TAPSTACK_HOOK ssize_t splice(int in, off64_t* in_offset, int out, off64_t* out_offset, size_t bytes,
                             unsigned flags) {
  return trace::traced(
      "splice", ours_of(in, out),
      [=] { return splice_unseen(in, in_offset, out, out_offset, bytes, flags); }, in, in_offset,
      out, out_offset, bytes, trace::Flags{trace::kSpliceFlags, flags});
}
