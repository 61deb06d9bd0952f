// What programs learn of datagrams beside their bytes: time stamps of what was received and sent,
// original destinations, flow labels; segments cut by UDP_SEGMENT and joined by UDP_GRO; and what
// UDP_CORK and MSG_MORE gather.
#include <time.h>  // linux/errqueue.h needs it

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/udp.h>

#include "check.h"
#include "one_entry.h"

namespace {

constexpr int kIp6FlowInfo = 11;  // IPV6_FLOWINFO; linux/in6.h cannot be had beside netinet's
constexpr int kIp6FlowInfoSend = 33;

// A socket and another that is connected to it, over loopback.
struct Pair {
  int server, client;
};

Pair made_pair() {
  const int server = socket(check::family, SOCK_DGRAM, 0);
  check::bind_to(server, 0);
  const int client = socket(check::family, SOCK_DGRAM, 0);
  check::connect_to(client, check::port_of(server));
  return {server, client};
}

// The length in IPv4's header counts that header (RFC 791 3.1), in IPv6's not (RFC 8200 3).
const size_t bytes_max = check::is_ip6 ? 65'527 : 65'507;

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
  const Pair p = made_pair();
  set(p.server, SOL_SOCKET, SO_TIMESTAMPNS_NEW, 1, "SO_TIMESTAMPNS_NEW");
  send(p.client, "a", 1, 0);
  Received first(p.server);
  const auto* exact = static_cast<const timespec*>(first.find(SOL_SOCKET, SO_TIMESTAMPNS_NEW));
  check::that(exact != nullptr && is_now(*exact), "  comes with each datagram");
  set(p.server, SOL_SOCKET, SO_TIMESTAMPNS_NEW, 0, "  switched off");
  set(p.server, SOL_SOCKET, SO_TIMESTAMPING,
      SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE, "SO_TIMESTAMPING, received");
  usleep(20'000);  // Linux begins in a work queue (net_enable_timestamp)
  send(p.client, "b", 1, 0);
  Received second(p.server);
  const auto* stamps =
      static_cast<const scm_timestamping*>(second.find(SOL_SOCKET, SCM_TIMESTAMPING));
  check::that(stamps != nullptr && is_now(stamps->ts[0]), "  comes with each datagram");
  check::that(second.find(SOL_SOCKET, SO_TIMESTAMPNS_NEW) == nullptr, "  and nothing else");
  close_pair(p);
}

void sent_stamps() {
  const Pair p = made_pair();
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
    const auto [level, type] = check::of_ip(IP_RECVERR, IPV6_RECVERR);
    const auto* error = static_cast<const sock_extended_err*>(stamp.find(level, type));
    if (!check::that(error != nullptr, "  and what it is about")) continue;
    check::equal(error->ee_errno, ENOMSG, "  ee_errno");
    check::equal(error->ee_origin, SO_EE_ORIGIN_TIMESTAMPING, "  ee_origin");
    check::equal(error->ee_info, SCM_TSTAMP_SND, "  ee_info");
    check::equal(error->ee_data, key, "  ee_data counts");
  }
  close_pair(p);
}

void original_destination() {
  const Pair p = made_pair();
  const auto [level, type] = check::of_ip(IP_ORIGDSTADDR, IPV6_ORIGDSTADDR);
  set(p.server, level, type, 1, "IP_RECVORIGDSTADDR");
  send(p.client, "a", 1, 0);
  Received got(p.server);
  const void* told = got.find(level, type);
  if (check::that(told != nullptr, "  comes with each datagram")) {
    check::Address to;
    std::memcpy(&to, told, check::address_length);
    check::equal(check::port_in(to), check::port_of(p.server), "  with the port");
    check::that(check::is_host(to, check::Host::kLoopback), "  and the address");
  }
  close_pair(p);
}

void flow_labels() {
  const Pair p = made_pair();
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
  const Pair p = made_pair();
  set(p.client, IPPROTO_UDP, UDP_SEGMENT, 4, "UDP_SEGMENT");
  check::equal(send(p.client, "aaaabbbbcc", 10, 0), 10, "  all of it is taken");
  for (const long size : {4, 4, 2}) {
    check::equal(Received(p.server, MSG_DONTWAIT).size, size, "  and comes in pieces");
  }
  set(p.client, IPPROTO_UDP, UDP_SEGMENT, 0, "  switched off");
  const OneEntry<uint16_t> by_three("xxxyyy", 6, IPPROTO_UDP, UDP_SEGMENT, 3);
  check::equal(by_three.send_to(p.client, 0), 6, "  for one send, by a control message");
  check::equal(Received(p.server, MSG_DONTWAIT).size, 3, "  the first piece");
  check::equal(Received(p.server, MSG_DONTWAIT).size, 3, "  the second");
  close_pair(p);
}

