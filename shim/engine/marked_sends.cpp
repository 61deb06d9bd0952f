#include "shim/engine/marked_sends.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>

#include "shim/common/sys.h"
#include "shim/engine/send_notices.h"
#include "shim/engine/stream_pump.h"

namespace tapstack::shim {
namespace {

uint32_t bytes_in_pair(const Slot& slot) {
  int bytes = 0;
  return sys::ioctl(slot.end, FIONREAD, &bytes) == 0 ? static_cast<uint32_t>(std::max(bytes, 0))
                                                     : 0;
}

bool may_send(const Slot& slot) {
  return slot.phase == SlotPhase::kConnected && !slot.is_closing && !slot.is_hung_up &&
         !slot.program_ended && !slot.write_refused;
}

PairMark mark_of(Slot& slot, const Request& request) {
  const int64_t stamping = request.args[1];
  return {request.args[0] != 0,
          reports_of(stamping < 0 ? slot.kept_of(Kept::kTimestamping) : stamping)};
}

bool has_room(Works& works, const Slot& slot, size_t bytes) {
  const Result<size_t> spans = api::reserve_send(works.stack, slot.id, bytes, works.scratch.spans);
  if (!spans.ok()) return false;
  size_t room = 0;
  for (size_t i = 0; i < *spans; ++i) room += works.scratch.spans[i].size();
  api::commit_send(works.stack, works.now, slot.id, 0).ignore();
  return room >= bytes;
}

}  // namespace

int send_marked(Works& works, Slot& slot, const Request& request) {
  const size_t bytes = request.payload_bytes;
  if (bytes == 0 || bytes > kPayloadBytes) return EPROTO;
  if (!may_send(slot)) return EAGAIN;
  slot.may_read = true;
  pump_stream(works, slot);
  if (!may_send(slot) || bytes_in_pair(slot) > 0 || !has_room(works, slot, bytes)) return EAGAIN;
  const PairMark mark = mark_of(slot, request);
  const ConstBytes text(request.payload, bytes);
  const Result<size_t> sent = api::send(works.stack, works.now, slot.id, {{text}}, {},
                                        {.ends_record = mark.ends_record, .reports = mark.reports});
  return sent.ok() ? 0 : EAGAIN;
}

int mark_written(Slot& slot, const Request& request) {
  const uint32_t ahead = bytes_in_pair(slot);
  if (slot.phase == SlotPhase::kConnected && ahead > 0) {
    slot.marks.push(ahead, mark_of(slot, request));
  }
  return 0;
}

}  // namespace tapstack::shim
