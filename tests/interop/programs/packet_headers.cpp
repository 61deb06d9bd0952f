// Options of IPv4's header and extension headers of IPv6, sent and heard of by socket options and
// control messages (RFC 3542); and what only privileged programs may set.
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include "check.h"

namespace {

struct Pair {
  int server, client;
};

Pair pair_of(int family) {
  const int server = socket(family, SOCK_DGRAM, 0);
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_addr = in6addr_loopback;
  socklen_t length = sizeof in;
  if (family == AF_INET) {
    check::bind_to(server, 0);
  } else {
    bind(server, reinterpret_cast<sockaddr*>(&in), length);
  }
  getsockname(server, reinterpret_cast<sockaddr*>(&in), &length);
  const int client = socket(family, SOCK_DGRAM, 0);
  connect(client, reinterpret_cast<sockaddr*>(&in), length);
  return {server, client};
}

void close_pair(const Pair& pair) {
  close(pair.server);
  close(pair.client);
}

int set(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value);
}

struct Received {
  char bytes[64];
  alignas(cmsghdr) char control[512];
  msghdr message{};
  long size = -1;

  explicit Received(int fd, size_t room = 64, int flags = 0) {
    iovec part{bytes, room};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    size = recvmsg(fd, &message, flags);
    message.msg_iov = nullptr;
  }
  const cmsghdr* find(int level, int type) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      if (c->cmsg_level == level && c->cmsg_type == type) return c;
    }
    return nullptr;
  }
  // Whether there is one whose data is `wanted` from byte `from` on.
  bool has(int level, int type, const void* wanted, size_t length, size_t from = 0) {
    const cmsghdr* c = find(level, type);
    return c != nullptr && c->cmsg_len == CMSG_LEN(length) &&
           std::memcmp(CMSG_DATA(c) + from, static_cast<const char*>(wanted) + from,
                       length - from) == 0;
  }
};

long send_with(int fd, int level, int type, const void* data, size_t bytes) {
  iovec part{const_cast<char*>("text"), 4};
  alignas(cmsghdr) char control[256] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(bytes);
  cmsghdr* entry = CMSG_FIRSTHDR(&message);
  entry->cmsg_level = level;
  entry->cmsg_type = type;
  entry->cmsg_len = CMSG_LEN(bytes);
  std::memcpy(CMSG_DATA(entry), data, bytes);
  return sendmsg(fd, &message, 0);
}

const unsigned char kSkip[16] = {0, 1, 0x1e, 12};          // an option to be skipped (RFC 4727)
const unsigned char kAlert[8] = {0, 0, 5, 2, 0, 0, 1, 0};  // Router Alert, and a pad

void sticky_headers() {
  const Pair p = pair_of(AF_INET6);
  unsigned char read[64];
  socklen_t length = sizeof read;
  check::equal(getsockopt(p.client, IPPROTO_IPV6, IPV6_DSTOPTS, read, &length), 0,
               "IPV6_DSTOPTS reads");
  check::equal(length, 0, "  as none at first");
  check::equal(setsockopt(p.client, IPPROTO_IPV6, IPV6_DSTOPTS, kSkip, sizeof kSkip), 0,
               "  is set");
  length = sizeof read;
  getsockopt(p.client, IPPROTO_IPV6, IPV6_DSTOPTS, read, &length);
  check::that(length == sizeof kSkip && std::memcmp(read, kSkip, sizeof kSkip) == 0,
              "  and reads as set");
  check::equal(setsockopt(p.client, IPPROTO_IPV6, IPV6_HOPOPTS, kSkip, sizeof kSkip), 0,
               "IPV6_HOPOPTS is set");
  set(p.server, IPPROTO_IPV6, IPV6_RECVDSTOPTS, 1);
  set(p.server, IPPROTO_IPV6, IPV6_RECVHOPOPTS, 1);
  send(p.client, "text", 4, 0);
  check::equal(Received(p.server, 64, MSG_PEEK).size, 4, "  the payload alone is payload");
  check::equal(Received(p.server, 2, MSG_PEEK | MSG_TRUNC).size, 4, "  also when it is cut");
  Received got(p.server);
  check::that(std::memcmp(got.bytes, "text", 4) == 0, "  unchanged");
  check::that(got.has(IPPROTO_IPV6, IPV6_DSTOPTS, kSkip, sizeof kSkip, 1), "  IPV6_DSTOPTS comes");
  check::that(got.has(IPPROTO_IPV6, IPV6_HOPOPTS, kSkip, sizeof kSkip, 1), "  IPV6_HOPOPTS comes");
  check::equal(setsockopt(p.client, IPPROTO_IPV6, IPV6_DSTOPTS, nullptr, 0), 0, "  is taken back");
  send(p.client, "text", 4, 0);
  Received without(p.server);
  check::that(without.find(IPPROTO_IPV6, IPV6_DSTOPTS) == nullptr, "  and does not come");
  check::that(without.find(IPPROTO_IPV6, IPV6_HOPOPTS) != nullptr, "  but the other one does");
  close_pair(p);
}

