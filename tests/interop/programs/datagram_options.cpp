// What programs learn of datagrams beside their bytes: time stamps of what was received and sent,
// original destinations, flow labels; and segments cut by UDP_SEGMENT.
#include <time.h>  // linux/errqueue.h needs it

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/udp.h>

#include "check.h"

namespace {

constexpr int kIp6FlowInfo = 11;  // IPV6_FLOWINFO; linux/in6.h cannot be had beside netinet's
constexpr int kIp6FlowInfoSend = 33;

// A socket and another that is connected to it, over loopback.
struct Pair {
  int server, client;
};

Pair pair4() {
  const int server = socket(AF_INET, SOCK_DGRAM, 0);
  check::bind_to(server, 0);
  const int client = socket(AF_INET, SOCK_DGRAM, 0);
  check::connect_to(client, check::port_of(server));
  return {server, client};
}

sockaddr_in6 loopback6(in_port_t port_in_network_order = 0) {
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_addr = in6addr_loopback;
  in.sin6_port = port_in_network_order;
  return in;
}

Pair pair6() {
  const int server = socket(AF_INET6, SOCK_DGRAM, 0);
  sockaddr_in6 in = loopback6();
  socklen_t length = sizeof in;
  bind(server, reinterpret_cast<sockaddr*>(&in), length);
  getsockname(server, reinterpret_cast<sockaddr*>(&in), &length);
  const int client = socket(AF_INET6, SOCK_DGRAM, 0);
  connect(client, reinterpret_cast<sockaddr*>(&in), length);
  return {server, client};
}

void close_pair(const Pair& pair) {
  close(pair.server);
  close(pair.client);
}

void set(int fd, int level, int name, int value, const char* what) {
  check::equal(setsockopt(fd, level, name, &value, sizeof value), 0, what);
}

// A message received with room for control messages.
struct Received {
  char bytes[2048];
  alignas(cmsghdr) char control[512];
  msghdr message{};
  long size = -1;

  explicit Received(int fd, int flags = 0) {
    iovec part{bytes, sizeof bytes};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    size = recvmsg(fd, &message, flags);
  }
  // The data of the control message, or null.
  const void* find(int level, int type) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      if (c->cmsg_level == level && c->cmsg_type == type) return CMSG_DATA(c);
    }
    return nullptr;
  }
};

bool is_now(const timespec& at) {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return at.tv_sec <= now.tv_sec && at.tv_sec >= now.tv_sec - 2;
}

void received_stamps() {
  const Pair p = pair4();
  set(p.server, SOL_SOCKET, SO_TIMESTAMPNS_NEW, 1, "SO_TIMESTAMPNS_NEW");
  send(p.client, "a", 1, 0);
  Received first(p.server);
  const auto* exact = static_cast<const timespec*>(first.find(SOL_SOCKET, SO_TIMESTAMPNS_NEW));
  check::that(exact != nullptr && is_now(*exact), "  comes with each datagram");
  set(p.server, SOL_SOCKET, SO_TIMESTAMPNS_NEW, 0, "  switched off");
  set(p.server, SOL_SOCKET, SO_TIMESTAMPING,
      SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE, "SO_TIMESTAMPING, received");
  send(p.client, "b", 1, 0);
  Received second(p.server);
  const auto* stamps =
      static_cast<const scm_timestamping*>(second.find(SOL_SOCKET, SCM_TIMESTAMPING));
  check::that(stamps != nullptr && is_now(stamps->ts[0]), "  comes with each datagram");
  check::that(second.find(SOL_SOCKET, SO_TIMESTAMPNS_NEW) == nullptr, "  and nothing else");
  close_pair(p);
}

