// The library as packetdrill uses it: loaded, and driven through its table only.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "tests/unit/tools/packetdrill/peer.h"

namespace tapstack::packetdrill {
namespace {

TEST(Library, ASynIsAnsweredAtTheTimeItComes) {
  Peer peer;
  peer.listen();
  const int64_t sent_us = peer.now_us();
  peer.send({TH_SYN, 1000, 0, "", 8080, 0});
  Segment answer;
  ASSERT_TRUE(peer.receive(answer));
  EXPECT_EQ(answer.flags, TH_SYN | TH_ACK);
  EXPECT_EQ(answer.ack, 1001u);
  EXPECT_EQ(answer.at_us, sent_us);
}

TEST(Library, AskingForAPacketRunsTheClockToTheNextTimerThatSendsOne) {
  Peer peer;
  peer.listen();
  peer.send({TH_SYN, 1000, 0, "", 8080, 0});
  Segment first, again;
  ASSERT_TRUE(peer.receive(first));
  ASSERT_TRUE(peer.receive(again));
  EXPECT_EQ(again.flags, TH_SYN | TH_ACK);
  EXPECT_EQ(again.at_us - first.at_us, 1'000'000) << "RFC 6298 2.1: the first RTO is a second";
}

TEST(Library, WhenNoTimerIsLeftThereIsNoPacket) {
  Peer peer;
  peer.listen();
  Segment none;
  EXPECT_FALSE(peer.receive(none));
}

TEST(Library, TheClockMovesByItselfAndBySleepingOnly) {
  Peer peer;
  const int64_t before_us = peer.now_us();
  EXPECT_EQ(peer.now_us(), before_us + 1);
  peer.table.usleep(peer.table.userdata, 300'000'000);
  EXPECT_EQ(peer.now_us(), before_us + 300'000'002);
}

TEST(Library, ASocketOfIpv6HasIpv4PeersByMappedAddresses) {
  Peer peer;
  packetdrill_interface& t = peer.table;
  const int listener = t.socket(t.userdata, AF_INET6, SOCK_STREAM, IPPROTO_TCP);
  sockaddr_in6 local{};
  local.sin6_family = AF_INET6;
  local.sin6_port = htons(8080);
  ASSERT_EQ(inet_pton(AF_INET6, "::ffff:192.168.0.1", &local.sin6_addr), 1);
  const auto* address = reinterpret_cast<const sockaddr*>(&local);
  ASSERT_EQ(t.bind(t.userdata, listener, address, sizeof local), 0);
  ASSERT_EQ(t.listen(t.userdata, listener, 1), 0);
  peer.send({TH_SYN, 0, 0, "", 8080, 0});
  Segment answer;
  ASSERT_TRUE(peer.receive(answer));
  peer.send({TH_ACK, 1, answer.seq + 1, "", 8080, 0});
  sockaddr_in6 remote{};
  socklen_t length = sizeof remote;
  const int fd = t.accept(t.userdata, listener, reinterpret_cast<sockaddr*>(&remote), &length);
  ASSERT_GE(fd, 0);
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, &remote.sin6_addr, text, sizeof text);
  EXPECT_STREQ(text, "::ffff:192.0.2.1");
  EXPECT_EQ(t.close(t.userdata, fd), 0);
}

TEST(Library, DescriptorsAreOnesOfTheProcess) {
  Peer peer;
  const int fd = peer.accept_one(peer.listen());
  ASSERT_GE(fd, 0);
  EXPECT_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
  EXPECT_EQ(peer.table.close(peer.table.userdata, fd), 0);
  EXPECT_EQ(fcntl(fd, F_GETFL), -1);
}

TEST(Library, TextGoesBothWays) {
  Peer peer;
  const int fd = peer.accept_one(peer.listen());
  EXPECT_EQ(peer.table.write(peer.table.userdata, fd, "abc", 3), 3);
  Segment segment;
  ASSERT_TRUE(peer.receive(segment));
  EXPECT_EQ(segment.text, "abc");
  peer.send({TH_ACK, 1, peer.stack_seq + 3, "wxyz", 8080, 0});
  char buffer[8];
  EXPECT_EQ(peer.table.read(peer.table.userdata, fd, buffer, sizeof buffer), 4);
  EXPECT_EQ(std::string(buffer, 4), "wxyz");
}

TEST(Library, ACallThatBlocksReturnsWhenTheMainThreadHandsOverWhatItWaitsFor) {
  Peer peer;
  const int fd = peer.accept_one(peer.listen());
  std::string got;
  std::atomic<bool> is_done = false;
  std::thread program([&] {
    char buffer[8];
    const ssize_t bytes = peer.table.read(peer.table.userdata, fd, buffer, sizeof buffer);
    peer.now_us();  // as packetdrill does on its way out
    got.assign(buffer, static_cast<size_t>(std::max<ssize_t>(bytes, 0)));
    is_done = true;
  });
  Segment ack;
  while (!is_done && !peer.receive(ack)) peer.send({TH_ACK, 1, peer.stack_seq, "late", 8080, 0});
  program.join();
  EXPECT_EQ(got, "late");
}

TEST(Library, FailuresSetErrno) {
  Peer peer;
  const int fd = peer.table.socket(peer.table.userdata, AF_INET, SOCK_STREAM, IPPROTO_TCP);
  char byte;
  EXPECT_EQ(peer.table.read(peer.table.userdata, fd, &byte, 1), -1);
  EXPECT_EQ(errno, ENOTCONN);
  EXPECT_EQ(peer.table.socket(peer.table.userdata, AF_APPLETALK, SOCK_STREAM, 0), -1);
  EXPECT_EQ(errno, EAFNOSUPPORT);
}

TEST(Library, AnOptionWithoutEffectIsKept) {
  Peer peer;
  const int fd = peer.listen();
  int mark = 666;
  EXPECT_EQ(peer.table.setsockopt(peer.table.userdata, fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark),
            0);
  mark = 0;
  socklen_t length = sizeof mark;
  EXPECT_EQ(peer.table.getsockopt(peer.table.userdata, fd, SOL_SOCKET, SO_MARK, &mark, &length), 0);
  EXPECT_EQ(mark, 666);
}

TEST(Library, EpollReportsAnEdgeOnce) {
  Peer peer;
  const int fd = peer.accept_one(peer.listen());
  const int epoll = peer.table.epoll_create(peer.table.userdata, 1);
  epoll_event event{EPOLLIN | EPOLLET, {.fd = fd}};
  ASSERT_EQ(peer.table.epoll_ctl(peer.table.userdata, epoll, EPOLL_CTL_ADD, fd, &event), 0);
  peer.send({TH_ACK, 1, peer.stack_seq, "a", 8080, 0});
  epoll_event out[2];
  EXPECT_EQ(peer.table.epoll_wait(peer.table.userdata, epoll, out, 2, 0), 1);
  EXPECT_EQ(out[0].events, uint32_t{EPOLLIN});
  EXPECT_EQ(peer.table.epoll_wait(peer.table.userdata, epoll, out, 2, 0), 0);
}

}  // namespace
}  // namespace tapstack::packetdrill