void refused_headers() {
  const Pair p = pair_of(AF_INET6);
  const auto setting = [&](int name, const void* data, socklen_t bytes) {
    return [=] { return setsockopt(p.client, IPPROTO_IPV6, name, data, bytes); };
  };
  check::fails(setting(IPV6_DSTOPTS, kSkip, 8), EINVAL, "a header longer than the option");
  check::fails(setting(IPV6_DSTOPTS, kSkip, 7), EINVAL, "a length that is no multiple of 8");
  check::fails(setting(IPV6_DSTOPTS, nullptr, 8), EINVAL, "a null pointer");
  const unsigned char type_0[24] = {0, 2, 0, 1};
  check::fails(setting(IPV6_RTHDR, type_0, sizeof type_0), EINVAL, "a routing header of type 0");
  check::fails([&] { return send_with(p.client, IPPROTO_IPV6, IPV6_DSTOPTS, kSkip, 8); }, EINVAL,
               "a control message with half a header");
  close_pair(p);
}

void headers_of_one_datagram() {
  const Pair p = pair_of(AF_INET6);
  set(p.server, IPPROTO_IPV6, IPV6_RECVHOPOPTS, 1);
  check::equal(send_with(p.client, IPPROTO_IPV6, IPV6_HOPOPTS, kAlert, sizeof kAlert), 4,
               "IPV6_HOPOPTS with a datagram");
  Received got(p.server);
  check::equal(got.size, 4, "  its payload");
  check::that(got.has(IPPROTO_IPV6, IPV6_HOPOPTS, kAlert, sizeof kAlert, 1), "  and the header");
  send(p.client, "text", 4, 0);
  check::that(Received(p.server).find(IPPROTO_IPV6, IPV6_HOPOPTS) == nullptr,
              "  not with the next one");
  set(p.server, IPPROTO_IPV6, IPV6_RECVHOPOPTS, 0);
  send_with(p.client, IPPROTO_IPV6, IPV6_HOPOPTS, kAlert, sizeof kAlert);
  Received unasked(p.server);
  check::that(unasked.size == 4 && unasked.find(IPPROTO_IPV6, IPV6_HOPOPTS) == nullptr,
              "  nor to whom has taken the wish back");
  close_pair(p);
}

