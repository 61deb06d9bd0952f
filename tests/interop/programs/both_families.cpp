// Sockets of family AF_INET6: dual stack and mapped addresses, options, control messages, names.
#include <ifaddrs.h>
#include <linux/errqueue.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <sys/uio.h>

#include <string>

#include "check.h"

namespace {

sockaddr_in6 address6(const char* text, unsigned port) {
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET6, text, &in.sin6_addr);
  return in;
}

const sockaddr* any(const sockaddr_in6& in) { return reinterpret_cast<const sockaddr*>(&in); }
sockaddr* any(sockaddr_in6& in) { return reinterpret_cast<sockaddr*>(&in); }

int bind6(int fd, const char* text, unsigned port) {
  const sockaddr_in6 in = address6(text, port);
  return bind(fd, any(in), sizeof in);
}

int connect6(int fd, const char* text, unsigned port) {
  const sockaddr_in6 in = address6(text, port);
  return connect(fd, any(in), sizeof in);
}

// "address port" as getsockname or getpeername tells it.
std::string told(int (*call)(int, sockaddr*, socklen_t*) noexcept, int fd,
                 unsigned* port = nullptr) {
  sockaddr_in6 in{};
  socklen_t length = sizeof in;
  if (call(fd, any(in), &length) != 0) return "error";
  if (length != sizeof in || in.sin6_family != AF_INET6) return "no IPv6 address";
  if (port != nullptr) *port = ntohs(in.sin6_port);
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
}

void same(const std::string& got, const std::string& wanted, const char* what) {
  if (!check::that(got == wanted, what)) std::printf("  got %s\n", got.c_str());
}

int set(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value);
}

int get(int fd, int level, int name) {
  int value = -100;
  socklen_t length = sizeof value;
  return getsockopt(fd, level, name, &value, &length) == 0 ? value : -200;
}

void streams() {
  const int server = socket(AF_INET6, SOCK_STREAM, 0);
  check::equal(get(server, SOL_SOCKET, SO_DOMAIN), AF_INET6, "SO_DOMAIN");
  same(told(getsockname, server), "::", "the name of a fresh socket");
  check::equal(bind6(server, "::", 0), 0, "bind to ::");
  check::equal(listen(server, 8), 0, "listen");
  unsigned port = 0;
  same(told(getsockname, server, &port), "::", "the listener's name");
  const int client = socket(AF_INET6, SOCK_STREAM, 0);
  check::equal(connect6(client, "::1", port), 0, "connect to ::1");
  same(told(getpeername, client), "::1", "the peer's name");
  sockaddr_in6 from{};
  socklen_t length = sizeof from;
  const int accepted = accept(server, any(from), &length);
  check::that(accepted >= 0 && length == sizeof from, "accept");
  check::that(IN6_IS_ADDR_LOOPBACK(&from.sin6_addr), "tells ::1");
  same(told(getsockname, accepted), "::1", "the accepted socket's name");
  char text[8];
  check::equal(send(client, "hello", 5, 0), 5, "send");
  check::equal(recv(accepted, text, sizeof text, 0), 5, "recv");

  const int old = socket(AF_INET, SOCK_STREAM, 0);
  check::equal(check::connect_to(old, port), 0, "a client of IPv4 connects");
  length = sizeof from;
  const int mapped = accept(server, any(from), &length);
  same(told(getpeername, mapped), "::ffff:127.0.0.1", "and is a mapped address");
  check::that(IN6_IS_ADDR_V4MAPPED(&from.sin6_addr), "to accept as well");
  const int to_mapped = socket(AF_INET6, SOCK_STREAM, 0);
  check::equal(connect6(to_mapped, "::ffff:127.0.0.1", port), 0, "connect to a mapped address");
  same(told(getsockname, to_mapped), "::ffff:127.0.0.1", "comes from a mapped address");
  for (const int fd : {server, client, accepted, old, mapped, to_mapped}) close(fd);
}

