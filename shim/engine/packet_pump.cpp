#include "shim/engine/packet_pump.h"

#include <sys/socket.h>

#include <cstring>

#include "core/api/packet_sockets.h"
#include "shim/common/sys.h"
#include "shim/engine/clock.h"

namespace tapstack::shim {

FrameRecord record_of(const FrameInfo& info) {
  FrameRecord record;
  record.interface = info.interface.value;
  record.protocol = info.protocol;
  record.address = info.source;
  record.kind = info.kind;
  record.is_checksum_partial = info.checksum == mem::ChecksumState::kPartial;
  record.is_checksum_good =
      info.checksum == mem::ChecksumState::kVerified && info.kind != FrameKind::kOutgoing;
  record.is_losing = info.is_losing;
  record.link_type = info.link_type;
  record.network_bytes = info.network_bytes;
  record.full_bytes = info.full_bytes;
  return record;
}

size_t pass_frame(Works& works, Slot& slot) {
  auto& buffer = works.scratch.datagram;
  FrameInfo info;
  const Bytes room(buffer);
  const Result<size_t> got =
      api::receive_frame(works.stack, works.now, slot.id, {&room, 1}, false, &info);
  if (!got.ok()) {
    if (got.error() != Error::kWouldBlock) slot.pending = got.error();
    return 0;
  }
  DatagramHeader header;
  header.received_realtime_ns = realtime_of(info.received_at);
  FrameRecord record = record_of(info);
  iovec parts[] = {{&header, sizeof header}, {&record, sizeof record}, {buffer.data(), *got}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  sys::sendmsg(slot.end, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return sizeof header + sizeof record + *got;
}

Error send_frame(Works& works, Slot& slot, ConstBytes message, bool has_record) {
  FrameTarget target;
  if (has_record) {
    FrameRecord record;
    if (message.size() < sizeof record) return Error::kInvalid;
    std::memcpy(&record, message.data(), sizeof record);
    message = message.subspan(sizeof record);
    target = {
        record.is_named != 0, {record.protocol, interface_from(record.interface)}, record.address};
  }
  return api::send_frame(works.stack, works.now, slot.id, {&message, 1}, target).error();
}

}  // namespace tapstack::shim