void options_of_ip4() {
  const Pair p = pair_of(AF_INET);
  const unsigned char route[11] = {IPOPT_RR, 11, 4};
  const unsigned char bad[11] = {IPOPT_RR, 11, 3};
  unsigned char read[64];
  socklen_t length = sizeof read;
  check::fails([&] { return setsockopt(p.client, IPPROTO_IP, IP_OPTIONS, bad, sizeof bad); },
               EINVAL, "IP_OPTIONS, malformed");
  check::equal(setsockopt(p.client, IPPROTO_IP, IP_OPTIONS, route, sizeof route), 0,
               "IP_OPTIONS, record route");
  getsockopt(p.client, IPPROTO_IP, IP_OPTIONS, read, &length);
  check::equal(length, 12, "  reads padded to words");
  check::that(std::memcmp(read, route, sizeof route) == 0, "  as it was set");
  set(p.server, IPPROTO_IP, IP_RECVOPTS, 1);
  send(p.client, "text", 4, 0);
  Received got(p.server);
  check::equal(got.size, 4, "  the payload alone is payload");
  const cmsghdr* options = got.find(IPPROTO_IP, IP_RECVOPTS);
  if (check::that(options != nullptr, "  IP_RECVOPTS comes")) {
    const unsigned char* data = CMSG_DATA(options);
    const in_addr_t here = htonl(INADDR_LOOPBACK);
    check::that(data[0] == IPOPT_RR && std::memcmp(data + 3, &here, sizeof here) == 0,
                "  with the sender in it");
  }
  const unsigned char nothing[4] = {IPOPT_NOP, IPOPT_NOP, IPOPT_NOP, IPOPT_NOP};
  check::equal(send_with(p.client, IPPROTO_IP, IP_RETOPTS, nothing, sizeof nothing), 4,
               "IP_RETOPTS with a datagram");
  Received other(p.server);
  check::that(other.has(IPPROTO_IP, IP_RECVOPTS, nothing, sizeof nothing),
              "  replaces those of the socket");
  close_pair(p);
}

void drop_privileges() {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
  check::equal(syscall(SYS_capset, &head, none), 0, "capabilities are dropped");
}

void without_privileges() {
  const Pair p4 = pair_of(AF_INET);
  const Pair p6 = pair_of(AF_INET6);
  drop_privileges();
  const auto setting = [](int fd, int level, int name, int value) {
    return [=] { return set(fd, level, name, value); };
  };
  check::fails(setting(p4.client, IPPROTO_IP, IP_TRANSPARENT, 1), EPERM, "IP_TRANSPARENT");
  check::equal(set(p4.client, IPPROTO_IP, IP_TRANSPARENT, 0), 0, "  may be switched off");
  check::fails(setting(p6.client, IPPROTO_IPV6, IPV6_TRANSPARENT, 1), EPERM, "IPV6_TRANSPARENT");
  check::equal(set(p4.client, IPPROTO_IP, IP_FREEBIND, 1), 0, "IP_FREEBIND is everybody's");
  check::fails(setting(p4.client, SOL_SOCKET, SO_MARK, 1), EPERM, "SO_MARK");
  check::fails(setting(p4.client, SOL_SOCKET, SO_PRIORITY, 7), EPERM, "SO_PRIORITY above 6");
  check::equal(set(p4.client, SOL_SOCKET, SO_PRIORITY, 6), 0, "  6");
  check::fails(setting(p4.client, SOL_SOCKET, SO_DEBUG, 1), EACCES, "SO_DEBUG");
  check::fails(setting(p4.client, SOL_SOCKET, SO_RCVBUFFORCE, 65536), EPERM, "SO_RCVBUFFORCE");
  check::fails(
      [&] { return setsockopt(p6.client, IPPROTO_IPV6, IPV6_HOPOPTS, kSkip, sizeof kSkip); }, EPERM,
      "IPV6_HOPOPTS");
  check::fails(
      [&] { return send_with(p6.client, IPPROTO_IPV6, IPV6_DSTOPTS, kSkip, sizeof kSkip); }, EPERM,
      "  and with a datagram");
  const unsigned char security[4] = {130, 4, 0, 0};
  check::fails(
      [&] { return setsockopt(p4.client, IPPROTO_IP, IP_OPTIONS, security, sizeof security); },
      EINVAL, "IP_OPTIONS of an uncommon type");
  close_pair(p4);
  close_pair(p6);
}

}  // namespace

int main() {
  sticky_headers();
  refused_headers();
  headers_of_one_datagram();
  options_of_ip4();
  without_privileges();
  return check::finish();
}