void segment_limits() {
  const Pair p = made_pair();
  static const char text[65'536] = {};
  set(p.client, IPPROTO_UDP, UDP_SEGMENT, 1000, "UDP_SEGMENT of 1000");
  check::fails([&] { return send(p.client, text, bytes_max + 1, 0); }, EMSGSIZE,
               "  more than a datagram holds");
  check::equal(send(p.client, text, 1, 0), 1, "  one that is shorter");
  check::equal(Received(p.server, MSG_DONTWAIT).size, 1, "  comes");
  set(p.client, IPPROTO_UDP, UDP_SEGMENT, 1, "  of 1");
  check::fails([&] { return send(p.client, text, 129, 0); }, EINVAL, "  more than 128");
  const int level = check::is_ip6 ? IPPROTO_UDP : SOL_SOCKET;
  const int unchecked = check::is_ip6 ? UDP_NO_CHECK6_TX : SO_NO_CHECK;
  set(p.client, level, unchecked, 1, "  and SO_NO_CHECK");
  check::fails([&] { return send(p.client, text, 2, 0); }, EINVAL, "  without a checksum");
  check::fails([&] { return Received(p.server, MSG_DONTWAIT).size; }, EAGAIN, "  send nothing");
  close_pair(p);
}

// The segment size that comes with a message, or -1.
int joined_of(Received& got) {
  const auto* bytes = static_cast<const int*>(got.find(IPPROTO_UDP, UDP_GRO));
  return bytes == nullptr ? -1 : *bytes;
}

void joined(const Pair& p) {
  set(p.server, IPPROTO_UDP, UDP_GRO, 1, "UDP_GRO");
  send(p.client, "whole", 5, 0);
  Received alone(p.server);
  check::equal(alone.size, 5, "  a datagram alone is as ever");
  check::equal(joined_of(alone), -1, "  and says nothing of segments");
  set(p.client, IPPROTO_UDP, UDP_SEGMENT, 4, "  UDP_SEGMENT");
  check::equal(send(p.client, "aaaabbbbcc", 10, 0), 10, "  what is cut");
  Received whole(p.server);
  check::equal(whole.size, 10, "  comes as one");
  check::that(std::memcmp(whole.bytes, "aaaabbbbcc", 10) == 0, "  in order");
  check::equal(joined_of(whole), 4, "  with the size of each");
  set(p.server, IPPROTO_UDP, UDP_GRO, 0, "  switched off");
  send(p.client, "aaaabb", 6, 0);
  check::equal(Received(p.server).size, 4, "  each by itself again");
  check::equal(Received(p.server).size, 2, "  the last one, too");
  close_pair(p);
}

void expect_nothing_yet(int fd, const char* what) {
  usleep(20'000);
  check::fails([&] { return Received(fd, MSG_DONTWAIT).size; }, EAGAIN, what);
}

void corked(const Pair& p) {
  set(p.client, IPPROTO_UDP, UDP_CORK, 1, "UDP_CORK");
  check::equal(send(p.client, "one ", 4, 0), 4, "  the first is taken");
  check::equal(write(p.client, "two ", 4), 4, "  the second");
  check::equal(send(p.client, "", 0, 0), 0, "  nothing at all");
  expect_nothing_yet(p.server, "  and held back");
  set(p.client, IPPROTO_UDP, UDP_CORK, 0, "  taken away");
  Received whole(p.server);
  check::equal(whole.size, 8, "  it comes as one");
  check::that(std::memcmp(whole.bytes, "one two ", 8) == 0, "  in order");
  set(p.client, IPPROTO_UDP, UDP_CORK, 1, "  again");
  set(p.client, IPPROTO_UDP, UDP_CORK, 0, "  with nothing sent");
  expect_nothing_yet(p.server, "  sends nothing");
  close_pair(p);
}

void more_to_come(const Pair& p) {
  check::equal(send(p.client, "a", 1, MSG_MORE), 1, "MSG_MORE");
  expect_nothing_yet(p.server, "  holds back");
  check::equal(send(p.client, "b", 1, 0), 1, "  until a send without");
  check::equal(Received(p.server).size, 2, "  brings both");
  check::equal(send(p.client, "", 0, MSG_MORE), 0, "  also of nothing");
  check::equal(send(p.client, "", 0, 0), 0, "  and nothing");
  check::equal(Received(p.server).size, 0, "  which is a datagram");
  close_pair(p);
}

void corked_elsewhere() {
  const Pair p = made_pair(), other = made_pair();
  const int sender = socket(check::family, SOCK_DGRAM, 0);
  const check::Address first = check::address(check::port_of(p.server));
  const check::Address second = check::address(check::port_of(other.server));
  check::fails([&] { return send(sender, "x", 1, MSG_MORE); }, EDESTADDRREQ,
               "MSG_MORE without an address");
  sendto(sender, "a", 1, MSG_MORE, check::any(first), check::address_length);
  check::equal(sendto(sender, "b", 1, 0, check::any(second), check::address_length), 1,
               "  another address is ignored");
  check::equal(Received(p.server).size, 2, "  all goes to the first");
  static const char text[65'536] = {};
  sendto(sender, text, bytes_max, MSG_MORE, check::any(first), check::address_length);
  check::fails([&] { return send(sender, "x", 1, 0); }, EMSGSIZE, "  an octet too many");
  expect_nothing_yet(p.server, "  loses all of it");
  sendto(sender, "a", 1, MSG_MORE, check::any(first), check::address_length);
  close(sender);
  expect_nothing_yet(p.server, "  and so does close");
  close_pair(p);
  close_pair(other);
}

}  // namespace

int main() {
  received_stamps();
  sent_stamps();
  original_destination();
  if (check::is_ip6) flow_labels();
  segments();
  segment_limits();
  joined(made_pair());
  corked(made_pair());
  more_to_come(made_pair());
  corked_elsewhere();
  return check::finish();
}
