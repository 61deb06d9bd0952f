#include "shim/hooks/packet_sockets.h"

#include <alloca.h>
#include <arpa/inet.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/option_table.h"
#include "shim/common/packet_records.h"
#include "shim/common/sys.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/control.h"
#include "shim/hooks/datagram.h"
#include "shim/hooks/message_check.h"
#include "shim/hooks/new_handle.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/stand_in.h"
#include "shim/hooks/wait.h"

namespace tapstack::shim::packet {
namespace {

constexpr int kTypeFlags = SOCK_CLOEXEC | SOCK_NONBLOCK;
constexpr int kTypeMask = 0xf;
constexpr size_t kFrameMax = 65'535 + 18;  // of the largest MTU, with an Ethernet header and a tag
constexpr size_t kFrontParts = 2;
constexpr int kReceiveFlags = MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC;

size_t total_bytes(const msghdr& message) {
  size_t bytes = 0;
  for (size_t i = 0; i < message.msg_iovlen; ++i) bytes += message.msg_iov[i].iov_len;
  return bytes;
}

// Header, record, and the program's parts. `parts` holds kFrontParts more than the message has.
msghdr with_headers(const msghdr& message, DatagramHeader& header, FrameRecord& record,
                    iovec* parts) {
  parts[0] = {&header, sizeof header};
  parts[1] = {&record, sizeof record};
  std::copy_n(message.msg_iov, message.msg_iovlen, parts + kFrontParts);
  msghdr native{};
  native.msg_iov = parts;
  native.msg_iovlen = message.msg_iovlen + kFrontParts;
  return native;
}

// Where a frame shall go; an errno or 0 (packet_snd).
int read_target(const msghdr& message, FrameRecord& record) {
  if (is_no_memory(message.msg_name)) return EFAULT;
  if (message.msg_name == nullptr) return 0;
  sockaddr_ll to{};
  if (message.msg_namelen < sizeof to) return EINVAL;
  std::memcpy(&to, message.msg_name, sizeof to);
  if (message.msg_namelen < offsetof(sockaddr_ll, sll_addr) + to.sll_halen) return EINVAL;
  record.is_named = 1;
  record.interface = to.sll_ifindex;
  record.protocol = ntohs(to.sll_protocol);
  record.address.count = to.sll_halen;
  std::copy_n(to.sll_addr, sizeof to.sll_addr, record.address.octets.begin());
  return 0;
}

void put_name(const FrameRecord& record, msghdr& message) {
  if (message.msg_name == nullptr) return;
  sockaddr_ll from{};
  from.sll_family = AF_PACKET;
  from.sll_protocol = htons(record.protocol);
  from.sll_ifindex = record.interface;
  from.sll_hatype = record.link_type;
  from.sll_pkttype = static_cast<uint8_t>(record.kind);
  from.sll_halen = record.address.count;
  std::copy(record.address.octets.begin(), record.address.octets.end(), from.sll_addr);
  std::memcpy(message.msg_name, &from, std::min<size_t>(message.msg_namelen, sizeof from));
  message.msg_namelen = sizeof from;
}

void put_control(const Handle& handle, const DatagramHeader& header, const FrameRecord& record,
                 size_t bytes, msghdr& message) {
  control::Writer writer(message);
  const uint32_t wanted = descriptors::wanted(handle.id);
  control::add_timestamp(writer, wanted, header.received_realtime_ns);
  if ((wanted & Wanted::kFrameInfo) == 0) return;
  tpacket_auxdata info{};
  info.tp_status = TP_STATUS_USER;
  if (record.is_checksum_partial) info.tp_status |= TP_STATUS_CSUMNOTREADY;
  if (record.is_checksum_good) info.tp_status |= TP_STATUS_CSUM_VALID;
  info.tp_len = record.full_bytes;
  info.tp_snaplen = static_cast<uint32_t>(bytes);
  info.tp_net = record.network_bytes;
  writer.add(SOL_PACKET, PACKET_AUXDATA, &info, sizeof info);
}

// The first message's header without taking it; false if there is none.
bool peek(int fd, DatagramHeader& header, long& bytes) {
  bytes = sys::receive(fd, &header, sizeof header, MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC);
  return bytes >= static_cast<long>(sizeof header) && header.mark == DatagramHeader::kMark;
}

int ring_ready(const Handle& handle) {
  int64_t value = 0;
  return ask::number(Op::kRingReady, handle.id, value) ? static_cast<int>(value) : 0;
}

bool is_frame(const DatagramHeader& header, long bytes) {
  constexpr uint8_t kNoFrame = DatagramHeader::kWakeOnly | DatagramHeader::kRing;
  return (header.flags & kNoFrame) == 0 &&
         bytes >= static_cast<long>(sizeof(DatagramHeader) + sizeof(FrameRecord));
}

}  // namespace

int open(int type, int protocol) {
  constexpr int kTypeEnd = 11;  // SOCK_MAX of the kernel
  const int kind = type & kTypeMask;
  if ((type & ~(kTypeMask | kTypeFlags)) != 0 || kind >= kTypeEnd) return fail(EINVAL);
  if (kind != SOCK_RAW && kind != SOCK_DGRAM) return fail(ESOCKTNOSUPPORT);
  Request request = ask::about(Op::kOpen, SlotId{});
  request.args[0] = AF_PACKET;
  request.args[1] = static_cast<int64_t>(SocketKind::kPacket);
  request.args[2] = ntohs(static_cast<uint16_t>(protocol));
  request.args[3] = kind == SOCK_DGRAM;
  Reply reply;
  int fd = -1;
  if (const int refused = ask::call(request, reply, &fd); refused != 0) return fail(refused);
  return finish_handle(fd, {.id = reply.slot, .is_packet = true}, Phase::kUnknown,
                       type & kTypeFlags, 0);
}

int bind(const Handle& handle, const sockaddr* address, socklen_t length) {
  if (usable(address) == nullptr) return EFAULT;
  sockaddr_ll own{};
  if (length < sizeof own) return EINVAL;
  std::memcpy(&own, address, sizeof own);
  if (own.sll_family != AF_PACKET) return EINVAL;
  Request request = ask::about(Op::kBind, handle.id);
  request.args[0] = ntohs(own.sll_protocol);
  request.args[1] = own.sll_ifindex;
  Reply reply;
  return ask::call(request, reply);
}

int name(Op op, const Handle& handle, sockaddr* address, socklen_t* length) {
  if (op != Op::kLocalEndpoint) return EOPNOTSUPP;
  Reply reply;
  if (const int error = ask::call(ask::about(op, handle.id), reply); error != 0) return error;
  PacketNameRecord record;
  std::memcpy(&record, reply.payload, sizeof record);
  sockaddr_ll own{};
  own.sll_family = AF_PACKET;
  own.sll_protocol = htons(record.protocol);
  own.sll_ifindex = record.interface;
  own.sll_hatype = record.link_type;
  own.sll_halen = record.address.count;
  std::copy(record.address.octets.begin(), record.address.octets.end(), own.sll_addr);
  if (usable(length) == nullptr) return EFAULT;
  if (static_cast<int>(*length) < 0) return EINVAL;
  const size_t bytes = offsetof(sockaddr_ll, sll_addr) + own.sll_halen;
  const size_t room = std::min<size_t>(*length, bytes);
  if (room > 0 && usable(address) == nullptr) return EFAULT;
  std::memcpy(address, &own, room);
  *length = static_cast<socklen_t>(bytes);
  return 0;
}

ssize_t send(int fd, const Handle& handle, const msghdr& message, int flags) {
  if (const int error = check_sent(message); error != 0) return fail(error);
  DatagramHeader header;
  FrameRecord record;
  if (const int error = read_target(message, record); error != 0) return fail(error);
  if (total_bytes(message) > kFrameMax) return fail(EMSGSIZE);
  auto* parts = static_cast<iovec*>(alloca((message.msg_iovlen + kFrontParts) * sizeof(iovec)));
  const msghdr native = with_headers(message, header, record, parts);
  const ssize_t sent = real::sendmsg(fd, &native, (flags & MSG_DONTWAIT) | MSG_NOSIGNAL);
  if (sent < 0) return last_error() == EPIPE ? fail(ENETDOWN) : -1;
  if (const int error = ask::flush(handle.id); error != 0 && error != EBADF) return fail(error);
  return sent - static_cast<ssize_t>(sizeof header + sizeof record);
}

ssize_t receive(int fd, const Handle& handle, msghdr& message, int flags) {
  if ((flags & ~(kReceiveFlags | MSG_ERRQUEUE)) != 0) return fail(EINVAL);
  if ((flags & MSG_ERRQUEUE) != 0) return fail(EAGAIN);
  if (const int error = check_received(message); error != 0) return fail(error);
  auto* parts = static_cast<iovec*>(alloca((message.msg_iovlen + kFrontParts) * sizeof(iovec)));
  for (;;) {
    DatagramHeader header;
    FrameRecord record;
    msghdr native = with_headers(message, header, record, parts);
    const ssize_t bytes = real::recvmsg(fd, &native, (flags & kReceiveFlags) | MSG_TRUNC);
    const int native_error = bytes < 0 ? last_error() : 0;
    // ECONNRESET of the handle: the engine's end is gone.
    if (bytes < 0 && native_error != EAGAIN && native_error != ECONNRESET) return -1;
    if (bytes > 0 && is_frame(header, bytes)) {
      const auto frame = static_cast<size_t>(bytes) - sizeof header - sizeof record;
      message.msg_flags = native.msg_flags & MSG_TRUNC;
      put_name(record, message);
      put_control(handle, header, record, frame, message);
      const size_t taken = (flags & MSG_TRUNC) != 0 ? frame : std::min(frame, total_bytes(message));
      return static_cast<ssize_t>(taken);
    }
    const bool is_ring = bytes > 0 && (header.flags & DatagramHeader::kRing) != 0;
    // Frames go into the ring, and recv() finds none.
    if (is_ring && (flags & MSG_PEEK) == 0) ring_ready(handle);
    if (is_ring) return fail(EAGAIN);
    if (bytes > 0 && (flags & MSG_PEEK) != 0) datagram::drop_wake(fd);
    const int error = stand_in::tell_once(fd, ask::take_error(handle.id));
    if (error != 0) return fail(error);
    if (bytes == 0) return fail(ENETDOWN);
    if (bytes < 0) return fail(native_error);
  }
}

int first_bytes(int fd) {
  DatagramHeader header;
  long bytes = 0;
  if (!peek(fd, header, bytes) || !is_frame(header, bytes)) return 0;
  return static_cast<int>(bytes - static_cast<long>(sizeof header + sizeof(FrameRecord)));
}

bool is_ring_first(int fd) {
  DatagramHeader header;
  long bytes = 0;
  return peek(fd, header, bytes) && (header.flags & DatagramHeader::kRing) != 0;
}

bool is_ring_ready(int fd, const Handle& handle) {
  DatagramHeader header;
  sys::receive(fd, &header, sizeof header, MSG_DONTWAIT);
  return ring_ready(handle) != 0;
}

}  // namespace tapstack::shim::packet
