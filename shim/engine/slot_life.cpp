#include "shim/engine/slot_life.h"

#include <algorithm>
#include <cerrno>

#include "core/api/run.h"
#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/engine/handle_pair.h"
#include "shim/engine/packet_ring.h"
#include "shim/netlink/requests.h"

namespace tapstack::shim {
namespace {

// Shuts down what is left open of an end of which one direction is shut already. From then on its
// EPOLLHUP is there for good, and only a new event tells that the handle is gone (README.md,
// "Hang-ups"): what is pending is taken before, and the event that the shutdown itself makes is
// taken out again.
void shut_second(Works& works, Slot& slot, int how) {
  works.watch.take(works.slots);
  const bool was_hung_up = slot.is_hung_up;
  sys::shutdown(slot.end, how);
  works.watch.take(works.slots);
  slot.is_hung_up = was_hung_up;
}

void close_copy_of_handle(Slot& slot) {
  private_fds::close(slot.handle);
  slot.handle = -1;
}

bool has_unread(Works& works, Slot& slot) {
  if (!slot.is_stream() || slot.receive_shut) return false;
  if (slot.is_hung_up) {
    int error = 0;  // ECONNRESET: the last handle was closed over unread data, unix(7)
    sys::getsockopt(slot.end, SOL_SOCKET, SO_ERROR, error);
    if (error == ECONNRESET) return true;
    api::consume(works.stack, works.now, slot.id, slot.moved_bytes).ignore();
    slot.moved_bytes = 0;
  } else {
    credit_reads(works, slot);
  }
  const Result<size_t> readable = api::readable_bytes(works.stack, slot.id);
  return readable.ok() && *readable > 0;
}

bool lingers_not(Works& works, Slot& slot) {
  const Result<int64_t> linger = api::get_option(works.stack, slot.id, Option::kLingerS);
  return linger.ok() && *linger == 0;
}

}  // namespace

void refuse_writes(Works& works, Slot& slot) {
  if (slot.write_refused) return;
  slot.write_refused = true;
  slot.may_read = slot.end_coming = true;
  if (slot.end_shown) return shut_second(works, slot, SHUT_RD);
  sys::shutdown(slot.end, SHUT_RD);
}

void show_end(Works& works, Slot& slot) {
  if (slot.end_shown) return;
  slot.end_shown = true;
  if (slot.write_refused || slot.program_ended) return shut_second(works, slot, SHUT_WR);
  sys::shutdown(slot.end, SHUT_WR);
}

void credit_reads(Works& works, Slot& slot) {
  if (slot.moved_bytes == 0) return;
  const uint32_t unread = std::min(slot.moved_bytes, outstanding_bytes(slot.end));
  if (unread == slot.moved_bytes) return;
  api::consume(works.stack, works.now, slot.id, slot.moved_bytes - unread).ignore();
  slot.moved_bytes = unread;
}

void begin_close(Works& works, Slot& slot) {
  if (slot.is_closing) return;
  slot.is_closing = true;
  const bool is_pumped = slot.phase == SlotPhase::kConnected || slot.phase == SlotPhase::kDatagram;
  if (!is_pumped || has_unread(works, slot) || lingers_not(works, slot)) {
    finish_close(works, slot);
    return;
  }
  refuse_writes(works, slot);
  slot.may_read = slot.end_coming = true;
  works.slots.enqueue(slot);
}

void finish_close(Works& works, Slot& slot) {
  close_copy_of_handle(slot);
  if (slot.phase == SlotPhase::kNetlink) {
    netlink::forget(works, slot);
  } else {
    drop_ring(works, slot);
    api::close(works.stack, works.now, slot.id).ignore();
  }
  works.watch.remove(slot);
  sys::shutdown(slot.end, SHUT_RDWR);
  private_fds::close(slot.end);
  works.slots.remove(slot);
}

}  // namespace tapstack::shim
