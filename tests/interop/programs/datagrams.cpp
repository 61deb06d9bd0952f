// UDP: boundaries, truncation, empty datagrams, addresses, control messages, errors that come back.
#include <fcntl.h>
#include <linux/errqueue.h>
#include <netinet/ip.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include <string>

#include "check.h"

namespace {

struct Pair {
  int a, b;
  Pair() : a(socket(check::family, SOCK_DGRAM, 0)), b(socket(check::family, SOCK_DGRAM, 0)) {
    check::bind_to(a, 0);
    check::bind_to(b, 0);
    check::connect_to(a, check::port_of(b));
  }
  ~Pair() {
    close(a);
    close(b);
  }
};

void boundaries() {
  const Pair p;
  char buffer[64];
  send(p.a, "one", 3, 0);
  send(p.a, "", 0, 0);
  check::equal(write(p.a, "three", 5), 5, "write is a datagram");
  check::that((check::poll_one(p.b, POLLIN, 1000) & POLLIN) != 0, "poll says readable");
  usleep(50000);
  int first = -1;
  check::equal(ioctl(p.b, FIONREAD, &first), 0, "FIONREAD");
  check::equal(first, 3, "is the size of the first");
  check::equal(recv(p.b, buffer, 2, MSG_PEEK | MSG_TRUNC), 3, "MSG_TRUNC tells the full length");
  check::equal(recv(p.b, buffer, 2, 0), 2, "a short buffer cuts");
  check::equal(recv(p.b, buffer, sizeof buffer, 0), 0, "an empty datagram");
  check::equal(read(p.b, buffer, sizeof buffer), 5, "read is a datagram");
  check::fails([&] { return recv(p.b, buffer, 1, MSG_DONTWAIT); }, EAGAIN, "and no more");
}

void addresses() {
  const Pair p;
  char buffer[16];
  check::Address from;
  socklen_t length = sizeof from;
  send(p.a, "x", 1, 0);
  check::equal(recvfrom(p.b, buffer, sizeof buffer, 0, check::any(from), &length), 1, "recvfrom");
  check::that(length == check::address_length && from.any.sa_family == check::family,
              "tells an address");
  check::equal(check::port_in(from), check::port_of(p.a), "with the sender's port");
  check::equal(sendto(p.b, "back", 4, 0, check::any(from), check::address_length), 4, "sendto");
  check::equal(recv(p.a, buffer, sizeof buffer, 0), 4, "reaches it");
  check::fails([&] { return send(p.b, "x", 1, 0); }, EDESTADDRREQ, "send without a peer");
  check::fails([&] { return sendto(p.b, "x", 1, 0, check::any(from), 4); }, EINVAL,
               "sendto with a short address");
  from.any.sa_family = AF_UNIX;
  check::fails([&] { return sendto(p.b, "x", 1, 0, check::any(from), check::address_length); },
               check::is_ip6 ? EINVAL : EAFNOSUPPORT, "sendto to another family");
  from = check::address(0);
  check::fails([&] { return sendto(p.b, "x", 1, 0, check::any(from), check::address_length); },
               EINVAL, "sendto to port 0");
}

// The length in IPv4's header counts that header (RFC 791 3.1), in IPv6's not (RFC 8200 3).
void largest() {
  const Pair p;
  const size_t bytes_max = check::is_ip6 ? 65'527 : 65'507;
  const std::string large(bytes_max + 1, 'x');
  check::fails([&] { return send(p.a, large.data(), bytes_max + 1, 0); }, EMSGSIZE,
               "one byte too many");
  check::equal(send(p.a, large.data(), bytes_max, 0), static_cast<long>(bytes_max),
               "as many as there can be");
  static char all[65536];
  check::equal(recv(p.b, all, sizeof all, 0), static_cast<long>(bytes_max), "arrive");
}

void association() {
  const Pair p;
  const int stranger = socket(check::family, SOCK_DGRAM, 0);
  const check::Address to = check::address(check::port_of(p.a));
  check::equal(sendto(stranger, "x", 1, 0, check::any(to), check::address_length), 1,
               "a stranger sends");
  usleep(50000);
  char buffer[16];
  check::fails([&] { return recv(p.a, buffer, 1, MSG_DONTWAIT); }, EAGAIN,
               "a connected socket does not hear it");
  check::Address none;
  none.any.sa_family = AF_UNSPEC;
  check::equal(check::connect_to(p.a, none), 0, "dissolving the association");
  socklen_t length = sizeof none;
  check::fails([&] { return getpeername(p.a, check::any(none), &length); }, ENOTCONN,
               "no peer now");
  close(stranger);
}

void vectors() {
  const Pair p;
  char one[3] = {'a', 'b', 'c'}, two[3] = {'d', 'e', 'f'};
  iovec parts[2] = {{one, 3}, {two, 3}};
  check::equal(writev(p.a, parts, 2), 6, "writev is one datagram");
  char in[8];
  iovec into[2] = {{in, 2}, {in + 2, 2}};
  msghdr message{};
  message.msg_iov = into;
  message.msg_iovlen = 2;
  check::equal(recvmsg(p.b, &message, 0), 4, "recvmsg scatters");
  check::that(std::memcmp(in, "abcd", 4) == 0 && message.msg_flags == MSG_TRUNC,
              "and tells of the cut");
  mmsghdr many[3]{};
  for (auto& one_message : many) {
    one_message.msg_hdr.msg_iov = parts;
    one_message.msg_hdr.msg_iovlen = 1;
  }
  check::equal(sendmmsg(p.a, many, 3, 0), 3, "sendmmsg");
  usleep(50000);
  check::equal(recvmmsg(p.b, many, 3, 0, nullptr), 3, "recvmmsg");
  check::that(many[0].msg_len == 3 && many[2].msg_len == 3, "with their lengths");
}

void switch_on(int fd, check::Option option, const char* what) {
  const int on = 1;
  check::equal(setsockopt(fd, option.level, option.name, &on, sizeof on), 0, what);
}

// The control message of a kind in `message`, or null.
const cmsghdr* find(msghdr& message, check::Option kind) {
  const auto [level, type] = kind;
  for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_level == level && one->cmsg_type == type) return one;
  }
  return nullptr;
}

