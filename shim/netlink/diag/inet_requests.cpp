#include "shim/netlink/diag/inet_requests.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "core/api/sockets.h"
#include "shim/common/errno_map.h"
#include "shim/engine/fresh_slot.h"
#include "shim/engine/socket_list.h"
#include "shim/netlink/diag/bytecode.h"
#include "shim/netlink/diag/inet_message.h"

namespace tapstack::shim::netlink::diag {
namespace {

// Sockets that one piece of a dump looks at, so that a filter that takes few does not hold up
// everybody else.
constexpr int kLooksMax = 512;

// A request of either form.
struct Question {
  uint16_t type = 0;
  uint8_t family = AF_UNSPEC;  // AF_UNSPEC: both, in the older form
  uint8_t protocol = IPPROTO_TCP;
  uint8_t extensions = 0;
  uint32_t states = 0;
  inet_diag_sockid id{};
  Attributes attributes{ConstBytes{}};

  SocketKind kind() const {
    return protocol == IPPROTO_TCP                                  ? SocketKind::kTcp
           : protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ? SocketKind::kUdp
                                                                    : SocketKind::kRaw;
  }
  bool has_protocol() const {
    return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
           protocol == IPPROTO_RAW;
  }
};

Question question_in(const Message& request) {
  Question q;
  q.type = request.header.nlmsg_type;
  if (q.type == TCPDIAG_GETSOCK) {
    const auto old = request.fixed<inet_diag_req>();
    q.family = request.is_dump() ? uint8_t{AF_UNSPEC} : old.idiag_family;
    q.extensions = old.idiag_ext;
    q.states = old.idiag_states;
    q.id = old.id;
    q.attributes = request.attributes<inet_diag_req>();
    return q;
  }
  const auto fixed = request.fixed<inet_diag_req_v2>();
  q.family = fixed.sdiag_family;
  q.protocol = fixed.sdiag_protocol;
  q.extensions = fixed.idiag_ext;
  q.states = fixed.idiag_states;
  q.id = fixed.id;
  q.attributes = request.attributes<inet_diag_req_v2>();
  return q;
}

bool is_long_enough(const Message& request) {
  return request.header.nlmsg_type == TCPDIAG_GETSOCK ? request.has<inet_diag_req>()
                                                      : request.has<inet_diag_req_v2>();
}

// What the attribute says where a byte is too small for the protocol (IPPROTO_MPTCP).
bool names_other_protocol(const Question& q) {
  const auto protocol = q.attributes.number<uint32_t>(INET_DIAG_REQ_PROTOCOL);
  return protocol && *protocol != q.protocol;
}

tapstack::Family family_of(uint8_t family) {
  return family == AF_INET6 ? tapstack::Family::kIp6 : tapstack::Family::kIp4;
}

// Whether a line is among those that a dump asks for: family, state, ports, filter.
bool is_asked_for(Works& works, const Question& q, const api::ListedSocket& found) {
  const Listed& line = found.line;
  if (q.family != AF_UNSPEC && line.family != family_of(q.family)) return false;
  const bool is_udp = q.kind() == SocketKind::kUdp;  // and UDP-Lite, one kind here
  if (is_udp && line.protocol != q.protocol) return false;
  const uint32_t state = 1u << static_cast<uint8_t>(line.state);
  const bool is_raw = q.kind() == SocketKind::kRaw;  // raw_diag_dump() does not look at it
  if (!is_raw && (q.states & state) == 0) return false;
  const uint16_t own = ntohs(q.id.idiag_sport), other = ntohs(q.id.idiag_dport);
  if (own != 0 && own != line.local.port.value) return false;
  if (other != 0 && other != line.remote.port.value) return false;
  const std::optional<ConstBytes> program = q.attributes.find(INET_DIAG_REQ_BYTECODE);
  if (!program) return true;
  return matches(*program, {line.family, line.local, line.remote, line.interface.value,
                            mark_of(works, found), line.is_port_asked_for});
}

Wanted wanted_by(const Call& call, const Question& q) {
  return {q.type, q.extensions, call.is_admin, q.kind() == SocketKind::kRaw};
}

// The socket that the ends name, if its cookie is right or none is given; an errno otherwise.
int find_one(Call& call, const Question& q, SocketRecord& record, bool is_swapped) {
  if (q.family != AF_INET && q.family != AF_INET6) return EINVAL;
  if (!q.has_protocol()) return ENOENT;
  const inet_diag_sockid& id = q.id;
  Endpoint local = endpoint_in(q.family, id.idiag_src, id.idiag_sport, id.idiag_if);
  Endpoint remote = endpoint_in(q.family, id.idiag_dst, id.idiag_dport, id.idiag_if);
  if (is_swapped) std::swap(local, remote);
  api::ListedSocket found;
  const InterfaceId interface { static_cast<uint8_t>(id.idiag_if) };
  if (!api::list_one(call.works.stack, call.works.now, q.kind(), local, remote, interface, found)) {
    return ENOENT;
  }
  record = record_of(call.works, found);
  const uint64_t cookie = uint64_t{id.idiag_cookie[1]} << 32 | id.idiag_cookie[0];
  const bool has_cookie =
      id.idiag_cookie[0] != INET_DIAG_NOCOOKIE || id.idiag_cookie[1] != INET_DIAG_NOCOOKIE;
  return has_cookie && cookie != record.cookie ? ESTALE : 0;
}

// Its program sleeps in accept() no more: EINVAL, as after shutdown().
int stop_listener(Works& works, Slot& slot) {
  const Status shut = api::shutdown(works.stack, works.now, slot.id, Shutdown::kReceive);
  if (!shut.ok()) return to_errno(shut.error());
  constexpr int kUnknownHandle = -1;
  make_fresh(works, slot, kUnknownHandle);
  wake_readers(slot);
  return 0;
}

int answer_one(Call& call, const Question& q) {
  SocketRecord record;
  // UDP's answer for a single socket takes the ends the other way round (udp_dump_one).
  const bool is_swapped = q.kind() == SocketKind::kUdp;
  if (const int error = find_one(call, q, record, is_swapped); error != 0) return error;
  const Works& works = call.works;
  return write_socket(call.out, works.stack, works.now, record, wanted_by(call, q)) ? 0 : EMSGSIZE;
}

}  // namespace

int serve_inet(Call& call, const Message& request) {
  if (!is_long_enough(request)) return EINVAL;
  const Question q = question_in(request);
  if (!request.is_dump()) return names_other_protocol(q) ? ENOENT : answer_one(call, q);
  const std::optional<ConstBytes> program = q.attributes.find(INET_DIAG_REQ_BYTECODE);
  const int error = program ? verify(*program, call.is_admin) : 0;
  return error != 0 ? error : kDump;
}

int dump_inet(Call& call, const Message& request, Cursor& at) {
  const Question q = question_in(request);
  if (!q.has_protocol() || names_other_protocol(q)) return ENOENT;
  const Wanted wanted = wanted_by(call, q);
  Works& works = call.works;
  auto position = static_cast<uint32_t>(at[0]);
  api::ListedSocket found;
  for (int n = 0; api::list_next(works.stack, works.now, q.kind(), position, found); ++n) {
    if (is_asked_for(works, q, found) &&
        !write_socket(call.out, works.stack, works.now, record_of(works, found), wanted)) {
      return call.out.is_empty() ? EMSGSIZE : kMore;
    }
    at[0] = position;
    if (n == kLooksMax) return kPause;
  }
  return 0;
}

int destroy_inet(Call& call, const Message& request) {
  if (!is_long_enough(request)) return EINVAL;
  const Question q = question_in(request);
  SocketRecord record;
  if (const int error = find_one(call, q, record, false); error != 0) return error;
  if (!call.is_admin) return EPERM;
  Works& works = call.works;
  Slot* const slot =
      record.inode == 0 ? nullptr : works.slots.find(slot_with_cookie(record.cookie));
  if (slot != nullptr && record.line.state == TcpState::kListen) return stop_listener(works, *slot);
  if (slot != nullptr) slot->peer_set = false;
  return to_errno(api::destroy_listed(works.stack, works.now, q.kind(), record.line).error());
}

}  // namespace tapstack::shim::netlink::diag
