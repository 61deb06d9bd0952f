#include "shim/engine/packet_requests.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/api/packet_sockets.h"
#include "shim/common/errno_map.h"
#include "shim/common/packet_records.h"
#include "shim/engine/packet_ring.h"
#include "shim/engine/requests.h"

namespace tapstack::shim {
namespace {

template <class Record>
bool take_record(const Request& request, Record& record) {
  if (request.payload_bytes != sizeof record) return false;
  std::memcpy(&record, request.payload, sizeof record);
  return true;
}

int report_statistics(Works& works, const Slot& slot, Reply& reply) {
  const Result<PacketStatistics> statistics = api::take_packet_statistics(works.stack, slot.id);
  return statistics.ok() ? answer(reply, *statistics) : to_errno(statistics.error());
}

int change_membership(Works& works, const Slot& slot, const Request& request) {
  MembershipRecord record;
  if (!take_record(request, record)) return EPROTO;
  const auto kind =
      record.names_address != 0 ? PacketMembership::Kind::kAddress : PacketMembership::Kind::kAll;
  return to_errno(
      api::change_packet_membership(
          works.stack, slot.id,
          {record.is_added != 0, kind, interface_from(record.interface), record.address_bytes})
          .error());
}

int set_ring(Works& works, Slot& slot, const Request& request) {
  RingRecord record;
  if (!take_record(request, record)) return EPROTO;
  return slot.kind == SocketKind::kPacket ? set_ring(works, slot, record) : ENOPROTOOPT;
}

int give_ring_memory(const Slot& slot, const Request& request, Reply& reply, int& fd_out) {
  reply.value = slot.ring.fd < 0 ? 0 : static_cast<int64_t>(slot.ring.bytes());
  if (reply.value == 0 || request.args[0] == 0) return 0;
  fd_out = copy_ring_memory(slot);
  reply.slot = slot.name();
  return fd_out < 0 ? EMFILE : 0;
}

// The program has taken the message that said so.
int report_ring(Works& works, Slot& slot, Reply& reply) {
  if (slot.ring.fd < 0) return 0;
  slot.ring.is_shown = false;
  fill_ring(works, slot);
  reply.value = show_ring(works, slot);
  return 0;
}

// A filter comes in pieces; of those that several threads send at once only one is whole.
int take_filter_piece(Works& works, const Slot& slot, const Request& request) {
  FilterDraft& draft = works.scratch.filter;
  const int64_t count = request.args[0], begin = request.args[1];
  const size_t pieces = request.payload_bytes / sizeof(FilterInstruction);
  if (count < 1 || count > static_cast<int64_t>(draft.instructions.size())) return EINVAL;
  const bool continues = draft.slot == slot.name() && draft.known == static_cast<size_t>(begin);
  if (begin < 0 || (begin > 0 && !continues)) return EAGAIN;
  if (static_cast<size_t>(begin) + pieces > static_cast<size_t>(count)) return EPROTO;
  std::memcpy(draft.instructions.data() + begin, request.payload,
              pieces * sizeof(FilterInstruction));
  draft.slot = slot.name();
  draft.known = static_cast<size_t>(begin) + pieces;
  if (draft.known < static_cast<size_t>(count)) return 0;
  const FilterProgram program(draft.instructions.data(), draft.known);
  return to_errno(api::attach_filter(works.stack, slot.id, program).error());
}

int report_filter(Works& works, const Slot& slot, const Request& request, Reply& reply) {
  const Result<FilterProgram> program = api::filter(works.stack, slot.id);
  if (!program.ok()) return to_errno(program.error());
  reply.value = static_cast<int64_t>(program->size());
  const size_t begin = std::min(program->size(), static_cast<size_t>(request.args[0]));
  const size_t count = std::min(program->size() - begin, kFilterPieceMax);
  reply.payload_bytes = static_cast<uint16_t>(count * sizeof(FilterInstruction));
  if (count > 0) std::memcpy(reply.payload, program->data() + begin, reply.payload_bytes);
  return 0;
}

int report_lock(Works& works, const Slot& slot, Reply& reply) {
  const Result<bool> is_locked = api::is_filter_locked(works.stack, slot.id);
  reply.value = is_locked.ok() && *is_locked;
  return to_errno(is_locked.error());
}

}  // namespace

bool is_packet_call(Op op) { return op >= Op::kPacketStatistics && op <= Op::kFilter; }

int serve_packet_call(Works& works, Slot& slot, const Request& request, Reply& reply, int& fd_out) {
  switch (request.op) {
    case Op::kPacketStatistics:
      return report_statistics(works, slot, reply);
    case Op::kPacketMembership:
      return change_membership(works, slot, request);
    case Op::kSetRing:
      return set_ring(works, slot, request);
    case Op::kRingMemory:
      return give_ring_memory(slot, request, reply, fd_out);
    case Op::kRingReady:
      return report_ring(works, slot, reply);
    case Op::kFilterPiece:
      return take_filter_piece(works, slot, request);
    case Op::kDetachFilter:
      return to_errno(api::detach_filter(works.stack, slot.id).error());
    case Op::kLockFilter:
      return to_errno(api::lock_filter(works.stack, slot.id, request.args[0] != 0).error());
    case Op::kFilterLocked:
      return report_lock(works, slot, reply);
    default:
      return report_filter(works, slot, request, reply);
  }
}

int bind_packet_socket(Works& works, Slot& slot, const Request& request) {
  const InterfaceId interface = interface_from(request.args[1]);
  const PacketBinding binding{static_cast<uint16_t>(request.args[0]), interface};
  return to_errno(api::bind_packet(works.stack, works.now, slot.id, binding).error());
}

int name_packet_socket(Works& works, const Slot& slot, Reply& reply) {
  const Result<PacketName> name = api::packet_name(works.stack, slot.id);
  if (!name.ok()) return to_errno(name.error());
  PacketNameRecord record;
  record.interface = name->binding.interface.value;
  record.protocol = name->binding.protocol;
  record.link_type = name->link_type;
  record.address = name->address;
  record.is_cooked = name->is_cooked;
  return answer(reply, record);
}

}  // namespace tapstack::shim
