#include "shim/engine/urgent.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>

#include "shim/common/sys.h"

namespace tapstack::shim {

void keep_urgent_in_queue(Works& works, SocketId id) {
  api::set_option(works.stack, works.now, id, Option::kOobInline, 1).ignore();
}

Stretch stretch_to_move(Works& works, const Slot& slot, size_t most) {
  const Result<size_t> mark = api::urgent_offset(works.stack, slot.id);
  if (!mark.ok() || *mark < slot.moved_bytes) return {most, 0};
  if (*mark == slot.moved_bytes) return {1, MSG_OOB};
  return {std::min(most, *mark - slot.moved_bytes), 0};
}

bool is_urgent_coming(Works& works, const Slot& slot) {
  const Result<size_t> mark = api::urgent_offset(works.stack, slot.id);
  return mark.ok() && *mark >= slot.moved_bytes;
}

int expect_urgent(Slot& slot) {
  if (slot.writes_urgent) return 0;
  // Inline, so that reading stops before the octet and then begins with it.
  const int error = -static_cast<int>(sys::setsockopt(slot.end, SOL_SOCKET, SO_OOBINLINE, 1));
  slot.writes_urgent = error == 0;
  return error;
}

bool is_at_mark(int end) {
  int is_there = 0;
  return sys::ioctl(end, SIOCATMARK, &is_there) == 0 && is_there != 0;
}

}  // namespace tapstack::shim
