// Socket options: values, lengths and errors.
#include <netinet/tcp.h>

#include <iterator>
#include <string_view>

#include "check.h"

namespace {

int get(int fd, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  return getsockopt(fd, level, name, &value, &length) == 0 && length == sizeof value ? value : -2;
}

int set(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value);
}

struct Switch {
  int level, name, initial;
  const char* what;
};

void switches(int fd, const Switch* list, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const Switch& one = list[i];
    check::equal(get(fd, one.level, one.name), one.initial, one.what);
    check::equal(set(fd, one.level, one.name, 5), 0, "  switched on");
    check::equal(get(fd, one.level, one.name), 1, "  reads 1");
    check::equal(set(fd, one.level, one.name, 0), 0, "  switched off");
    check::equal(get(fd, one.level, one.name), 0, "  reads 0");
  }
}

void of_sockets() {
  const int tcp = socket(check::family, SOCK_STREAM, 0);
  const int udp = socket(check::family, SOCK_DGRAM, 0);
  check::equal(get(tcp, SOL_SOCKET, SO_TYPE), SOCK_STREAM, "SO_TYPE of TCP");
  check::equal(get(udp, SOL_SOCKET, SO_TYPE), SOCK_DGRAM, "SO_TYPE of UDP");
  check::equal(get(tcp, SOL_SOCKET, SO_DOMAIN), check::family, "SO_DOMAIN");
  check::equal(get(tcp, SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP, "SO_PROTOCOL of TCP");
  check::equal(get(udp, SOL_SOCKET, SO_PROTOCOL), IPPROTO_UDP, "SO_PROTOCOL of UDP");
  check::equal(get(tcp, SOL_SOCKET, SO_ACCEPTCONN), 0, "SO_ACCEPTCONN before listen");
  listen(tcp, 1);
  check::equal(get(tcp, SOL_SOCKET, SO_ACCEPTCONN), 1, "SO_ACCEPTCONN after listen");
  check::equal(get(udp, SOL_SOCKET, SO_ERROR), 0, "SO_ERROR");
  const auto [ip, recverr] = check::of_ip(IP_RECVERR, IPV6_RECVERR);
  const Switch of_all[] = {
      {SOL_SOCKET, SO_REUSEADDR, 0, "SO_REUSEADDR"},
      {SOL_SOCKET, SO_REUSEPORT, 0, "SO_REUSEPORT"},
      {SOL_SOCKET, SO_BROADCAST, 0, "SO_BROADCAST"},
      {SOL_SOCKET, SO_TIMESTAMP, 0, "SO_TIMESTAMP"},
      {SOL_SOCKET, SO_TIMESTAMPNS, 0, "SO_TIMESTAMPNS"},
      {ip, recverr, 0, "IP_RECVERR"},
      {ip, check::of_ip(IP_RECVTTL, IPV6_RECVHOPLIMIT).name, 0, "IP_RECVTTL"},
      {ip, check::of_ip(IP_PKTINFO, IPV6_RECVPKTINFO).name, 0, "IP_PKTINFO"},
  };
  switches(udp, of_all, std::size(of_all));
  close(tcp);
  close(udp);
}

void of_tcp() {
  const int fd = socket(check::family, SOCK_STREAM, 0);
  constexpr Switch kOfTcp[] = {
      {SOL_SOCKET, SO_KEEPALIVE, 0, "SO_KEEPALIVE"},
      {SOL_SOCKET, SO_OOBINLINE, 0, "SO_OOBINLINE"},
      {IPPROTO_TCP, TCP_NODELAY, 0, "TCP_NODELAY"},
      {IPPROTO_TCP, TCP_CORK, 0, "TCP_CORK"},
  };
  switches(fd, kOfTcp, std::size(kOfTcp));
  check::equal(get(fd, IPPROTO_TCP, TCP_KEEPIDLE), 7200, "TCP_KEEPIDLE");
  check::equal(set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60), 0, "  set");
  check::equal(get(fd, IPPROTO_TCP, TCP_KEEPIDLE), 60, "  reads back");
  check::equal(get(fd, IPPROTO_TCP, TCP_KEEPINTVL), 75, "TCP_KEEPINTVL");
  check::equal(get(fd, IPPROTO_TCP, TCP_KEEPCNT), 9, "TCP_KEEPCNT");
  check::fails([&] { return set(fd, IPPROTO_TCP, TCP_KEEPCNT, 1000); }, EINVAL, "  out of range");
  check::equal(set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 5000), 0, "TCP_USER_TIMEOUT");
  check::equal(get(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 5000, "  reads back");
  linger wanted{1, 7}, kept{};
  socklen_t length = sizeof kept;
  check::equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &wanted, sizeof wanted), 0, "SO_LINGER");
  check::equal(getsockopt(fd, SOL_SOCKET, SO_LINGER, &kept, &length), 0, "  reads back");
  check::that(kept.l_onoff == 1 && kept.l_linger == 7 && length == sizeof kept, "  as set");
  char name[16] = {};
  length = sizeof name;
  check::equal(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &length), 0, "TCP_CONGESTION");
  check::that(name[0] != '\0' && length == sizeof name, "  has a name");
  check::equal(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4), 0, "  set");
  check::equal(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &length), 0, "  get");
  check::that(std::string_view(name) == "reno", "  as set");
  check::fails([&] { return setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "nosuch", 6); }, ENOENT,
               "  unknown");
  check::equal(get(fd, SOL_SOCKET, SO_MAX_PACING_RATE), -1, "SO_MAX_PACING_RATE");
  check::equal(set(fd, SOL_SOCKET, SO_MAX_PACING_RATE, 125'000), 0, "  set");
  check::equal(get(fd, SOL_SOCKET, SO_MAX_PACING_RATE), 125'000, "  reads back");
  tcp_info info{};
  length = sizeof info;
  check::equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0, "TCP_INFO");
  check::that(info.tcpi_state == TCP_CLOSE && length == sizeof info, "  of a closed socket");
  close(fd);
  const auto [a, b] = check::tcp_pair();
  length = sizeof info;
  getsockopt(a, IPPROTO_TCP, TCP_INFO, &info, &length);
  check::that(info.tcpi_state == TCP_ESTABLISHED, "  of a connected one");
  check::that(info.tcpi_ca_state == 0 && info.tcpi_snd_ssthresh >= 2, "  repairs nothing");
  check::that(info.tcpi_snd_mss > 0 && info.tcpi_snd_cwnd >= 1 && info.tcpi_rto > 0,
              "  has figures");
  close(a);
  close(b);
}

void buffers() {
  const int fd = socket(check::family, SOCK_DGRAM, 0);
  check::equal(set(fd, SOL_SOCKET, SO_RCVBUF, 65536), 0, "SO_RCVBUF");
  check::equal(get(fd, SOL_SOCKET, SO_RCVBUF), 131072, "  reads back doubled");
  check::equal(set(fd, SOL_SOCKET, SO_SNDBUF, 65536), 0, "SO_SNDBUF");
  check::equal(get(fd, SOL_SOCKET, SO_SNDBUF), 131072, "  reads back doubled");
  check::equal(set(fd, SOL_SOCKET, SO_SNDBUF, 324), 0, "a small SO_SNDBUF");
  const check::Address to = check::address(9);
  const char datagram[200] = {};
  check::equal(sendto(fd, datagram, sizeof datagram, 0, check::any(to), check::address_length),
               sizeof datagram, "  still sends");
  close(fd);
}

void of_ip4() {
  const int fd = socket(check::family, SOCK_DGRAM, 0);
  check::equal(get(fd, IPPROTO_IP, IP_TTL), 64, "IP_TTL");
  check::equal(set(fd, IPPROTO_IP, IP_TTL, 9), 0, "  set");
  check::equal(get(fd, IPPROTO_IP, IP_TTL), 9, "  reads back");
  check::fails([&] { return set(fd, IPPROTO_IP, IP_TTL, 256); }, EINVAL, "  out of range");
  check::fails([&] { return set(fd, IPPROTO_IP, IP_TTL, 0); }, EINVAL, "  zero");
  const uint8_t byte = 5;
  check::equal(setsockopt(fd, IPPROTO_IP, IP_TTL, &byte, 1), 0, "  one byte");
  uint8_t back = 0;
  socklen_t length = 1;
  check::equal(getsockopt(fd, IPPROTO_IP, IP_TTL, &back, &length), 0, "  read as one byte");
  check::that(back == 5 && length == 1, "  is the same");
  check::equal(set(fd, IPPROTO_IP, IP_TOS, 0x10), 0, "IP_TOS");
  check::equal(get(fd, IPPROTO_IP, IP_TOS), 0x10, "  reads back");
  check::fails([&] { return get(fd, IPPROTO_IP, IP_MTU) == -2 ? -1 : 0; }, ENOTCONN,
               "IP_MTU without a peer");
  check::equal(set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO), 0, "IP_MTU_DISCOVER");
  check::equal(get(fd, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_DO, "  reads back");
  check::fails([&] { return set(fd, IPPROTO_IP, IP_MTU_DISCOVER, 17); }, EINVAL, "  out of range");
  char options[40];
  length = sizeof options;
  check::equal(getsockopt(fd, IPPROTO_IP, IP_OPTIONS, options, &length), 0, "IP_OPTIONS");
  check::equal(length, 0, "  are none");
  check::fails([&] { return set(fd, IPPROTO_IP, IP_HDRINCL, 1); }, ENOPROTOOPT,
               "IP_HDRINCL on UDP");
  close(fd);
}

void of_ip6() {
  const int fd = socket(check::family, SOCK_DGRAM, 0);
  check::equal(get(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 64, "IPV6_UNICAST_HOPS");
  check::equal(set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9), 0, "  set");
  check::equal(get(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 9, "  reads back");
  check::fails([&] { return set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 256); }, EINVAL,
               "  out of range");
  check::equal(set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, -1), 0, "  the default");
  check::equal(get(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 64, "  again");
  const uint8_t byte = 5;
  check::fails([&] { return setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &byte, 1); }, EINVAL,
               "  one byte");
  check::equal(set(fd, IPPROTO_IPV6, IPV6_TCLASS, 0x10), 0, "IPV6_TCLASS");
  check::equal(get(fd, IPPROTO_IPV6, IPV6_TCLASS), 0x10, "  reads back");
  check::fails([&] { return get(fd, IPPROTO_IPV6, IPV6_MTU) == -2 ? -1 : 0; }, ENOTCONN,
               "IPV6_MTU without a peer");
  check::equal(set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO), 0, "IPV6_MTU_DISCOVER");
  check::equal(get(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER), IPV6_PMTUDISC_DO, "  reads back");
  check::fails([&] { return set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, 17); }, EINVAL,
               "  out of range");
  char options[40];
  socklen_t length = sizeof options;
  check::equal(getsockopt(fd, IPPROTO_IPV6, IPV6_HOPOPTS, options, &length), 0, "IPV6_HOPOPTS");
  check::equal(length, 0, "  are none");
  check::fails([&] { return set(fd, IPPROTO_IPV6, IPV6_HDRINCL, 1); }, ENOPROTOOPT,
               "IPV6_HDRINCL on UDP");
  close(fd);
}