void only_ip6() {
  const int a = socket(AF_INET6, SOCK_STREAM, 0), b = socket(AF_INET, SOCK_STREAM, 0);
  check::equal(get(a, IPPROTO_IPV6, IPV6_V6ONLY), 0, "IPV6_V6ONLY is off");
  check::equal(set(a, IPPROTO_IPV6, IPV6_V6ONLY, 1), 0, "and on");
  check::equal(bind6(a, "::", 0), 0, "bind");
  unsigned port = 0;
  told(getsockname, a, &port);
  check::equal(check::bind_to(b, port, check::Host::kAny), 0, "IPv4 may have the same port");
  check::fails([&] { return set(a, IPPROTO_IPV6, IPV6_V6ONLY, 0); }, EINVAL, "not once bound");
  check::fails([&] { return connect6(a, "::ffff:127.0.0.1", 9); }, ENETUNREACH,
               "no mapped address then");
  const int c = socket(AF_INET6, SOCK_STREAM, 0), d = socket(AF_INET, SOCK_STREAM, 0);
  check::equal(bind6(c, "::", 0), 0, "bind of both families");
  told(getsockname, c, &port);
  check::fails([&] { return check::bind_to(d, port, check::Host::kAny); }, EADDRINUSE,
               "takes the port of IPv4, too");
  for (const int fd : {a, b, c, d}) close(fd);
}

void wrong_addresses() {
  const int fd = socket(AF_INET6, SOCK_STREAM, 0);
  const check::Address ip4 = check::address(80);
  sockaddr_storage padded{};
  std::memcpy(&padded, &ip4, sizeof ip4);
  check::fails([&] { return check::bind_to(fd, ip4); }, EINVAL, "a short address");
  check::fails([&] { return bind(fd, reinterpret_cast<sockaddr*>(&padded), sizeof(sockaddr_in6)); },
               EAFNOSUPPORT, "an address of IPv4");
  check::fails([&] { return bind6(fd, "2001:db8::77", 0); }, EADDRNOTAVAIL, "not ours");
  check::fails([&] { return bind6(fd, "fe80::77", 0); }, EINVAL, "link-local without its scope");
  check::fails([&] { return socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMP); }, EPROTONOSUPPORT,
               "ICMP of IPv4");
  const int ip4_socket = socket(AF_INET, SOCK_DGRAM, 0);
  check::fails([&] { return set(ip4_socket, IPPROTO_IPV6, IPV6_V6ONLY, 1); }, ENOPROTOOPT,
               "options of IPv6 on a socket of IPv4");
  close(ip4_socket);
  close(fd);
}

// The first control message of the kind in what `fd` receives; false: none.
template <class Value>
bool receive_with(int fd, int type, Value& value, sockaddr_in6& from) {
  char payload[64], control[512];
  iovec part{payload, sizeof payload};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (recvmsg(fd, &message, 0) < 0) return false;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != IPPROTO_IPV6 || c->cmsg_type != type) continue;
    std::memcpy(&value, CMSG_DATA(c), sizeof value);
    return true;
  }
  return false;
}

// RFC 3542 6.1. Linux takes it from all sockets, and looks at the interface when datagrams leave.
void packet_information_of_all_that_is_sent() {
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    const int fd = socket(AF_INET6, type, 0);
    in6_pktinfo info{};
    const auto stick = [&](size_t bytes) {
      return setsockopt(fd, IPPROTO_IPV6, IPV6_PKTINFO, &info, static_cast<socklen_t>(bytes));
    };
    check::fails([&] { return stick(sizeof info - 4); }, EINVAL, "a short one");
    inet_pton(AF_INET6, "2001:db8::77", &info.ipi6_addr);
    check::equal(stick(sizeof info), 0, "any address");
    socklen_t length = sizeof info;
    check::fails([&] { return getsockopt(fd, IPPROTO_IPV6, IPV6_PKTINFO, &info, &length); },
                 ENOPROTOOPT, "reading it back");
    info.ipi6_ifindex = 99;
    check::equal(stick(sizeof info), 0, "an interface that is not there");
    const sockaddr_in6 to = address6("::1", 9);
    const auto send_to = [&] { return sendto(fd, "x", 1, 0, any(to), sizeof to); };
    if (type == SOCK_DGRAM) check::fails(send_to, ENETUNREACH, "leads nowhere");
    info.ipi6_ifindex = 1;
    check::equal(stick(sizeof info), 0, "lo");
    if (type == SOCK_DGRAM) check::equal(send_to(), 1, "leads to ::1");
    close(fd);
  }
}

