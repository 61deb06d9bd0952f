#include "shim/hooks/close.h"

#include <linux/close_range.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/linger.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/traced.h"
#include "shim/trace/arguments.h"

namespace tapstack::shim {

bool prepare_close(int fd) {
  Handle handle;
  if (!descriptors::is_own_process()) {
    descriptors::all_exposed();  // a child of vfork: the parent's sockets are in two processes
    return false;
  }
  const bool is_ours = descriptors::verified(fd, handle);
  descriptors::forget(fd);
  if (!is_ours) return false;
  const bool copied = descriptors::may_have_copies(handle.id);
  if (!copied) linger_before_close(fd, handle);
  Request request = ask::about(Op::kClose, handle.id);
  request.args[0] = copied;
  Reply reply;
  ask::call(request, reply);
  return copied;
}

void finish_close() {
  Reply reply;
  ask::call(ask::about(Op::kTakeHangUps, SlotId{}), reply);
}

namespace {

int close_one(int fd) {
  const bool copied = prepare_close(fd);
  const int result = real::close(fd);
  if (copied) finish_close();
  return result;
}

// Closes [first, last] but for the library's own descriptors. The kernel's result of the last
// piece.
int close_span(unsigned first, unsigned last, int flags) {
  const bool closes = (flags & CLOSE_RANGE_CLOEXEC) == 0;
  bool copied = false;
  if (closes) {
    for (int fd = descriptors::next_handle(first, last); fd >= 0;
         fd = descriptors::next_handle(static_cast<unsigned>(fd) + 1, last)) {
      copied = prepare_close(fd) || copied;
    }
    if (descriptors::is_own_process()) descriptors::forget_range(first, last);
  }
  int result = 0;
  for (unsigned from = first;;) {
    const int kept = private_fds::next_private(from, last);
    const unsigned end = kept < 0 ? last : static_cast<unsigned>(kept) - 1;
    if (kept != static_cast<int>(from)) result = real::close_range(from, end, flags);
    if (kept < 0 || static_cast<unsigned>(kept) == last) break;
    from = static_cast<unsigned>(kept) + 1;
  }
  if (copied) finish_close();
  return result;
}

// Whether one of the descriptors is ours.
auto ours_among(unsigned first, unsigned last) {
  return [=] { return descriptors::next_handle(first, last) >= 0; };
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int close(int fd) {
  if (sys::Passthrough::is_on()) return real::close(fd);
  if (private_fds::is_private(fd)) return fail(EBADF);
  return traced_on("close", fd, [=] { return close_one(fd); });
}

TAPSTACK_HOOK int close_range(unsigned first, unsigned last, int flags) noexcept {
  if (sys::Passthrough::is_on() || first > last) return real::close_range(first, last, flags);
  return trace::traced(
      "close_range", ours_among(first, last), [=] { return close_span(first, last, flags); }, first,
      last, flags);
}

TAPSTACK_HOOK void closefrom(int first) noexcept {
  const KeepError keep;
  const auto lowest = static_cast<unsigned>(std::max(first, 0));
  const int result = trace::traced(
      "closefrom", ours_among(lowest, UINT_MAX), [=] { return close_span(lowest, UINT_MAX, 0); },
      first);
  if (result != 0) real::closefrom(first);  // before Linux 5.9: the kernel lacks close_range
}
