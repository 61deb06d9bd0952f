#include "shim/engine/fresh_slot.h"

#include "shim/common/sys.h"
#include "shim/engine/handle_pair.h"
#include "shim/engine/stream_pump.h"

namespace tapstack::shim {
namespace {

void stop_listening(Works& works, Slot& slot, int handle) {
  remove_ballast(slot.end, slot.ballast_bytes);
  slot.ballast_bytes = 0;
  slot.tokens = 0;
  if (handle < 0) return;
  take_everything(handle);
  limit_handle(works, slot.id, handle);
}

void empty_pair(Slot& slot, int handle) {
  take_everything(slot.end);
  if (handle >= 0) take_everything(handle);
  slot.moved_bytes = 0;
  slot.marks = {};
  slot.may_read = slot.end_coming = slot.program_ended = slot.writes_urgent = false;
}

}  // namespace

void make_fresh(Works& works, Slot& slot, int handle) {
  const SlotPhase before = slot.phase;
  if (before == SlotPhase::kConnecting) end_connecting(works, slot, SlotPhase::kFresh);
  if (before == SlotPhase::kListening) stop_listening(works, slot, handle);
  if (before == SlotPhase::kConnected) empty_pair(slot, handle);
  take_failure_byte(slot, handle);
  slot.phase = SlotPhase::kFresh;
  slot.was_connected = slot.receive_shut = slot.send_shut = false;
  const Error error = api::take_error(works.stack, slot.id);
  if (error != Error::kNone) slot.pending = error;
}

void wake_readers(Slot& slot) {
  const uint8_t byte = 0;
  slot.failure_byte = sys::send(slot.end, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

}  // namespace tapstack::shim
