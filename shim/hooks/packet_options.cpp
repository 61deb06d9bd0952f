// Options of packet sockets, in the order and with the errors of packet_setsockopt and
// packet_getsockopt of Linux.
#include <linux/if_packet.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "shim/common/option_table.h"
#include "shim/common/packet_records.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/option_value.h"
#include "shim/hooks/packet_sockets.h"

namespace tapstack::shim::packet {
namespace {

using option_value::put;

// Options that are an int which is only kept, what it may be, and whether a ring forbids it.
struct Number {
  int name;
  Kept kept;
  int min, max;
  bool before_ring;
};
constexpr Number kNumbers[] = {
    {PACKET_COPY_THRESH, Kept::kPacketCopy, INT_MIN, INT_MAX, false},
    {PACKET_RESERVE, Kept::kPacketReserve, 0, INT_MAX, true},
    {PACKET_LOSS, Kept::kPacketLoss, INT_MIN, INT_MAX, true},
    {PACKET_ORIGDEV, Kept::kPacketOrigin, INT_MIN, INT_MAX, false},
    {PACKET_TIMESTAMP, Kept::kPacketTimestamp, INT_MIN, INT_MAX, false},
    {PACKET_TX_HAS_OFF, Kept::kPacketOffset, INT_MIN, INT_MAX, true},
    {PACKET_QDISC_BYPASS, Kept::kPacketBypass, INT_MIN, INT_MAX, false},
};

const Number* number_named(int name) {
  const auto* found = std::ranges::find(kNumbers, name, &Number::name);
  return found == std::end(kNumbers) ? nullptr : found;
}

bool is_flag(int name) {
  return name == PACKET_LOSS || name == PACKET_ORIGDEV || name == PACKET_TX_HAS_OFF ||
         name == PACKET_QDISC_BYPASS;
}

bool has_ring(SlotId id) {
  int64_t bytes = 0;
  return ask::number(Op::kRingMemory, id, bytes) && bytes > 0;
}

template <class Record>
int tell(Op op, SlotId id, const Record& record) {
  Request request = ask::about(op, id);
  request.payload_bytes = sizeof record;
  std::memcpy(request.payload, &record, sizeof record);
  Reply reply;
  return ask::call(request, reply);
}

int read_int(const void* value, socklen_t length, int& number) {
  if (length != sizeof number) return EINVAL;
  if (value == nullptr) return EFAULT;
  std::memcpy(&number, value, sizeof number);
  return 0;
}

int set_version(SlotId id, const void* value, socklen_t length) {
  int version = 0;
  if (const int error = read_int(value, length, version); error != 0) return error;
  if (version != TPACKET_V1 && version != TPACKET_V2) return EINVAL;
  return has_ring(id) ? EBUSY : ask::keep(id, Kept::kPacketVersion, version);
}

int set_number(SlotId id, const Number& row, const void* value, socklen_t length) {
  int number = 0;
  if (row.name == PACKET_ORIGDEV && length > sizeof number) length = sizeof number;
  if (const int error = read_int(value, length, number); error != 0) return error;
  if (number < row.min || number > row.max) return EINVAL;
  if (row.before_ring && has_ring(id)) return EBUSY;
  return ask::keep(id, row.kept, is_flag(row.name) ? number != 0 : number);
}

int set_ring(SlotId id, const void* value, socklen_t length) {
  tpacket_req wanted;
  if (length < sizeof wanted) return EINVAL;
  if (value == nullptr) return EFAULT;
  std::memcpy(&wanted, value, sizeof wanted);
  int reserve = 0;
  RingRecord record{
      0, wanted.tp_block_size, wanted.tp_block_nr, wanted.tp_frame_size, wanted.tp_frame_nr, 0};
  ask::kept(id, Kept::kPacketVersion, record.version);
  ask::kept(id, Kept::kPacketReserve, reserve);
  record.reserve_bytes = static_cast<uint32_t>(reserve);
  return tell(Op::kSetRing, id, record);
}

int change_membership(SlotId id, int name, const void* value, socklen_t length) {
  constexpr size_t kAddressMax = 32;  // MAX_ADDR_LEN
  struct {
    packet_mreq head;
    uint8_t rest[kAddressMax - sizeof packet_mreq::mr_address];
  } wanted{};
  if (length < sizeof wanted.head) return EINVAL;
  if (value == nullptr) return EFAULT;
  std::memcpy(&wanted, value, std::min<size_t>(length, sizeof wanted));
  if (length < wanted.head.mr_alen + offsetof(packet_mreq, mr_address)) return EINVAL;
  const int type = wanted.head.mr_type;
  const bool names_address = type == PACKET_MR_MULTICAST || type == PACKET_MR_UNICAST;
  return tell(Op::kPacketMembership, id,
              MembershipRecord{name == PACKET_ADD_MEMBERSHIP ? uint8_t{1} : uint8_t{0},
                               names_address ? uint8_t{1} : uint8_t{0},
                               static_cast<uint8_t>(std::min<int>(wanted.head.mr_alen, UINT8_MAX)),
                               wanted.head.mr_ifindex});
}

int set_wanted(SlotId id, const void* value, socklen_t length) {
  int number = 0;
  if (length < sizeof number) return EINVAL;
  if (value == nullptr) return EFAULT;
  std::memcpy(&number, value, sizeof number);
  const uint32_t wanted = descriptors::wanted(id);
  return descriptors::set_wanted(
      id, number != 0 ? wanted | Wanted::kFrameInfo : wanted & ~Wanted::kFrameInfo);
}

int set_ignoring(SlotId id, const void* value, socklen_t length) {
  int number = 0;
  if (const int error = read_int(value, length, number); error != 0) return error;
  if (number < 0 || number > 1) return EINVAL;
  return ask::set_option(id, Option::kPacketIgnoreOutgoing, number);
}

int set_packet(SlotId id, int name, const void* value, socklen_t length) {
  if (const Number* row = number_named(name)) return set_number(id, *row, value, length);
  switch (name) {
    case PACKET_ADD_MEMBERSHIP:
    case PACKET_DROP_MEMBERSHIP:
      return change_membership(id, name, value, length);
    case PACKET_RX_RING:
      return set_ring(id, value, length);
    case PACKET_VERSION:
      return set_version(id, value, length);
    case PACKET_AUXDATA:
      return set_wanted(id, value, length);
    case PACKET_IGNORE_OUTGOING:
      return set_ignoring(id, value, length);
    default:  // no ring to send by, no fan-out, no virtio-net headers
      return ENOPROTOOPT;
  }
}

// TPACKET_V3 has longer statistics and is not there.
int get_statistics(SlotId id, void* value, socklen_t* length) {
  Reply reply;
  const int error = ask::call(ask::about(Op::kPacketStatistics, id), reply);
  if (error != 0) return error;
  PacketStatistics statistics;
  std::memcpy(&statistics, reply.payload, sizeof statistics);
  const tpacket_stats out{statistics.frames, statistics.drops};
  return put(value, length, &out, sizeof out);
}

int get_header_bytes(void* value, socklen_t* length) {
  int version = 0;
  if (*length < sizeof version) return EINVAL;
  if (value == nullptr) return EFAULT;
  std::memcpy(&version, value, sizeof version);
  if (version != TPACKET_V1 && version != TPACKET_V2) return EINVAL;
  const int bytes = version == TPACKET_V1 ? sizeof(tpacket_hdr) : sizeof(tpacket2_hdr);
  return put(value, length, &bytes, sizeof bytes);
}

int get_number(SlotId id, int name, int& number) {
  int64_t in_core = 0;
  if (const Number* row = number_named(name)) return ask::kept(id, row->kept, number);
  switch (name) {
    case PACKET_VERSION:
      return ask::kept(id, Kept::kPacketVersion, number);
    case PACKET_AUXDATA:
      number = (descriptors::wanted(id) & Wanted::kFrameInfo) != 0;
      return 0;
    case PACKET_IGNORE_OUTGOING: {
      const int error = ask::get_option(id, Option::kPacketIgnoreOutgoing, in_core);
      number = static_cast<int>(in_core);
      return error;
    }
    case PACKET_VNET_HDR:
    case PACKET_FANOUT:
      number = 0;
      return 0;
    case PACKET_ROLLOVER_STATS:
      return EINVAL;
    default:
      return ENOPROTOOPT;
  }
}

int get_packet(SlotId id, int name, void* value, socklen_t* length) {
  if (length == nullptr) return EFAULT;
  if (static_cast<int>(*length) < 0) return EINVAL;
  if (name == PACKET_STATISTICS) return get_statistics(id, value, length);
  if (name == PACKET_HDRLEN) return get_header_bytes(value, length);
  int number = 0;
  if (const int error = get_number(id, name, number); error != 0) return error;
  return put(value, length, &number, sizeof number);
}

int get_of_sockets(const Handle& handle, int name, int& number) {
  Reply reply;
  if (name == SO_DOMAIN) {
    number = AF_PACKET;
    return 0;
  }
  if (const int error = ask::call(ask::about(Op::kLocalEndpoint, handle.id), reply); error != 0) {
    return error;
  }
  PacketNameRecord record;
  std::memcpy(&record, reply.payload, sizeof record);
  number = record.is_cooked ? SOCK_DGRAM : SOCK_RAW;
  return 0;
}

}  // namespace

bool get_option(const Handle& handle, int level, int name, void* value, socklen_t* length,
                int& error) {
  if (level == SOL_PACKET) {
    error = get_packet(handle.id, name, value, length);
    return true;
  }
  if (level != SOL_SOCKET) {
    error = ENOPROTOOPT;
    return true;
  }
  if (name != SO_DOMAIN && name != SO_TYPE) return false;
  int number = 0;
  error = get_of_sockets(handle, name, number);
  if (error == 0 && length == nullptr) error = EFAULT;
  if (error == 0) error = option_value::put_int(level, value, length, number);
  return true;
}

bool set_option(const Handle& handle, int level, int name, const void* value, socklen_t length,
                int& error) {
  if (level == SOL_SOCKET) return false;
  error = level == SOL_PACKET ? set_packet(handle.id, name, value, length) : ENOPROTOOPT;
  return true;
}

}  // namespace tapstack::shim::packet
