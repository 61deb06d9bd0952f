#include "shim/netlink/serve.h"

#include <cerrno>

#include "shim/common/sys.h"
#include "shim/engine/handle_pair.h"
#include "shim/engine/slot_life.h"
#include "shim/netlink/delivery.h"
#include "shim/netlink/family.h"
#include "shim/netlink/requests.h"
#include "shim/netlink/state.h"

namespace tapstack::shim::netlink {
namespace {

// What lies in front of a program that reads a dump; the rest is made as it reads.
constexpr uint32_t kAheadBytes = 65'536;
// As much as programs expect at a time that have not shown a larger buffer: NLMSG_GOODSIZE of Linux
// on pages of 4 KB, less what its own buffers take.
constexpr size_t kPieceBytes = 3'776;

Writer writer_for(Works& works, const Socket& socket, const Message& request, size_t bytes) {
  return Writer(Bytes(works.scratch.netlink).first(bytes),
                {socket.port, request.header.nlmsg_seq, 0});
}

void pass_on(Works& works, Slot& slot, Socket& socket, const Writer& out) {
  if (!out.is_empty() && !deliver(slot, socket, out.written())) overrun(works, slot, socket);
}

// What extended acknowledgements add (netlink_ack_tlv_fill).
void write_explanation(Writer& out, int error, const ExtendedAck& ack, ConstBytes request) {
  if (ack.text != nullptr) out.text(NLMSGERR_ATTR_MSG, ack.text);
  const bool is_inside = ack.attribute.data() >= request.data() &&
                         ack.attribute.data() < request.data() + request.size();
  if (error != 0 && is_inside) {
    out.number(NLMSGERR_ATTR_OFFS, static_cast<uint32_t>(ack.attribute.data() - request.data()));
  }
}

bool explains(const Socket& socket, int error, const ExtendedAck& ack) {
  return socket.wants_extended_acks &&
         (ack.text != nullptr || (error != 0 && ack.attribute.data() != nullptr));
}

// NLMSG_ERROR, of an error or to acknowledge (netlink_ack).
void acknowledge(Works& works, Slot& slot, Socket& socket, const Message& request, int error,
                 const ExtendedAck& ack) {
  Writer out = writer_for(works, socket, request, works.scratch.netlink.size());
  const bool has_request = error != 0 && !socket.caps_acks;
  const bool is_explained = explains(socket, error, ack);
  const int flags = (has_request ? 0 : NLM_F_CAPPED) | (is_explained ? NLM_F_ACK_TLVS : 0);
  out.begin(NLMSG_ERROR, static_cast<uint16_t>(flags));
  out.fixed(nlmsgerr{-error, request.header});
  if (has_request) out.padded(request.body);
  if (is_explained) write_explanation(out, error, ack, request.whole);
  if (!out.end()) return overrun(works, slot, socket);
  pass_on(works, slot, socket, out);
}

// NLMSG_DONE; `error` ended the dump. False: it has no room behind what is written already.
bool write_done(Writer& out, const Socket& socket, int error, const ExtendedAck& ack) {
  const bool is_explained = explains(socket, error, ack) && ack.text != nullptr;
  out.begin(NLMSG_DONE, is_explained ? NLM_F_ACK_TLVS : 0);
  out.fixed(int32_t{-error});
  if (is_explained) out.text(NLMSGERR_ATTR_MSG, ack.text);
  return out.end();
}

// What came of a piece of a dump.
enum class Piece : uint8_t {
  kPut,
  kPaused,  // as much of it as there was
  kNoRoom,  // nothing is changed
};

// The next datagram of a dump.
Piece dump_piece(Works& works, Slot& slot, Socket& socket) {
  Dump& dump = socket.dump;
  ConstBytes rest = ConstBytes(dump.request).first(dump.request_bytes);
  const std::optional<Message> request = take_message(rest);
  const Family* family = find_family(socket.protocol);
  dump.was_interrupted |= dump.tables != works.netlink.tables();
  Writer out = writer_for(works, socket, *request, kPieceBytes);
  out.set_flags(static_cast<uint16_t>(NLM_F_MULTI | (dump.was_interrupted ? NLM_F_DUMP_INTR : 0)));
  Call call{works, slot, socket, dump.is_admin, out, {}};
  Cursor at = dump.at;
  const int result = family->dump(call, *request, at);
  const bool goes_on = result == kMore || result == kPause;
  const bool is_over = !goes_on && write_done(out, socket, result, call.ack);
  if (!out.is_empty() && !deliver(slot, socket, out.written())) return Piece::kNoRoom;
  dump.at = at;
  dump.is_active = !is_over;
  return result == kPause ? Piece::kPaused : Piece::kPut;
}

void go_on_dumping(Works& works, Slot& slot, Socket& socket) {
  while (socket.dump.is_active && outstanding_bytes(slot.end) < kAheadBytes) {
    const Piece piece = dump_piece(works, slot, socket);
    if (piece == Piece::kPaused) return works.slots.enqueue(slot);
    if (piece == Piece::kNoRoom) break;
  }
  if (socket.dump.is_active) works.watch.want_room(slot, true);
}

int begin_dump(Works& works, Socket& socket, const Message& request, bool is_admin) {
  Dump& dump = socket.dump;
  if (dump.is_active) return EBUSY;
  if (request.whole.size() > dump.request.size()) return ENOBUFS;
  dump.is_active = true;
  dump.is_admin = is_admin;
  dump.was_interrupted = false;
  dump.at = {};
  dump.tables = works.netlink.tables();
  dump.request_bytes = static_cast<uint32_t>(request.whole.size());
  std::memcpy(dump.request.data(), request.whole.data(), request.whole.size());
  return 0;
}

// One message of a program (netlink_rcv_skb).
void serve_message(Works& works, Slot& slot, Socket& socket, const Message& request,
                   bool is_admin) {
  Writer out = writer_for(works, socket, request, works.scratch.netlink.size());
  Call call{works, slot, socket, is_admin, out, {}};
  int error = 0;
  const bool is_request = request.has_flags(NLM_F_REQUEST);
  if (is_request && request.header.nlmsg_type >= NLMSG_MIN_TYPE) {
    error = find_family(socket.protocol)->serve(call, request);
  }
  if (error == kDump) {  // answered by NLMSG_DONE, not by an acknowledgement
    error = begin_dump(works, socket, request, is_admin);
    if (error == 0) return go_on_dumping(works, slot, socket);
  }
  pass_on(works, slot, socket, out);
  works.netlink.monitor().on_work(works);  // members hear of a change before it is acknowledged
  if (error != 0 || request.has_flags(NLM_F_ACK)) {
    acknowledge(works, slot, socket, request, error, call.ack);
  }
}

// Where a message goes; 0, or why it does not (netlink_sendmsg, netlink_unicast). Programs do not
// talk to one another here.
int check_destination(const Socket& socket, const DatagramHeader& header) {
  const bool is_addressed = (header.flags & DatagramHeader::kHasNetlinkAddress) != 0;
  const uint32_t port = is_addressed ? header.netlink_port : socket.peer_port;
  const uint32_t group = is_addressed ? header.netlink_group : socket.peer_group;
  const bool is_admin = (header.flags & DatagramHeader::kIsAdmin) != 0;
  if (is_addressed && (port != 0 || group != 0) && !is_admin) return EPERM;
  return port != 0 ? ECONNREFUSED : 0;
}

// What the program wrote at once. Without a header (libc's stdio) it is from nobody in particular.
void serve_datagram(Works& works, Slot& slot, size_t bytes) {
  ConstBytes rest = ConstBytes(works.scratch.datagram).first(bytes);
  DatagramHeader header;
  if (bytes >= sizeof header) {
    std::memcpy(&header, rest.data(), sizeof header);
    const bool has_header = header.mark == DatagramHeader::kMark;
    if (has_header) rest = rest.subspan(sizeof header);
    if (!has_header) header = DatagramHeader{};
  }
  Socket& socket = works.netlink.of(slot);
  bind_any(works, socket);  // the poll thread may be here before the send's own request
  if (const int error = check_destination(socket, header); error != 0) {
    slot.netlink_send_error = error;
    return;
  }
  const bool is_admin = (header.flags & DatagramHeader::kIsAdmin) != 0;
  while (const std::optional<Message> request = take_message(rest)) {
    serve_message(works, slot, socket, *request, is_admin);
  }
}

void take_writes(Works& works, Slot& slot) {
  constexpr int kTurnMessages = 64;
  int count = 0;
  while (slot.may_read && count++ < kTurnMessages) {
    auto& buffer = works.scratch.datagram;
    const long got = sys::receive(slot.end, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) serve_datagram(works, slot, static_cast<size_t>(got));
    if (got <= 0) slot.may_read = false;
  }
  if (slot.may_read) works.slots.enqueue(slot);
}

}  // namespace

void pump(Works& works, Slot& slot) {
  take_writes(works, slot);
  if (slot.is_hung_up) return begin_close(works, slot);
  Socket& socket = works.netlink.of(slot);
  go_on_dumping(works, slot, socket);
  if (!socket.dump.is_active) show_error(works, slot);
}

int serve_alone(Works& works, const Request& request, Reply& reply) {
  if (request.payload_bytes > kPayloadBytes) return EPROTO;
  ConstBytes rest = ConstBytes(request.payload).first(request.payload_bytes);
  const std::optional<Message> message = take_message(rest);
  if (!message) return EPROTO;
  Slot slot;
  Socket socket{};
  Writer out(Bytes(reply.payload), {0, message->header.nlmsg_seq, 0});
  Call call{works, slot, socket, request.args[0] == 1, out, {}};
  const int error = find_family(NETLINK_ROUTE)->serve(call, *message);
  reply.payload_bytes = static_cast<uint16_t>(out.written().size());
  works.netlink.monitor().on_work(works);
  return error == kDump ? EOPNOTSUPP : error;
}

}  // namespace tapstack::shim::netlink
