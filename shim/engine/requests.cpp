#include "shim/engine/requests.h"

#include <sys/socket.h>

#include <cerrno>

#include "core/api/run.h"
#include "shim/common/errno_map.h"
#include "shim/common/sys.h"
#include "shim/engine/datagram_pump.h"
#include "shim/engine/marked_sends.h"
#include "shim/engine/packet_requests.h"
#include "shim/engine/send_notices.h"
#include "shim/engine/slot_life.h"
#include "shim/engine/urgent.h"
#include "shim/netlink/requests.h"
#include "shim/netlink/serve.h"

namespace tapstack::shim {
namespace {

// `text` as an endpoint-valued reply.
int answer_endpoint(const Result<Endpoint>& endpoint, Reply& reply) {
  if (endpoint.ok()) reply.endpoint = *endpoint;
  return to_errno(endpoint.error());
}

int answer_tcp_info(Works& works, Slot& slot, Reply& reply) {
  const Result<TcpInfo> info = api::tcp_info(works.stack, works.now, slot.id);
  return info.ok() ? answer(reply, *info) : to_errno(info.error());
}

int bind_to(Works& works, Slot& slot, const Endpoint& local) {
  const Status status = api::bind(works.stack, works.now, slot.id, local);
  slot.is_bound |= status.ok();
  return to_errno(status.error());
}

void close_everything(Works& works) {
  size_t n = 0;
  while (Slot* slot = works.slots.next(n)) begin_close(works, *slot);
}

// Requests that name no socket; false if this one does.
bool serve_general(Works& works, const Request& request, Reply& reply, int& fd_out) {
  switch (request.op) {
    case Op::kOpen:
      reply.error = request.args[0] == AF_NETLINK
                        ? netlink::open_socket(works, request, reply, fd_out)
                        : open_socket(works, request, reply, fd_out);
      return true;
    case Op::kSource:
      reply.error = report_source(works, request.endpoint, reply);
      return true;
    case Op::kInterface:
      reply.error = report_interface(works, static_cast<size_t>(request.args[0]), reply);
      return true;
    case Op::kCounters:
      reply.error = report_counters(works, static_cast<size_t>(request.args[0]), reply);
      return true;
    case Op::kRtnetlink:
      reply.error = netlink::serve_alone(works, request, reply);
      return true;
    case Op::kSockets:
      reply.error = report_sockets(works, request, reply);
      return true;
    case Op::kPairInodes:
      reply.error = report_pair_inodes(works, request, reply);
      return true;
    case Op::kTurn:
    case Op::kTakeHangUps:
      return true;  // the effect is all
    case Op::kDrain:
      close_everything(works);
      return true;
    default:
      return false;
  }
}

// What programs set about a socket and read back.
int serve_option(Works& works, Slot& slot, const Request& request, Reply& reply) {
  switch (request.op) {
    case Op::kSetOption:
      return set_option(works, slot, request);
    case Op::kGetOption:
      return get_option(works, slot, request, reply);
    case Op::kSetIcmp6Filter:
      return set_icmp6_filter(works, slot, request);
    case Op::kIcmp6Filter:
      return report_icmp6_filter(works, slot, reply);
    case Op::kSetPacketHeader:
      return set_packet_header(works, slot, request);
    case Op::kPacketHeader:
      return report_packet_header(works, slot, request, reply);
    case Op::kKeep:
      return keep_option(works, slot, request);
    case Op::kKept:
      return report_kept(slot, request, reply);
    case Op::kSetWanted:
      slot.wanted = static_cast<uint32_t>(request.args[0]);
      return 0;
    default:
      return EPROTO;
  }
}

// What belongs to sends, beside the bytes on the handle.
int serve_send(Works& works, Slot& slot, const Request& request, Reply& reply) {
  switch (request.op) {
    case Op::kUrgentNext:
      return expect_urgent(slot);
    case Op::kFlush:
      return flush(works, slot);
    case Op::kCheckSend:
      return check_send(works, slot, request);
    case Op::kSendMarked:
      return slot.is_stream() ? send_marked(works, slot, request) : EPROTO;
    case Op::kMarkWritten:
      return slot.is_stream() ? mark_written(slot, request) : EPROTO;
    case Op::kZeroCopied:
      return count_zero_copy(works, slot);
    case Op::kSendNotice:
      return report_send_notice(works, slot, reply);
    default:
      return serve_option(works, slot, request, reply);
  }
}

int serve_socket(Works& works, Slot& slot, const Request& request, Reply& reply, int& fd_out) {
  if (is_packet_call(request.op)) return serve_packet_call(works, slot, request, reply, fd_out);
  switch (request.op) {
    case Op::kBind:
      return slot.kind == SocketKind::kPacket ? bind_packet_socket(works, slot, request)
                                              : bind_to(works, slot, request.endpoint);
    case Op::kListen:
      return listen_on(works, slot, request);
    case Op::kConnect:
      return connect_to(works, slot, request);
    case Op::kAccept:
      return accept_connection(works, slot, request, reply, fd_out);
    case Op::kShutdown:
      return shut_down(works, slot, request);
    case Op::kClose:
      return close_handle(works, slot, request.args[0] == 1);
    case Op::kLocalEndpoint:
      if (slot.kind == SocketKind::kPacket) return name_packet_socket(works, slot, reply);
      return answer_endpoint(api::local_endpoint(works.stack, slot.id), reply);
    case Op::kRemoteEndpoint:
      return answer_endpoint(api::remote_endpoint(works.stack, slot.id), reply);
    case Op::kTakeError:
      return take_error(works, slot, reply);
    case Op::kStatus:
      return report_status(works, slot, reply);
    case Op::kTcpInfo:
      return answer_tcp_info(works, slot, reply);
    case Op::kQueuedError:
      return report_queued_error(works, slot, reply);
    case Op::kReadable:
      return report_readable(works, slot, reply);
    case Op::kUnsent:
    case Op::kNotSent:
      return report_unsent(works, slot, request, reply);
    case Op::kGroup:
      return change_group(works, slot, request);
    case Op::kGroupFilter:
      return report_group_filter(works, slot, request, reply);
    default:
      return serve_send(works, slot, request, reply);
  }
}

}  // namespace

Effect effect_of(Op op) {
  switch (op) {
    case Op::kOpen:
    case Op::kBind:
    case Op::kListen:
    case Op::kConnect:
    case Op::kClose:  // what was written goes out before a reset, as it has with Linux by now
    case Op::kTakeHangUps:
      return Effect::kNeedsHangUps;
    case Op::kAccept:
    case Op::kShutdown:
    case Op::kSetOption:
    case Op::kSetIcmp6Filter:
    case Op::kTakeError:
    case Op::kQueuedError:
    case Op::kCheckSend:
    case Op::kSendNotice:
    case Op::kSendMarked:
    case Op::kZeroCopied:
    case Op::kGroup:
    case Op::kRingReady:
    case Op::kTurn:
    case Op::kFlush:
    case Op::kRtnetlink:
    case Op::kDrain:
      return Effect::kActs;
    default:
      return Effect::kNone;
  }
}

void serve_request(Works& works, const Request& request, Reply& reply, int& fd_out) {
  if (serve_general(works, request, reply, fd_out)) return;
  Slot* slot = works.slots.find(request.slot);
  if (slot == nullptr || slot->is_closing) {
    reply.error = EBADF;
  } else if (slot->phase == SlotPhase::kNetlink) {
    reply.error = netlink::serve_call(works, *slot, request, reply);
  } else {
    reply.error = serve_socket(works, *slot, request, reply, fd_out);
  }
}

void describe_engine(const Works& works, const char* device, Reply& reply) {
  HelloRecord record;
  record.pid = static_cast<int32_t>(sys::call(SYS_getpid));
  std::memcpy(record.token, works.token.bytes.data(), sizeof record.token);
  std::strncpy(record.device, device, sizeof record.device - 1);
  reply.error = answer(reply, record);
}

bool is_drained(const Works& works) {
  return works.slots.used() == 0 && api::is_drained(works.stack, works.now);
}

}  // namespace tapstack::shim
