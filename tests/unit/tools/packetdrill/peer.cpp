#include "tests/unit/tools/packetdrill/peer.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstring>

namespace tapstack::packetdrill {
namespace {

constexpr uint16_t kPeerPort = 40'000;
constexpr int64_t kUsPerSecond = 1'000'000;

uint32_t sum_of(const void* bytes, size_t count) {
  const auto* at = static_cast<const uint8_t*>(bytes);
  uint32_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum += uint32_t{at[i]} << (i % 2 == 0 ? 8 : 0);
  return sum;
}

uint16_t folded(uint32_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return htons(static_cast<uint16_t>(~sum));
}

struct Headers {
  iphdr ip;
  tcphdr tcp;
};

void seal(Headers& h, const std::string& text) {
  const auto segment_bytes = static_cast<uint16_t>(sizeof h.tcp + text.size());
  h.ip.check = folded(sum_of(&h.ip, sizeof h.ip));
  const uint32_t pseudo = sum_of(&h.ip.saddr, 8) + IPPROTO_TCP + segment_bytes;
  h.tcp.check = folded(pseudo + sum_of(&h.tcp, sizeof h.tcp) + sum_of(text.data(), text.size()));
}

}  // namespace

sockaddr_in address_of(const char* text, uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, text, &address.sin_addr);
  return address;
}

Peer::Peer() {
  void* library = dlopen(TAPSTACK_BINARY_DIR "/libtapstack_packetdrill.so", RTLD_NOW | RTLD_LOCAL);
  auto* init = library == nullptr ? nullptr : dlsym(library, "packetdrill_interface_init");
  if (init == nullptr) {
    ADD_FAILURE() << dlerror();
    abort();
  }
  reinterpret_cast<decltype(&packetdrill_interface_init)>(init)(nullptr, &table);
}

void Peer::send(const Segment& segment) {
  Headers h{};
  h.ip.version = 4;
  h.ip.ihl = 5;
  h.ip.ttl = 64;
  h.ip.protocol = IPPROTO_TCP;
  h.ip.tot_len = htons(static_cast<uint16_t>(sizeof h + segment.text.size()));
  h.ip.saddr = address_of("192.0.2.1", 0).sin_addr.s_addr;
  h.ip.daddr = address_of("192.168.0.1", 0).sin_addr.s_addr;
  h.tcp.th_sport = htons(kPeerPort);
  h.tcp.th_dport = htons(segment.local_port);
  h.tcp.th_seq = htonl(segment.seq);
  h.tcp.th_ack = htonl(segment.ack);
  h.tcp.th_off = 5;
  h.tcp.th_flags = segment.flags;
  h.tcp.th_win = htons(65'535);
  seal(h, segment.text);
  std::string packet(reinterpret_cast<const char*>(&h), sizeof h);
  packet += segment.text;
  ASSERT_EQ(table.netdev_send(table.userdata, packet.data(), packet.size()), 0);
}

bool Peer::receive(Segment& segment) {
  uint8_t packet[2048];
  size_t bytes = sizeof packet;
  long long at_us = 0;
  EXPECT_EQ(table.netdev_receive(table.userdata, packet, &bytes, &at_us), 0);
  if (bytes < sizeof(Headers)) return false;
  Headers h;
  std::memcpy(&h, packet, sizeof h);
  const size_t text = sizeof h.ip + size_t{h.tcp.th_off} * 4;
  segment = {h.tcp.th_flags,        ntohl(h.tcp.th_seq),
             ntohl(h.tcp.th_ack),   std::string(packet + text, packet + bytes),
             ntohs(h.tcp.th_sport), at_us};
  return true;
}

int Peer::listen() {
  const int fd = table.socket(table.userdata, AF_INET, SOCK_STREAM, IPPROTO_TCP);
  const sockaddr_in local = address_of("192.168.0.1", 8080);
  const auto* address = reinterpret_cast<const sockaddr*>(&local);
  EXPECT_EQ(table.bind(table.userdata, fd, address, sizeof local), 0);
  EXPECT_EQ(table.listen(table.userdata, fd, 1), 0);
  return fd;
}

int Peer::accept_one(int listener) {
  Segment answer;
  send({TH_SYN, 0, 0, "", 8080, 0});
  EXPECT_TRUE(receive(answer));
  EXPECT_EQ(answer.flags, TH_SYN | TH_ACK);
  stack_seq = answer.seq + 1;
  send({TH_ACK, 1, stack_seq, "", 8080, 0});
  sockaddr_in from{};
  socklen_t length = sizeof from;
  return table.accept(table.userdata, listener, reinterpret_cast<sockaddr*>(&from), &length);
}

int64_t Peer::now_us() {
  timeval time;
  table.gettimeofday(table.userdata, &time, nullptr);
  return time.tv_sec * kUsPerSecond + time.tv_usec;
}

}  // namespace tapstack::packetdrill