void datagrams() {
  const int a = socket(AF_INET6, SOCK_DGRAM, 0), b = socket(AF_INET6, SOCK_DGRAM, 0);
  check::equal(bind6(a, "::", 0), 0, "bind");
  unsigned port = 0;
  told(getsockname, a, &port);
  check::equal(set(a, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1), 0, "IPV6_RECVPKTINFO");
  check::equal(set(a, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1), 0, "IPV6_RECVHOPLIMIT");
  check::equal(get(a, IPPROTO_IPV6, IPV6_RECVHOPLIMIT), 1, "reads 1");
  check::equal(set(b, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7), 0, "IPV6_UNICAST_HOPS");
  const sockaddr_in6 to = address6("::1", port);
  check::equal(sendto(b, "x", 1, 0, any(to), sizeof to), 1, "sendto ::1");
  sockaddr_in6 from{};
  int hop_limit = 0;
  check::that(receive_with(a, IPV6_HOPLIMIT, hop_limit, from), "the hop limit comes along");
  check::equal(hop_limit, 7, "and is the sender's");
  check::that(IN6_IS_ADDR_LOOPBACK(&from.sin6_addr), "from ::1");
  sendto(b, "x", 1, 0, any(to), sizeof to);
  in6_pktinfo info{};
  check::that(receive_with(a, IPV6_PKTINFO, info, from), "so does IPV6_PKTINFO");
  check::that(IN6_IS_ADDR_LOOPBACK(&info.ipi6_addr) && info.ipi6_ifindex == 1, "with ::1 on lo");

  const check::Address old = check::address(port);
  check::equal(sendto(b, "x", 1, 0, check::any(old), check::address_length), 1,
               "sendto an IPv4 address");
  check::that(receive_with(a, IPV6_PKTINFO, info, from), "arrives");
  check::that(IN6_IS_ADDR_V4MAPPED(&from.sin6_addr), "from a mapped address");
  check::that(IN6_IS_ADDR_V4MAPPED(&info.ipi6_addr), "at a mapped address");
  const sockaddr_in6 mapped = address6("::ffff:127.0.0.1", port);
  check::equal(sendto(b, "x", 1, 0, any(mapped), sizeof mapped), 1, "sendto a mapped address");
  check::equal(connect6(b, "::1", port), 0, "connect");
  same(told(getsockname, b), "::1", "chooses the source");
  check::equal(send(b, "", 0, 0), 0, "an empty datagram");
  check::fails([&] { return sendto(b, "x", 1, 0, any(to), 20); }, EINVAL, "a short address");
  close(a);
  close(b);
}

void errors_come_back() {
  const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
  const int closed = socket(AF_INET6, SOCK_DGRAM, 0);
  bind6(closed, "::1", 0);
  unsigned port = 0;
  told(getsockname, closed, &port);
  close(closed);
  check::equal(set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1), 0, "IPV6_RECVERR");
  check::equal(set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1), 0, "IPV6_RECVHOPLIMIT");
  connect6(fd, "::1", port);
  send(fd, "x", 1, 0);
  check::that((check::poll_one(fd, POLLIN, 1000) & POLLERR) != 0, "an error is polled");
  char payload[64], control[256];
  iovec part{payload, sizeof payload};
  sockaddr_in6 to{};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = sizeof to;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  check::equal(recvmsg(fd, &message, MSG_ERRQUEUE), 1, "what was sent comes back");
  check::equal(ntohs(to.sin6_port), port, "with where it went");
  cmsghdr* c = CMSG_FIRSTHDR(&message);
  if (!check::that(c != nullptr && c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT,
                   "with the hop limit of who said so")) {
    return;
  }
  const int hops = *CMSG_DATA(c);  // Linux begins at 64, the stack at 255
  check::that(hops == 64 || hops == 255, "which is no router away");
  c = CMSG_NXTHDR(&message, c);
  if (!check::that(c != nullptr && c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR,
                   "as IPV6_RECVERR")) {
    return;
  }
  sock_extended_err error{};
  std::memcpy(&error, CMSG_DATA(c), sizeof error);
  check::equal(error.ee_origin, SO_EE_ORIGIN_ICMP6, "from ICMPv6");
  check::equal(error.ee_errno, ECONNREFUSED, "refused");
  check::equal(error.ee_type, ICMP6_DST_UNREACH, "destination unreachable");
  check::equal(error.ee_code, ICMP6_DST_UNREACH_NOPORT, "port unreachable");
  sockaddr_in6 offender{};
  std::memcpy(&offender, CMSG_DATA(c) + sizeof error, sizeof offender);
  check::that(IN6_IS_ADDR_LOOPBACK(&offender.sin6_addr), "says ::1");
  close(fd);
}

