#include "shim/trace/address.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "shim/trace/memory.h"
#include "shim/trace/names.h"

namespace tapstack::shim::trace {
namespace {

void append_port(Line& line, uint16_t port) {
  line.text(":");
  line.number(ntohs(port));
}

void append_ip4(Line& line, const sockaddr_in& address) {
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  line.text(text);
  append_port(line, address.sin_port);
}

void append_ip6(Line& line, const sockaddr_in6& address) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, &address.sin6_addr, text, sizeof text);
  line.text("[");
  line.text(text);
  if (address.sin6_scope_id != 0) {
    line.text("%");
    line.number(address.sin6_scope_id);
  }
  line.text("]");
  append_port(line, address.sin6_port);
}

// "ETH_P_IP%2": the protocol, and the interface's number.
void append_packet(Line& line, const sockaddr_ll& address) {
  append_name(line, kFrameProtocols, ntohs(address.sll_protocol));
  line.text("%");
  line.number(address.sll_ifindex);
}

// "4711/0x11": the port and the groups.
void append_netlink(Line& line, const sockaddr_nl& address) {
  line.number(address.nl_pid);
  line.text("/");
  line.hexadecimal(address.nl_groups);
}

}  // namespace

void Address::append(Line& line, const Outcome&) const {
  // Linux takes an IPv6 address without its scope too (RFC 2133).
  constexpr size_t kIp6BytesMin = sizeof(sockaddr_in6) - sizeof(uint32_t);
  sockaddr_storage copy{};
  const size_t given = copy_from(address, &copy, std::min<size_t>(length, sizeof copy));
  if (given < sizeof(sa_family_t)) return line.pointer(address);
  if (copy.ss_family == AF_INET && given >= sizeof(sockaddr_in)) {
    sockaddr_in ip4;
    std::memcpy(&ip4, &copy, sizeof ip4);
    return append_ip4(line, ip4);
  }
  if (copy.ss_family == AF_INET6 && given >= kIp6BytesMin) {
    sockaddr_in6 ip6;
    std::memcpy(&ip6, &copy, sizeof ip6);
    return append_ip6(line, ip6);
  }
  if (copy.ss_family == AF_PACKET && given >= offsetof(sockaddr_ll, sll_addr)) {
    sockaddr_ll frame;
    std::memcpy(&frame, &copy, sizeof frame);
    return append_packet(line, frame);
  }
  if (copy.ss_family == AF_NETLINK && given >= sizeof(sockaddr_nl)) {
    sockaddr_nl netlink;
    std::memcpy(&netlink, &copy, sizeof netlink);
    return append_netlink(line, netlink);
  }
  line.text("{");
  append_name(line, kFamilies, copy.ss_family);
  line.text(", ");
  line.number(length);
  line.text(" bytes}");
}

void AddressRoom::append(Line& line, const Outcome& outcome) const {
  if (address == nullptr || outcome.has_failed()) return line.pointer(address);
  const socklen_t filled = value_at(length).value_or(0);
  if (filled == 0) return line.text("{}");
  Address{address, filled}.append(line, outcome);
}

}  // namespace tapstack::shim::trace