// Does it say that the datagram came to loopback's address on loopback?
bool is_packet_of_loopback(const cmsghdr* packet) {
  if (packet == nullptr) return false;
  if (check::is_ip6) {
    in6_pktinfo info{};
    std::memcpy(&info, CMSG_DATA(packet), sizeof info);
    return info.ipi6_ifindex == 1 && IN6_IS_ADDR_LOOPBACK(&info.ipi6_addr);
  }
  in_pktinfo info{};
  std::memcpy(&info, CMSG_DATA(packet), sizeof info);
  return info.ipi_ifindex == 1 && info.ipi_addr.s_addr == htonl(INADDR_LOOPBACK);
}

int hops_in(msghdr& message) {
  const cmsghdr* entry = find(message, check::of_ip(IP_TTL, IPV6_HOPLIMIT));
  int hops = 0;
  if (entry != nullptr) std::memcpy(&hops, CMSG_DATA(entry), sizeof hops);
  return hops;
}

void control() {
  const Pair p;
  switch_on(p.b, {SOL_SOCKET, SO_TIMESTAMP}, "SO_TIMESTAMP");
  switch_on(p.b, check::of_ip(IP_RECVTTL, IPV6_RECVHOPLIMIT), "IP_RECVTTL");
  switch_on(p.b, check::of_ip(IP_PKTINFO, IPV6_RECVPKTINFO), "IP_PKTINFO");
  switch_on(p.b, check::of_ip(IP_RECVTOS, IPV6_RECVTCLASS), "IP_RECVTOS");
  send(p.a, "x", 1, 0);
  alignas(cmsghdr) char space[256];
  char byte;
  iovec part{&byte, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof space;
  check::equal(recvmsg(p.b, &message, 0), 1, "recvmsg with control data");
  const cmsghdr* time = find(message, {SOL_SOCKET, SCM_TIMESTAMP});
  check::that(time != nullptr && time->cmsg_len == CMSG_LEN(sizeof(timeval)), "has a timestamp");
  check::equal(hops_in(message), 64, "has the TTL");
  check::that(is_packet_of_loopback(find(message, check::of_ip(IP_PKTINFO, IPV6_PKTINFO))),
              "has interface and address");
  check::that(find(message, check::of_ip(IP_TOS, IPV6_TCLASS)) != nullptr, "has the TOS");
  send(p.a, "x", 1, 0);
  message.msg_controllen = 20;
  check::equal(recvmsg(p.b, &message, 0), 1, "recvmsg with little room for it");
  check::that((message.msg_flags & MSG_CTRUNC) != 0, "says that it was cut");
}

void refused() {
  const int fd = socket(check::family, SOCK_DGRAM, 0);
  const int other = socket(check::family, SOCK_DGRAM, 0);
  check::bind_to(other, 0);
  const unsigned port = check::port_of(other);
  close(other);
  check::connect_to(fd, port);
  check::equal(send(fd, "x", 1, 0), 1, "send to a port where nobody is");
  check::that((check::poll_one(fd, POLLIN, 1000) & POLLERR) != 0,
              "poll says that something went wrong");
  char byte;
  check::fails([&] { return recv(fd, &byte, 1, 0); }, ECONNREFUSED, "recv says what");
  check::fails([&] { return recv(fd, &byte, 1, MSG_DONTWAIT); }, EAGAIN, "once");
  send(fd, "x", 1, 0);
  check::poll_one(fd, POLLIN, 1000);
  check::equal(check::pending_error(fd), ECONNREFUSED, "SO_ERROR says it, too");
  check::equal(check::poll_one(fd, POLLIN, 0), 0, "and poll is quiet");
  close(fd);
}

// RFC 792 page 4; RFC 4443 3.1.
bool is_port_unreachable(const sock_extended_err& error) {
  const bool is_so =
      check::is_ip6
          ? error.ee_origin == SO_EE_ORIGIN_ICMP6 && error.ee_type == 1 && error.ee_code == 4
          : error.ee_origin == SO_EE_ORIGIN_ICMP && error.ee_type == 3 && error.ee_code == 3;
  return is_so && error.ee_errno == ECONNREFUSED;
}

void queued_error() {
  const int fd = socket(check::family, SOCK_DGRAM, 0);
  switch_on(fd, check::of_ip(IP_RECVERR, IPV6_RECVERR), "IP_RECVERR");
  switch_on(fd, check::of_ip(IP_RECVTTL, IPV6_RECVHOPLIMIT), "IP_RECVTTL");
  const unsigned port = check::free_port();
  const check::Address to = check::address(port);
  check::equal(sendto(fd, "quoted", 6, 0, check::any(to), check::address_length), 6,
               "an unconnected send");
  check::that((check::poll_one(fd, POLLIN, 1000) & POLLERR) != 0, "meets an error");
  alignas(cmsghdr) char space[256];
  char payload[64];
  iovec part{payload, sizeof payload};
  check::Address name;
  msghdr message{};
  message.msg_name = &name;
  message.msg_namelen = sizeof name;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof space;
  check::equal(recvmsg(fd, &message, MSG_ERRQUEUE), 6, "which quotes the datagram");
  check::that(std::memcmp(payload, "quoted", 6) == 0, "as it was");
  check::equal(message.msg_flags, MSG_ERRQUEUE, "flags say where it is from");
  check::equal(check::port_in(name), port, "and the name where it went");
  const cmsghdr* entry = find(message, check::of_ip(IP_RECVERR, IPV6_RECVERR));
  struct {
    sock_extended_err error;
    check::Address offender;
  } extended{};
  if (entry != nullptr) std::memcpy(&extended, CMSG_DATA(entry), sizeof extended);
  check::that(is_port_unreachable(extended.error), "port unreachable");
  check::that(check::is_host(extended.offender, check::Host::kLoopback), "reported by loopback");
  const int hops = hops_in(message);  // over IPv6 errors of the stack begin at 255
  check::that(hops == 64 || (check::family == AF_INET6 && hops == 255), "from no router away");
  message.msg_controllen = sizeof space;
  check::fails([&] { return recvmsg(fd, &message, MSG_ERRQUEUE); }, EAGAIN, "and no other");
  close(fd);
}

}  // namespace

int main() {
  boundaries();
  addresses();
  largest();
  association();
  vectors();
  control();
  refused();
  queued_error();
  return check::finish();
}