void options() {
  const int udp = socket(AF_INET6, SOCK_DGRAM, 0);
  check::equal(get(udp, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 64, "hop limit by default");
  check::equal(get(udp, IPPROTO_IPV6, IPV6_MULTICAST_HOPS), 1, "that of multicasts");
  check::equal(set(udp, IPPROTO_IPV6, IPV6_UNICAST_HOPS, -1), 0, "-1 is the default");
  check::fails([&] { return set(udp, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 256); }, EINVAL, "256");
  check::equal(set(udp, IPPROTO_IPV6, IPV6_TCLASS, 0xb8), 0, "IPV6_TCLASS");
  check::equal(get(udp, IPPROTO_IPV6, IPV6_TCLASS), 0xb8, "reads back");
  check::fails([&] { return set(udp, IPPROTO_IPV6, IPV6_TCLASS, 256); }, EINVAL, "256");
  check::fails([&] { return setsockopt(udp, IPPROTO_IPV6, IPV6_TCLASS, "", 1); }, EINVAL,
               "a single byte");
  check::fails([&] { return set(udp, IPPROTO_IPV6, 250, 1); }, ENOPROTOOPT, "an unknown option");
  check::equal(set(udp, IPPROTO_IP, IP_TTL, 9), 0, "options of IPv4 are for mapped addresses");
  close(udp);
}

// The numeric addresses of getaddrinfo in order, or its error.
std::string addresses_of(const char* name, int family, int flags) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_family = family;
  hints.ai_flags = flags;
  hints.ai_socktype = SOCK_STREAM;
  const int error = getaddrinfo(name, "80", &hints, &list);
  if (error != 0) return gai_strerror(error);
  std::string all;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    char host[NI_MAXHOST];
    getnameinfo(one->ai_addr, one->ai_addrlen, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
    all += std::string(host) + " ";
  }
  freeaddrinfo(list);
  return all;
}

void names() {
  same(addresses_of(nullptr, AF_UNSPEC, 0), "::1 127.0.0.1 ", "no name: ::1 comes first");
  same(addresses_of(nullptr, AF_UNSPEC, AI_PASSIVE), "0.0.0.0 :: ", "to serve: 0.0.0.0 does");
  same(addresses_of(nullptr, AF_INET6, AI_PASSIVE), ":: ", "the wildcard");
  same(addresses_of("::ffff:192.0.2.1", AF_INET, 0), "192.0.2.1 ", "mapped where IPv4 is due");
  same(addresses_of("192.0.2.1", AF_INET6, 0), gai_strerror(EAI_ADDRFAMILY), "no mapping unasked");
  same(addresses_of("fe80::1%lo", AF_UNSPEC, 0), "fe80::1%lo ", "a scope by name");
  same(addresses_of("fe80::1%1", AF_UNSPEC, 0), "fe80::1%lo ", "and by number");
  same(addresses_of("fe80::1%nosuch", AF_UNSPEC, AI_NUMERICHOST), gai_strerror(EAI_NONAME),
       "no such interface");
  ifaddrs* list = nullptr;
  check::equal(getifaddrs(&list), 0, "getifaddrs");
  bool found = false;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET6) continue;
    sockaddr_in6 in, mask;
    std::memcpy(&in, one->ifa_addr, sizeof in);
    std::memcpy(&mask, one->ifa_netmask, sizeof mask);
    found =
        found || (std::strcmp(one->ifa_name, "lo") == 0 && IN6_IS_ADDR_LOOPBACK(&in.sin6_addr) &&
                  mask.sin6_addr.s6_addr[15] == 0xff && in.sin6_scope_id == 0);
  }
  check::that(found, "lists ::1/128 on lo");
  freeifaddrs(list);
}

}  // namespace

int main() {
  streams();
  only_ip6();
  wrong_addresses();
  packet_information_of_all_that_is_sent();
  datagrams();
  errors_come_back();
  options();
  names();
  return check::finish();
}
