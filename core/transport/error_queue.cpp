#include "transport/error_queue.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tapstack::transport {
namespace {

// What does not fit PacketInfo, in the packet's header area.
struct Record {
  Error error;
  uint8_t type;
  uint8_t code;
  bool is_local;
  uint32_t info;
  uint8_t payload_bytes;
  uint8_t payload[sizeof(QueuedError::payload)];
};
static_assert(sizeof(Record) <= kConfig.packet_header_bytes);

}  // namespace

void ErrorQueue::push(const Context& ctx, const QueuedError& error) {
  if (packets_.count >= kConfig.error_queue_max) return;
  mem::PacketPtr packet = ctx.memory.new_packet(mem::Priority::kData);
  if (!packet) return;
  Record record{error.error, error.type,          error.code, error.is_local,
                error.info,  error.payload_bytes, {}};
  std::memcpy(record.payload, error.payload, sizeof record.payload);
  std::memcpy(ctx.memory.prepend(*packet, sizeof record), &record, sizeof record);
  packet->info.source = error.reporter;
  packet->info.ttl = error.hop_limit;
  packet->info.destination = error.destination.address;
  packet->info.destination_port = error.destination.port;
  packet->info.received_at = error.received_at;
  ctx.memory.push(packets_, std::move(packet));
}

Result<QueuedError> ErrorQueue::pop(mem::PacketMemory& memory) {
  mem::PacketPtr packet = memory.pop(packets_);
  if (!packet) return Error::kWouldBlock;
  Record record;
  std::memcpy(&record, memory.pull(*packet, sizeof record), sizeof record);
  QueuedError out;
  out.error = record.error;
  out.type = record.type;
  out.code = record.code;
  out.is_local = record.is_local;
  out.info = record.info;
  out.payload_bytes = record.payload_bytes;
  std::memcpy(out.payload, record.payload, sizeof out.payload);
  out.reporter = packet->info.source;
  out.hop_limit = packet->info.ttl;
  out.destination = {packet->info.destination, packet->info.destination_port};
  out.received_at = packet->info.received_at;
  return out;
}

Error ErrorQueue::front_reported(const mem::PacketMemory& memory) const {
  if (is_empty()) return Error::kNone;
  Record record;
  memory.copy_out(memory.packet(packets_.head), 0,
                  {reinterpret_cast<uint8_t*>(&record), sizeof record});
  return record.is_local ? Error::kNone : record.error;
}

QueuedError queued_error_from(const net::IcmpError& error, uint8_t payload_offset, Port port,
                              Instant now) {
  QueuedError out;
  out.error = error.error;
  out.type = error.type;
  out.code = error.code;
  out.info = error.mtu_bytes;
  out.reporter = error.reporter;
  out.hop_limit = error.hop_limit;
  out.destination = {error.destination, port};
  out.received_at = now;
  if (error.quoted_bytes > payload_offset) {
    out.payload_bytes = static_cast<uint8_t>(error.quoted_bytes - payload_offset);
    std::memcpy(out.payload, error.quoted + payload_offset, out.payload_bytes);
  }
  return out;
}

}  // namespace tapstack::transport