void sent_stamps() {
  const Pair p = pair4();
  set(p.client, SOL_SOCKET, SO_TIMESTAMPING,
      SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID |
          SOF_TIMESTAMPING_OPT_TSONLY,
      "SO_TIMESTAMPING, sent");
  check::fails([&] { return Received(p.client, MSG_ERRQUEUE | MSG_DONTWAIT).size; }, EAGAIN,
               "  nothing before something was sent");
  for (unsigned key = 0; key < 2; ++key) {
    send(p.client, "a", 1, 0);
    check::that((check::poll_one(p.client, 0, 2000) & POLLERR) != 0, "  poll tells of the stamp");
    Received stamp(p.client, MSG_ERRQUEUE | MSG_DONTWAIT);
    check::equal(stamp.size, 0, "  without the datagram");
    check::that((stamp.message.msg_flags & MSG_ERRQUEUE) != 0, "  from the error queue");
    const auto* stamps =
        static_cast<const scm_timestamping*>(stamp.find(SOL_SOCKET, SCM_TIMESTAMPING));
    check::that(stamps != nullptr && is_now(stamps->ts[0]), "  with its time");
    const auto* error = static_cast<const sock_extended_err*>(stamp.find(IPPROTO_IP, IP_RECVERR));
    if (!check::that(error != nullptr, "  and what it is about")) continue;
    check::equal(error->ee_errno, ENOMSG, "  ee_errno");
    check::equal(error->ee_origin, SO_EE_ORIGIN_TIMESTAMPING, "  ee_origin");
    check::equal(error->ee_info, SCM_TSTAMP_SND, "  ee_info");
    check::equal(error->ee_data, key, "  ee_data counts");
  }
  close_pair(p);
}

void original_destination() {
  const Pair p = pair4();
  set(p.server, IPPROTO_IP, IP_RECVORIGDSTADDR, 1, "IP_RECVORIGDSTADDR");
  send(p.client, "a", 1, 0);
  Received got(p.server);
  const auto* to = static_cast<const sockaddr_in*>(got.find(IPPROTO_IP, IP_ORIGDSTADDR));
  if (check::that(to != nullptr, "  comes with each datagram")) {
    check::equal(ntohs(to->sin_port), check::port_of(p.server), "  with the port");
    check::equal(ntohl(to->sin_addr.s_addr), INADDR_LOOPBACK, "  and the address");
  }
  close_pair(p);
}

void flow_labels() {
  const Pair p = pair6();
  set(p.server, IPPROTO_IPV6, kIp6FlowInfo, 1, "IPV6_FLOWINFO");
  send(p.client, "a", 1, 0);
  Received got(p.server);
  const auto* info = static_cast<const uint32_t*>(got.find(IPPROTO_IPV6, kIp6FlowInfo));
  check::that(info != nullptr && ntohl(*info) != 0, "  tells the label");
  int off = 0;
  setsockopt(p.client, IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, &off, sizeof off);
  send(p.client, "b", 1, 0);
  Received without(p.server);
  check::that(without.find(IPPROTO_IPV6, kIp6FlowInfo) == nullptr,
              "  there is none without IPV6_AUTOFLOWLABEL");
  int reads = -1;
  socklen_t length = sizeof reads;
  getsockopt(p.client, IPPROTO_IPV6, kIp6FlowInfoSend, &reads, &length);
  check::equal(reads, 0, "IPV6_FLOWINFO_SEND is off at first");
  close_pair(p);
}

void segments() {
  const Pair p = pair4();
  set(p.client, IPPROTO_UDP, UDP_SEGMENT, 4, "UDP_SEGMENT");
  check::equal(send(p.client, "aaaabbbbcc", 10, 0), 10, "  all of it is taken");
  for (const long size : {4, 4, 2}) {
    check::equal(Received(p.server, MSG_DONTWAIT).size, size, "  and comes in pieces");
  }
  set(p.client, IPPROTO_UDP, UDP_SEGMENT, 0, "  switched off");
  iovec part{const_cast<char*>("xxxyyy"), 6};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(uint16_t))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* entry = CMSG_FIRSTHDR(&message);
  entry->cmsg_level = IPPROTO_UDP;
  entry->cmsg_type = UDP_SEGMENT;
  entry->cmsg_len = CMSG_LEN(sizeof(uint16_t));
  const uint16_t three = 3;
  std::memcpy(CMSG_DATA(entry), &three, sizeof three);
  check::equal(sendmsg(p.client, &message, 0), 6, "  for one send, by a control message");
  check::equal(Received(p.server, MSG_DONTWAIT).size, 3, "  the first piece");
  check::equal(Received(p.server, MSG_DONTWAIT).size, 3, "  the second");
  set(p.server, IPPROTO_UDP, UDP_GRO, 1, "UDP_GRO");
  send(p.client, "whole", 5, 0);
  check::equal(Received(p.server).size, 5, "  a datagram alone is as ever");
  close_pair(p);
}

}  // namespace

int main() {
  received_stamps();
  sent_stamps();
  original_destination();
  flow_labels();
  segments();
  return check::finish();
}
