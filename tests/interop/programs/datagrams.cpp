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
  Pair() : a(socket(AF_INET, SOCK_DGRAM, 0)), b(socket(AF_INET, SOCK_DGRAM, 0)) {
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
  sockaddr_in from{};
  socklen_t length = sizeof from;
  send(p.a, "x", 1, 0);
  check::equal(recvfrom(p.b, buffer, sizeof buffer, 0, check::any(from), &length), 1, "recvfrom");
  check::that(length == sizeof from && from.sin_family == AF_INET, "tells an address");
  check::equal(ntohs(from.sin_port), check::port_of(p.a), "with the sender's port");
  check::equal(sendto(p.b, "back", 4, 0, check::any(from), sizeof from), 4, "sendto");
  check::equal(recv(p.a, buffer, sizeof buffer, 0), 4, "reaches it");
  check::fails([&] { return send(p.b, "x", 1, 0); }, EDESTADDRREQ, "send without a peer");
  check::fails([&] { return sendto(p.b, "x", 1, 0, check::any(from), 4); }, EINVAL,
               "sendto with a short address");
  from.sin_family = AF_UNIX;
  check::fails([&] { return sendto(p.b, "x", 1, 0, check::any(from), sizeof from); }, EAFNOSUPPORT,
               "sendto to another family");
  from = check::address(0);
  check::fails([&] { return sendto(p.b, "x", 1, 0, check::any(from), sizeof from); }, EINVAL,
               "sendto to port 0");
  const std::string large(65508, 'x');
  check::fails([&] { return send(p.a, large.data(), large.size(), 0); }, EMSGSIZE,
               "one byte too many");
  check::equal(send(p.a, large.data(), 65507, 0), 65507, "as many as there can be");
  static char all[65536];
  check::equal(recv(p.b, all, sizeof all, 0), 65507, "arrive");
}

void association() {
  const Pair p;
  const int stranger = socket(AF_INET, SOCK_DGRAM, 0);
  const sockaddr_in to = check::address(check::port_of(p.a));
  check::equal(sendto(stranger, "x", 1, 0, check::any(to), sizeof to), 1, "a stranger sends");
  usleep(50000);
  char buffer[16];
  check::fails([&] { return recv(p.a, buffer, 1, MSG_DONTWAIT); }, EAGAIN,
               "a connected socket does not hear it");
  sockaddr_in none{};
  none.sin_family = AF_UNSPEC;
  check::equal(connect(p.a, check::any(none), sizeof none), 0, "dissolving the association");
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

// The control message of a kind in `message`, or null.
const cmsghdr* find(msghdr& message, int level, int type) {
  for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_level == level && one->cmsg_type == type) return one;
  }
  return nullptr;
}

void control() {
  const Pair p;
  const int on = 1;
  check::equal(setsockopt(p.b, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof on), 0, "SO_TIMESTAMP");
  check::equal(setsockopt(p.b, IPPROTO_IP, IP_RECVTTL, &on, sizeof on), 0, "IP_RECVTTL");
  check::equal(setsockopt(p.b, IPPROTO_IP, IP_PKTINFO, &on, sizeof on), 0, "IP_PKTINFO");
  check::equal(setsockopt(p.b, IPPROTO_IP, IP_RECVTOS, &on, sizeof on), 0, "IP_RECVTOS");
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
  const cmsghdr* time = find(message, SOL_SOCKET, SCM_TIMESTAMP);
  check::that(time != nullptr && time->cmsg_len == CMSG_LEN(sizeof(timeval)), "has a timestamp");
  const cmsghdr* ttl = find(message, IPPROTO_IP, IP_TTL);
  int hops = 0;
  if (ttl != nullptr) std::memcpy(&hops, CMSG_DATA(ttl), sizeof hops);
  check::equal(hops, 64, "has the TTL");
  const cmsghdr* packet = find(message, IPPROTO_IP, IP_PKTINFO);
  in_pktinfo info{};
  if (packet != nullptr) std::memcpy(&info, CMSG_DATA(packet), sizeof info);
  check::that(info.ipi_ifindex == 1 && info.ipi_addr.s_addr == htonl(INADDR_LOOPBACK),
              "has interface and address");
  check::that(find(message, IPPROTO_IP, IP_TOS) != nullptr, "has the TOS");
  send(p.a, "x", 1, 0);
  message.msg_controllen = 20;
  check::equal(recvmsg(p.b, &message, 0), 1, "recvmsg with little room for it");
  check::that((message.msg_flags & MSG_CTRUNC) != 0, "says that it was cut");
}

void refused() {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const int other = socket(AF_INET, SOCK_DGRAM, 0);
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

void queued_error() {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const int on = 1;
  check::equal(setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on), 0, "IP_RECVERR");
  check::equal(setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof on), 0, "IP_RECVTTL");
  const unsigned port = check::free_port();
  const sockaddr_in to = check::address(port);
  check::equal(sendto(fd, "quoted", 6, 0, check::any(to), sizeof to), 6, "an unconnected send");
  check::that((check::poll_one(fd, POLLIN, 1000) & POLLERR) != 0, "meets an error");
  alignas(cmsghdr) char space[256];
  char payload[64];
  iovec part{payload, sizeof payload};
  sockaddr_in name{};
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
  check::equal(ntohs(name.sin_port), port, "and the name where it went");
  const cmsghdr* entry = find(message, IPPROTO_IP, IP_RECVERR);
  struct {
    sock_extended_err error;
    sockaddr_in offender;
  } extended{};
  if (entry != nullptr) std::memcpy(&extended, CMSG_DATA(entry), sizeof extended);
  check::that(extended.error.ee_errno == ECONNREFUSED &&
                  extended.error.ee_origin == SO_EE_ORIGIN_ICMP && extended.error.ee_type == 3 &&
                  extended.error.ee_code == 3,
              "port unreachable");
  check::equal(ntohl(extended.offender.sin_addr.s_addr), INADDR_LOOPBACK, "reported by loopback");
  const cmsghdr* ttl = find(message, IPPROTO_IP, IP_TTL);
  check::equal(ttl != nullptr ? *CMSG_DATA(ttl) : 0, 64, "from no router away");
  message.msg_controllen = sizeof space;
  check::fails([&] { return recvmsg(fd, &message, MSG_ERRQUEUE); }, EAGAIN, "and no other");
  close(fd);
}

}  // namespace

int main() {
  boundaries();
  addresses();
  association();
  vectors();
  control();
  refused();
  queued_error();
  return check::finish();
}
