#include "shim/netlink/diag/inet_message.h"

#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/api/sockets.h"
#include "shim/common/address.h"
#include "shim/common/linux_tcp_info.h"

namespace tapstack::shim::netlink::diag {
namespace {

constexpr bool has(uint8_t extensions, int attribute) {
  return (extensions & 1u << (attribute - 1)) != 0;
}

void put_end(tapstack::Family family, const Endpoint& end, uint32_t (&words)[4], uint16_t& port) {
  port = htons(end.port.value);
  if (end.address.family() == tapstack::Family::kNone) return;
  if (family == tapstack::Family::kIp4) {
    words[0] = network_order(end.address);
  } else {
    const in6_addr address = in6_from(end.address);
    std::memcpy(words, &address, sizeof words);
  }
}

uint32_t milliseconds(Duration d) {
  return static_cast<uint32_t>(std::clamp<int64_t>(d.ms(), 0, UINT32_MAX));
}

inet_diag_msg head_of(const SocketRecord& record) {
  const Listed& line = record.line;
  inet_diag_msg head{};
  head.idiag_family = line.family == tapstack::Family::kIp6 ? AF_INET6 : AF_INET;
  head.idiag_state = static_cast<uint8_t>(line.state);
  head.idiag_timer = static_cast<uint8_t>(line.timer);
  const bool counts_probes =
      line.timer == ListedTimer::kKeepAlive || line.timer == ListedTimer::kWindowProbe;
  head.idiag_retrans = counts_probes ? line.probes : line.retransmits;
  if (line.timer != ListedTimer::kNone) head.idiag_expires = milliseconds(line.timer_left);
  head.idiag_rqueue = line.receive_queue;
  head.idiag_wqueue = line.send_queue;
  head.idiag_uid = record.uid;
  head.idiag_inode = static_cast<uint32_t>(record.inode);
  inet_diag_sockid& id = head.id;
  put_end(line.family, line.local, id.idiag_src, id.idiag_sport);
  put_end(line.family, line.remote, id.idiag_dst, id.idiag_dport);
  id.idiag_if = line.interface.value;
  id.idiag_cookie[0] = static_cast<uint32_t>(record.cookie);
  id.idiag_cookie[1] = static_cast<uint32_t>(record.cookie >> 32);
  return head;
}

// What has no socket has no more than this (inet_twsk_diag_fill, inet_req_diag_fill).
bool is_small(const Listed& line) {
  return line.protocol == IPPROTO_TCP &&
         (line.state == TcpState::kTimeWait || line.state == TcpState::kSynReceived);
}

void write_flags(Writer& out, const Listed& line) {
  inet_diag_sockopt flags{};
  flags.recverr = line.receive_errors;
  flags.is_icsk = line.protocol == IPPROTO_TCP;
  flags.freebind = line.free_bind;
  flags.hdrincl = line.header_included;
  flags.transparent = line.transparent;
  flags.mc_loop = line.multicast_loop;
  flags.mc_all = line.multicast_all;
  out.number(INET_DIAG_SOCKOPT, flags);
}

void write_settings(Writer& out, const SocketRecord& record, const Wanted& wanted) {
  const Listed& line = record.line;
  const int shut = (line.receive_shut ? 1 : 0) | (line.send_shut ? 2 : 0);
  out.number(INET_DIAG_SHUTDOWN, static_cast<uint8_t>(shut));
  if (has(wanted.extensions, INET_DIAG_TOS)) out.number(INET_DIAG_TOS, line.tos);
  if (line.family == tapstack::Family::kIp6) {
    if (has(wanted.extensions, INET_DIAG_TCLASS)) {
      out.number(INET_DIAG_TCLASS, line.traffic_class);
    }
    const bool tells_only = line.state == TcpState::kListen || line.state == TcpState::kClosed;
    if (tells_only) out.number(INET_DIAG_SKV6ONLY, static_cast<uint8_t>(line.ip6_only));
  }
  if (wanted.is_admin) out.number(INET_DIAG_MARK, record.mark);
  if (has(wanted.extensions, INET_DIAG_CLASS_ID) || has(wanted.extensions, INET_DIAG_TCLASS)) {
    out.number(INET_DIAG_CLASS_ID, record.priority);
  }
  write_flags(out, line);
}

void write_memory(Writer& out, const Listed& line, uint8_t extensions) {
  const bool is_listener = line.state == TcpState::kListen;
  const uint32_t received = is_listener ? 0 : line.receive_queue;
  const uint32_t queued = is_listener ? 0 : line.send_queue;
  if (has(extensions, INET_DIAG_MEMINFO)) {
    out.number(INET_DIAG_MEMINFO, inet_diag_meminfo{received, queued, 0, queued});
  }
  if (!has(extensions, INET_DIAG_SKMEMINFO)) return;
  uint32_t values[SK_MEMINFO_VARS] = {};
  values[SK_MEMINFO_RMEM_ALLOC] = received;
  values[SK_MEMINFO_RCVBUF] = line.receive_buffer_bytes;
  values[SK_MEMINFO_WMEM_ALLOC] = queued;
  values[SK_MEMINFO_SNDBUF] = line.send_buffer_bytes;
  values[SK_MEMINFO_WMEM_QUEUED] = queued;
  values[SK_MEMINFO_DROPS] = line.drops;
  out.number(INET_DIAG_SKMEMINFO, values);
}

// BBR's model as struct tcp_bbr_info has it.
void write_bbr(Writer& out, const TcpInfo& figures) {
  tcp_bbr_info info{};
  info.bbr_bw_lo = static_cast<uint32_t>(figures.delivery_rate);
  info.bbr_bw_hi = static_cast<uint32_t>(figures.delivery_rate >> 32);
  info.bbr_min_rtt = figures.min_rtt_us;
  out.number(INET_DIAG_BBRINFO, info);
}

void write_tcp(Writer& out, const Stack& stack, Instant now, const Listed& line,
               uint8_t extensions) {
  const Result<TcpInfo> figures = api::listed_info(stack, now, line);
  if (!figures.ok()) return;
  if (has(extensions, INET_DIAG_INFO)) out.number(INET_DIAG_INFO, to_linux(*figures));
  const Result<CongestionAlgorithm> congestion = api::listed_congestion(stack, now, line);
  if (congestion.ok() && has(extensions, INET_DIAG_CONG)) {
    out.text(INET_DIAG_CONG, name_of(*congestion));
  }
  const bool is_bbr = congestion.ok() && *congestion == CongestionAlgorithm::kBbr;
  const bool wants = has(extensions, INET_DIAG_VEGASINFO);
  if (is_bbr && wants && line.state != TcpState::kListen) write_bbr(out, *figures);
}

}  // namespace

bool write_socket(Writer& out, const Stack& stack, Instant now, const SocketRecord& record,
                  const Wanted& wanted) {
  const Listed& line = record.line;
  out.begin(wanted.type);
  out.fixed(head_of(record));
  if (is_small(line)) {
    if (wanted.is_admin) out.number(INET_DIAG_MARK, record.mark);
    return out.end();
  }
  write_settings(out, record, wanted);
  write_memory(out, line, wanted.extensions);
  if (wanted.is_raw) out.number(INET_DIAG_PROTOCOL, line.protocol);
  if (line.protocol == IPPROTO_TCP) write_tcp(out, stack, now, line, wanted.extensions);
  return out.end();
}

Endpoint endpoint_in(uint8_t family, const uint32_t (&words)[4], uint16_t port, uint32_t scope) {
  Endpoint end{{}, Port{ntohs(port)}};
  if (family == AF_INET) {
    end.address = address_from_network_order(words[0]);
  } else {
    in6_addr address;
    std::memcpy(&address, words, sizeof address);
    end.address = address_from_in6(address, scope);
  }
  return end;
}

}  // namespace tapstack::shim::netlink::diag
