// /proc/net/packet, netlink and protocols: packet_seq_show(), netlink_seq_show(),
// proto_seq_printf() of Linux.
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "shim/proc/kernel_file.h"
#include "shim/proc/netlink_dump.h"
#include "shim/proc/sockets.h"
#include "shim/proc/tables.h"

namespace tapstack::shim::proc {
namespace {

template <class T>
ConstBytes bytes_of(const T& value) {
  return {reinterpret_cast<const uint8_t*>(&value), sizeof value};
}

packet_diag_req all_packet_sockets() {
  packet_diag_req request{};
  request.sdiag_family = AF_PACKET;
  request.pdiag_show = PACKET_SHOW_INFO | PACKET_SHOW_MEMINFO;
  return request;
}

netlink_diag_req all_netlink_sockets() {
  netlink_diag_req request{};
  request.sdiag_family = AF_NETLINK;
  request.sdiag_protocol = NDIAG_PROTO_ALL;
  request.ndiag_show = NDIAG_SHOW_GROUPS | NDIAG_SHOW_MEMINFO | NDIAG_SHOW_FLAGS;
  return request;
}

using MemoryInfo = std::array<uint32_t, SK_MEMINFO_VARS>;

// What stands for the address of the kernel's object.
unsigned long long pointer_of(const uint32_t (&cookie)[2]) {
  return uint64_t{cookie[1]} << 32 | cookie[0];
}

void add_packet_socket(Text& text, const netlink::Message& message) {
  const auto head = message.fixed<packet_diag_msg>();
  const auto attributes = message.attributes<packet_diag_msg>();
  const auto info =
      attributes.number<packet_diag_info>(PACKET_DIAG_INFO).value_or(packet_diag_info{});
  const auto memory = attributes.number<MemoryInfo>(PACKET_DIAG_MEMINFO).value_or(MemoryInfo{});
  constexpr int kReferences = 3;
  text.add("%016llx %-6d %-4d %04x   %-5u %1d %-6u %-6u %-6u\n", pointer_of(head.pdiag_cookie),
           kReferences, head.pdiag_type, head.pdiag_num, info.pdi_index,
           (info.pdi_flags & PDI_RUNNING) != 0 ? 1 : 0, memory[SK_MEMINFO_RMEM_ALLOC],
           attributes.number<uint32_t>(PACKET_DIAG_UID).value_or(0), head.pdiag_ino);
}

void add_netlink_socket(Text& text, const netlink::Message& message) {
  const auto head = message.fixed<netlink_diag_msg>();
  const auto attributes = message.attributes<netlink_diag_msg>();
  const auto memory = attributes.number<MemoryInfo>(NETLINK_DIAG_MEMINFO).value_or(MemoryInfo{});
  const uint32_t flags = attributes.number<uint32_t>(NETLINK_DIAG_FLAGS).value_or(0);
  constexpr int kReferences = 2;
  text.add("%016llx %-3d %-10u %08x %-8u %-8u %-5d %-8d %-8u %-8u\n", pointer_of(head.ndiag_cookie),
           head.ndiag_protocol, head.ndiag_portid,
           attributes.number<uint32_t>(NETLINK_DIAG_GROUPS).value_or(0),
           memory[SK_MEMINFO_RMEM_ALLOC], memory[SK_MEMINFO_WMEM_ALLOC],
           (flags & NDIAG_FLAG_CB_RUNNING) != 0 ? 1 : 0, kReferences, memory[SK_MEMINFO_DROPS],
           head.ndiag_ino);
}

// Those that `request` asks for; `visit(message)` for each. 0 or an errno.
template <class DiagRequest, class Visit>
int each_listed(const DiagRequest& request, Visit visit) {
  NetlinkDump dump(NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, bytes_of(request));
  netlink::Message message;
  while (dump.next(message)) visit(message);
  return dump.error();
}

// A row of /proc/net/protocols whose sockets are the stack's.
struct Protocol {
  std::string_view name;
  SocketKind kind;
  Family family;
  uint8_t number;  // IPPROTO_*; 0: all of the kind
};
constexpr Protocol kProtocols[] = {
    {"PINGv6", SocketKind::kPing, Family::kIp6, 0},
    {"RAWv6", SocketKind::kRaw, Family::kIp6, 0},
    {"UDPLITEv6", SocketKind::kUdp, Family::kIp6, IPPROTO_UDPLITE},
    {"UDPv6", SocketKind::kUdp, Family::kIp6, IPPROTO_UDP},
    {"TCPv6", SocketKind::kTcp, Family::kIp6, 0},
    {"UDP-Lite", SocketKind::kUdp, Family::kIp4, IPPROTO_UDPLITE},
    {"PING", SocketKind::kPing, Family::kIp4, 0},
    {"RAW", SocketKind::kRaw, Family::kIp4, 0},
    {"UDP", SocketKind::kUdp, Family::kIp4, IPPROTO_UDP},
    {"TCP", SocketKind::kTcp, Family::kIp4, 0},
};

// What has no socket any more, or not yet, does not count.
bool is_counted(const Listed& line) {
  const bool is_stream = line.protocol == IPPROTO_TCP;
  return !is_stream || (line.state != TcpState::kTimeWait && line.state != TcpState::kSynReceived);
}

int count_listed(const Protocol& protocol, int& count) {
  Sockets sockets(protocol.kind);
  SocketRecord record;
  while (sockets.next(record)) {
    const Listed& line = record.line;
    const bool is_it = line.family == protocol.family &&
                       (protocol.number == 0 || protocol.number == line.protocol);
    count += is_it && is_counted(line) ? 1 : 0;
  }
  return sockets.error();
}

// How many sockets of a row there are; none: the kernel's row stands.
std::optional<int> sockets_of(std::string_view name) {
  int count = 0, error = 0;
  const auto one_more = [&](const netlink::Message&) { ++count; };
  if (name == "PACKET") {
    error = each_listed(all_packet_sockets(), one_more);
  } else if (name == "NETLINK") {
    error = each_listed(all_netlink_sockets(), one_more);
  } else {
    const auto* found = std::ranges::find(kProtocols, name, &Protocol::name);
    if (found == std::end(kProtocols)) return std::nullopt;
    error = count_listed(*found, count);
  }
  return error == 0 ? std::optional(count) : std::nullopt;
}

// "%-9s %4u %6d ...": the third word is what changes.
void add_protocol(Text& text, std::string_view line) {
  const std::string_view name = line.substr(0, line.find(' '));
  const size_t size = std::min(line.find_first_not_of(' ', name.size()), line.size());
  const size_t gap = std::min(line.find(' ', size), line.size());
  const size_t number = std::min(line.find_first_not_of(' ', gap), line.size());
  const size_t end = std::min(line.find(' ', number), line.size());
  const std::optional<int> sockets = sockets_of(name);
  if (!sockets) return text.add(line);
  text.add(line.substr(0, gap));
  text.add(" %6d", *sockets);
  text.add(line.substr(end));
}

}  // namespace

int write_packet(Text& text) {
  text.add(std::string_view("sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n"));
  return each_listed(all_packet_sockets(),
                     [&](const netlink::Message& m) { add_packet_socket(text, m); });
}

int write_netlink(Text& text) {
  text.add(std::string_view(
      "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    "
      "Inode\n"));
  return each_listed(all_netlink_sockets(),
                     [&](const netlink::Message& m) { add_netlink_socket(text, m); });
}

int write_protocols(Text& text) {
  std::string all;
  if (const int error = read_kernel_file("/proc/self/net/protocols", all); error != 0) return error;
  std::string_view rest = all;
  while (!rest.empty()) add_protocol(text, take_line(rest));
  return 0;
}

}  // namespace tapstack::shim::proc