void lengths_and_errors() {
  const int tcp = socket(check::family, SOCK_STREAM, 0);
  const int udp = socket(check::family, SOCK_DGRAM, 0);
  const int on = 1;
  check::fails([&] { return setsockopt(tcp, SOL_SOCKET, SO_KEEPALIVE, &on, 2); }, EINVAL,
               "a short int");
  check::fails([&] { return setsockopt(tcp, IPPROTO_TCP, TCP_NODELAY, &on, 2); }, EINVAL,
               "a short int of TCP");
  check::fails([&] { return setsockopt(tcp, SOL_SOCKET, SO_LINGER, &on, sizeof on); }, EINVAL,
               "a short linger");
  uint16_t half = 7;
  socklen_t length = sizeof half;
  check::equal(getsockopt(tcp, SOL_SOCKET, SO_TYPE, &half, &length), 0, "a short buffer is cut");
  check::that(half == SOCK_STREAM && length == sizeof half, "to its length");
  int value = 0;
  length = static_cast<socklen_t>(-1);
  check::fails([&] { return getsockopt(tcp, SOL_SOCKET, SO_TYPE, &value, &length); }, EINVAL,
               "a negative length");
  length = sizeof value;
  check::fails([&] { return getsockopt(tcp, SOL_SOCKET, 12345, &value, &length); }, ENOPROTOOPT,
               "an unknown option");
  check::fails([&] { return set(tcp, SOL_SOCKET, 12345, 1); }, ENOPROTOOPT, "and set");
  check::fails([&] { return getsockopt(udp, IPPROTO_TCP, TCP_NODELAY, &value, &length); },
               check::is_ip6 ? ENOPROTOOPT : EOPNOTSUPP, "an option of TCP from UDP");
  check::fails([&] { return set(udp, IPPROTO_TCP, TCP_NODELAY, 1); }, ENOPROTOOPT, "and set");
  check::fails([&] { return set(tcp, SOL_SOCKET, SO_TYPE, 1); }, ENOPROTOOPT, "SO_TYPE is fixed");
  check::fails([&] { return setsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, "nosuch0", 8); }, ENODEV,
               "SO_BINDTODEVICE to nothing");
  check::equal(setsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3), 0, "SO_BINDTODEVICE to lo");
  char device[16] = {};
  length = sizeof device;
  check::equal(getsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, device, &length), 0, "reads back");
  check::that(std::strcmp(device, "lo") == 0 && length == 3, "as lo");
  check::equal(setsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, "", 0), 0, "and off");
  close(tcp);
  close(udp);
}

}  // namespace

int main() {
  of_sockets();
  of_tcp();
  buffers();
  check::is_ip6 ? of_ip6() : of_ip4();
  lengths_and_errors();
  return check::finish();
}
