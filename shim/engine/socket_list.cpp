#include "shim/engine/socket_list.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>

#include "shim/common/sys.h"
#include "shim/engine/handle_pair.h"
#include "shim/engine/requests.h"

namespace tapstack::shim {
namespace {

// What lies in the pair of a stream: of the bytes there the program may have read some of which the
// core has not heard, and what it wrote has not reached the core.
void count_pair(const Slot& slot, Listed& line) {
  if (slot.phase != SlotPhase::kConnected) return;
  if (slot.moved_bytes > 0) {
    const uint32_t unread = std::min(slot.moved_bytes, outstanding_bytes(slot.end));
    line.receive_queue -= std::min(line.receive_queue, slot.moved_bytes - unread);
  }
  int written = 0;
  if (sys::ioctl(slot.end, FIONREAD, &written) == 0) {
    line.send_queue += static_cast<uint32_t>(std::max(written, 0));
  }
}

}  // namespace

uint32_t mark_of(Works& works, const api::ListedSocket& found) {
  Slot* const slot = found.socket.is_null() ? nullptr : works.slots.find(found.socket);
  const bool has_program = slot != nullptr && !slot->is_closing;
  return has_program ? static_cast<uint32_t>(slot->kept_of(Kept::kMark)) : 0;
}

SocketRecord record_of(Works& works, const api::ListedSocket& found) {
  constexpr uint64_t kNobodys = uint64_t{1} << 63;
  SocketRecord record;
  record.line = found.line;
  record.cookie = found.line.key | kNobodys;
  Slot* slot = found.socket.is_null() ? nullptr : works.slots.find(found.socket);
  if (slot == nullptr) return record;
  record.cookie = cookie_of(slot->name());
  if (slot->is_closing) return record;  // the program has closed it
  record.uid = slot->uid;
  record.inode = slot->inode;
  record.mark = mark_of(works, found);
  record.priority = static_cast<uint32_t>(slot->kept_of(Kept::kPriority));
  if (slot->is_stream()) count_pair(*slot, record.line);
  return record;
}

bool next_record(Works& works, SocketKind kind, uint32_t& position, SocketRecord& out) {
  api::ListedSocket found;
  if (!api::list_next(works.stack, works.now, kind, position, found)) return false;
  out = record_of(works, found);
  return true;
}

int report_sockets(Works& works, const Request& request, Reply& reply) {
  if (request.args[0] < 0 || request.args[0] > static_cast<int64_t>(SocketKind::kRaw) ||
      request.args[1] < 0 || request.args[1] > UINT32_MAX) {
    return EINVAL;
  }
  const auto kind = static_cast<SocketKind>(request.args[0]);
  auto position = static_cast<uint32_t>(request.args[1]);
  size_t used = 0;
  SocketRecord record;
  while (used + sizeof record <= sizeof reply.payload) {
    if (!next_record(works, kind, position, record)) {
      reply.value = -1;
      reply.payload_bytes = static_cast<uint16_t>(used);
      return 0;
    }
    std::memcpy(reply.payload + used, &record, sizeof record);
    used += sizeof record;
  }
  reply.value = position;
  reply.payload_bytes = static_cast<uint16_t>(used);
  return 0;
}

int report_pair_inodes(Works& works, const Request& request, Reply& reply) {
  if (request.args[0] < 0) return EINVAL;
  auto position = static_cast<size_t>(request.args[0]);
  size_t used = 0;
  while (used + 2 * sizeof(uint64_t) <= sizeof reply.payload) {
    const Slot* slot = works.slots.next(position);
    if (slot == nullptr) break;
    const uint64_t inodes[] = {slot->inode, inode_of(slot->end)};
    std::memcpy(reply.payload + used, inodes, sizeof inodes);
    used += sizeof inodes;
  }
  reply.value = used == 0 ? -1 : static_cast<int64_t>(position);
  reply.payload_bytes = static_cast<uint16_t>(used);
  return 0;
}

}  // namespace tapstack::shim
