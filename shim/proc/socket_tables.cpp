// /proc/net/tcp and its like, in the formats of tcp4_seq_show(), get_tcp6_sock(),
// udp4_format_sock(), raw_sock_seq_show(), ping_v4_format_sock() and __ip6_dgram_sock_seq_show().
#include <netinet/in.h>

#include <utility>

#include "shim/common/address.h"
#include "shim/proc/sockets.h"
#include "shim/proc/tables.h"

namespace tapstack::shim::proc {
namespace {

constexpr size_t kTcpWidth = 149, kDatagramWidth = 127;  // seq_setwidth()
constexpr char kHead4[] =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode";
constexpr char kHead6[] =
    "  sl  local_address                         remote_address                        st "
    "tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
constexpr char kDatagramTail[] = " ref pointer drops";
constexpr int64_t kTickUs = 10'000;  // USER_HZ is 100

unsigned long ticks(int64_t us) { return static_cast<unsigned long>(us / kTickUs); }

// An address as procfs prints the words of one in memory.
void add_endpoint(Text& text, Family family, const Endpoint& endpoint) {
  if (family == Family::kIp4) {
    const uint32_t word = endpoint.address.is_ip4() ? network_order(endpoint.address) : 0;
    text.add("%08X:%04X ", word, endpoint.port.value);
    return;
  }
  const in6_addr address =
      endpoint.address.family() == Family::kNone ? in6_addr{} : in6_from(endpoint.address);
  const uint32_t* words = address.s6_addr32;
  text.add("%08X%08X%08X%08X:%04X ", words[0], words[1], words[2], words[3], endpoint.port.value);
}

// What all kinds have in common, from `sl` to `inode`.
void add_common(Text& text, const SocketRecord& record, uint32_t tx_queue) {
  const Listed& line = record.line;
  add_endpoint(text, line.family, line.local);
  add_endpoint(text, line.family, line.remote);
  text.add("%02X %08X:%08X %02X:%08lX %08X %5u %8u %llu", static_cast<unsigned>(line.state),
           tx_queue, line.receive_queue, static_cast<unsigned>(line.timer),
           ticks(line.timer_left.us()), line.retransmits, record.uid, line.probes,
           static_cast<unsigned long long>(record.inode));
}

// A listener, a connection; what is half open or in TIME-WAIT has no figures.
void add_tcp_figures(Text& text, const SocketRecord& record) {
  const Listed& line = record.line;
  const auto pointer = static_cast<unsigned long long>(record.cookie);
  if (line.state == TcpState::kTimeWait || line.state == TcpState::kSynReceived) {
    text.add(" %d %016llx", line.state == TcpState::kTimeWait ? 3 : 0, pointer);
    return;
  }
  const bool is_listener = line.state == TcpState::kListen;
  const bool is_owned = record.inode != 0;
  const unsigned cwnd = is_listener ? 10 : line.cwnd_segments;  // TCP_INIT_CWND
  const int limit =
      static_cast<int>(is_listener ? line.fast_open_queue_limit : line.ssthresh_segments);
  text.add(" %d %016llx %lu %lu %u %u %d", is_owned ? 1 : 2, pointer,
           is_listener ? 100 : ticks(line.rto_us), is_listener ? 0 : ticks(line.delayed_ack_us),
           line.is_interactive ? 1U : 0U, cwnd, limit);
}

int write_streams(Text& text, Family family) {
  const bool is_ip4 = family == Family::kIp4;
  text.add(std::string_view(is_ip4 ? kHead4 : kHead6));
  text.end_line(is_ip4 ? kTcpWidth : 0);
  Sockets sockets(SocketKind::kTcp);
  SocketRecord record;
  for (unsigned n = 0; sockets.next(record);) {
    if (record.line.family != family) continue;
    text.add("%4u: ", n++);
    add_common(text, record, record.line.state == TcpState::kListen ? 0 : record.line.send_queue);
    add_tcp_figures(text, record);
    text.end_line(is_ip4 ? kTcpWidth : 0);
  }
  return sockets.error();
}

struct DatagramTable {
  SocketKind kind;
  uint8_t protocol;  // of UDP and UDP-Lite, which are one kind; 0: any
  Family family;
  const char* head;
  int number_width;  // of `sl`
  size_t width;
};

int write_datagrams(Text& text, const DatagramTable& table) {
  text.add(std::string_view(table.head));
  text.add(std::string_view(kDatagramTail));
  text.end_line(table.width);
  Sockets sockets(table.kind);
  SocketRecord record;
  for (unsigned n = 0; sockets.next(record);) {
    if (record.line.family != table.family) continue;
    if (table.protocol != 0 && record.line.protocol != table.protocol) continue;
    text.add("%*u: ", table.number_width, n++);
    add_common(text, record, record.line.send_queue);
    text.add(" 2 %016llx %u", static_cast<unsigned long long>(record.cookie), record.line.drops);
    text.end_line(table.width);
  }
  return sockets.error();
}

// The states of a connection that its program has closed.
bool is_left(TcpState state) {
  return state == TcpState::kFinWait1 || state == TcpState::kFinWait2 ||
         state == TcpState::kLastAck || state == TcpState::kClosing;
}

// Sockets of a kind and family that are in use, and of TCP's what they are in.
struct Use {
  unsigned in_use = 0, orphans = 0, time_waits = 0, all = 0;
  uint64_t pages = 0;  // of memory, 4096 bytes each
};

int count(SocketKind kind, Family family, Use& use) {
  Sockets sockets(kind);
  SocketRecord record;
  uint64_t bytes = 0;
  while (sockets.next(record)) {
    const Listed& line = record.line;
    ++use.all;
    if (line.state != TcpState::kListen) bytes += line.receive_queue + line.send_queue;
    const bool is_time_wait = line.state == TcpState::kTimeWait;
    use.time_waits += is_time_wait ? 1 : 0;
    if (is_time_wait || line.state == TcpState::kSynReceived) continue;
    use.orphans += record.inode == 0 && is_left(line.state) ? 1 : 0;
    use.in_use += line.family == family ? 1 : 0;
  }
  use.pages = (bytes + 4095) / 4096;
  return sockets.error();
}

}  // namespace

int write_tcp(Text& text) { return write_streams(text, Family::kIp4); }
int write_tcp6(Text& text) { return write_streams(text, Family::kIp6); }

namespace {

int write_udp_of(Text& text, uint8_t protocol, Family family) {
  constexpr char kUdpHead[] =
      "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
      "timeout inode";
  const bool is_ip4 = family == Family::kIp4;
  return write_datagrams(text, {SocketKind::kUdp, protocol, family, is_ip4 ? kUdpHead : kHead6, 5,
                                is_ip4 ? kDatagramWidth : 0});
}

}  // namespace

int write_udp(Text& text) { return write_udp_of(text, IPPROTO_UDP, Family::kIp4); }
int write_udp6(Text& text) { return write_udp_of(text, IPPROTO_UDP, Family::kIp6); }
int write_udplite(Text& text) { return write_udp_of(text, IPPROTO_UDPLITE, Family::kIp4); }
int write_udplite6(Text& text) { return write_udp_of(text, IPPROTO_UDPLITE, Family::kIp6); }
int write_raw(Text& text) {
  return write_datagrams(text, {SocketKind::kRaw, 0, Family::kIp4, kHead4, 4, 0});
}
int write_raw6(Text& text) {
  return write_datagrams(text, {SocketKind::kRaw, 0, Family::kIp6, kHead6, 5, 0});
}
int write_icmp(Text& text) {
  return write_datagrams(text, {SocketKind::kPing, 0, Family::kIp4, kHead4, 5, kDatagramWidth});
}
int write_icmp6(Text& text) {
  return write_datagrams(text, {SocketKind::kPing, 0, Family::kIp6, kHead6, 5, 0});
}

int write_sockstat(Text& text) {
  Use tcp, udp, raw;
  for (auto [kind, use] : {std::pair{SocketKind::kTcp, &tcp}, std::pair{SocketKind::kUdp, &udp},
                           std::pair{SocketKind::kRaw, &raw}}) {
    if (const int error = count(kind, Family::kIp4, *use); error != 0) return error;
  }
  text.add("sockets: used %u\n", tcp.all - tcp.time_waits + udp.all + raw.all);
  text.add("TCP: inuse %u orphan %u tw %u alloc %u mem %llu\n", tcp.in_use, tcp.orphans,
           tcp.time_waits, tcp.all - tcp.time_waits, static_cast<unsigned long long>(tcp.pages));
  text.add("UDP: inuse %u mem %llu\n", udp.in_use, static_cast<unsigned long long>(udp.pages));
  text.add("UDPLITE: inuse 0\nRAW: inuse %u\nFRAG: inuse 0 memory 0\n", raw.in_use);
  return 0;
}

int write_sockstat6(Text& text) {
  Use tcp, udp, raw;
  for (auto [kind, use] : {std::pair{SocketKind::kTcp, &tcp}, std::pair{SocketKind::kUdp, &udp},
                           std::pair{SocketKind::kRaw, &raw}}) {
    if (const int error = count(kind, Family::kIp6, *use); error != 0) return error;
  }
  text.add("TCP6: inuse %u\nUDP6: inuse %u\nUDPLITE6: inuse 0\nRAW6: inuse %u\n", tcp.in_use,
           udp.in_use, raw.in_use);
  text.add("FRAG6: inuse 0 memory 0\n");
  return 0;
}

}  // namespace tapstack::shim::proc
