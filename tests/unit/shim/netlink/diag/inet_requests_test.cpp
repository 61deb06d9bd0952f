#include "shim/netlink/diag/inet_requests.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/stat.h>

#include <map>
#include <random>

#include "tests/unit/shim/netlink/netlink_program.h"

namespace tapstack::shim::netlink::diag {
namespace {

class InetDiag : public test::NetlinkProgram {
 protected:
  static constexpr uint32_t kAll = 0xffffffff;

  void SetUp() override {
    NetlinkProgram::SetUp();
    socket_ = open(NETLINK_SOCK_DIAG);
  }
  // A UDP socket bound to a port; its cookie.
  uint64_t udp(uint16_t port) {
    test::Socket socket;
    Request request;
    request.op = Op::kOpen;
    request.args[0] = AF_INET;
    request.args[1] = static_cast<int64_t>(SocketKind::kUdp);
    request.args[3] = 1234;
    Reply reply;
    EXPECT_EQ(host_->ask(request, reply, socket.fd), 0);
    socket.slot = reply.slot;
    Request bind = test::Host::about(Op::kBind, socket);
    bind.endpoint = {Ip4Address::loopback(), Port{port}};
    int fd = -1;
    EXPECT_EQ(host_->ask(bind, reply, fd), 0);
    open_.push_back(socket);
    return cookie_of(socket.slot);
  }
  static inet_diag_req_v2 request_for(uint8_t protocol) {
    inet_diag_req_v2 request{};
    request.sdiag_family = AF_INET;
    request.sdiag_protocol = protocol;
    request.idiag_states = kAll;
    return request;
  }
  int dump(const inet_diag_req_v2& request, ConstBytes program = {}) {
    return send(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, [&](Writer& out) {
      out.fixed(request);
      if (!program.empty()) out.attribute(INET_DIAG_REQ_BYTECODE, program);
    });
  }
  static uint64_t cookie_in(const Message& message) {
    const auto head = message.fixed<inet_diag_msg>();
    return uint64_t{head.id.idiag_cookie[1]} << 32 | head.id.idiag_cookie[0];
  }
  // Reads to the end of a dump; how often each cookie came.
  std::map<uint64_t, int> read_all(size_t* pieces = nullptr) {
    std::map<uint64_t, int> seen;
    for (int i = 0; i < 10'000; ++i) {
      const auto messages = receive(socket_);
      if (messages.empty()) host_->ask(Op::kFlush, socket_);
      if (!messages.empty() && pieces != nullptr) ++*pieces;
      for (const Message& message : messages) {
        if (message.header.nlmsg_type == NLMSG_DONE) return seen;
        ++seen[cookie_in(message)];
      }
    }
    ADD_FAILURE() << "the dump does not end";
    return seen;
  }
  inet_diag_req_v2 request_for_port(uint16_t port) {
    inet_diag_req_v2 one = request_for(IPPROTO_UDP);
    one.id.idiag_dst[0] = htonl(INADDR_LOOPBACK);  // UDP's single answers are the wrong way round
    one.id.idiag_dport = htons(port);
    one.id.idiag_cookie[0] = one.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return one;
  }

  std::vector<test::Socket> open_;
};

TEST_F(InetDiag, ASocketIsShownWithItsUserAndInode) {
  const uint64_t cookie = udp(5000);
  ASSERT_EQ(dump(request_for(IPPROTO_UDP)), 0);
  const auto messages = receive(socket_);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].header.nlmsg_type, SOCK_DIAG_BY_FAMILY);
  const auto head = messages[0].fixed<inet_diag_msg>();
  EXPECT_EQ(head.idiag_family, AF_INET);
  EXPECT_EQ(head.idiag_state, 7) << "Linux shows an unconnected socket as closed";
  EXPECT_EQ(ntohs(head.id.idiag_sport), 5000);
  EXPECT_EQ(ntohl(head.id.idiag_src[0]), INADDR_LOOPBACK);
  EXPECT_EQ(head.idiag_uid, 1234u);
  struct stat about {};
  ASSERT_EQ(::fstat(open_[0].fd, &about), 0);
  EXPECT_EQ(head.idiag_inode, about.st_ino);
  EXPECT_EQ(cookie_in(messages[0]), cookie);
}

TEST_F(InetDiag, StatesPortsAndFiltersChoose) {
  udp(5000);
  const uint64_t wanted = udp(5001);
  inet_diag_req_v2 request = request_for(IPPROTO_UDP);
  request.idiag_states = 1u << 1;
  ASSERT_EQ(dump(request), 0);
  EXPECT_TRUE(read_all().empty()) << "none is connected";
  request.idiag_states = kAll;
  request.id.idiag_sport = htons(5001);
  ASSERT_EQ(dump(request), 0);
  EXPECT_EQ(read_all(), (std::map<uint64_t, int>{{wanted, 1}}));
  request.id.idiag_sport = 0;
  const inet_diag_bc_op program[] = {{INET_DIAG_BC_S_EQ, 8, 12}, {0, 0, 5001}};
  ASSERT_EQ(dump(request, {reinterpret_cast<const uint8_t*>(program), sizeof program}), 0);
  EXPECT_EQ(read_all(), (std::map<uint64_t, int>{{wanted, 1}}));
}

TEST_F(InetDiag, AFilterThatIsNotOneIsRefusedAtOnce) {
  const uint8_t program[] = {99, 4, 4, 0};
  EXPECT_EQ(dump(request_for(IPPROTO_UDP), program), 0);
  EXPECT_EQ(acknowledged(), EINVAL);
}

TEST_F(InetDiag, AProtocolThatIsNotThereEndsTheDumpWithAnError) {
  ASSERT_EQ(dump(request_for(IPPROTO_SCTP)), 0);
  const auto messages = receive(socket_);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].header.nlmsg_type, NLMSG_DONE);
  EXPECT_EQ(messages[0].fixed<int32_t>(), -ENOENT);
}

TEST_F(InetDiag, ManySocketsComeInPiecesEachThatStaysOnce) {
  std::map<uint64_t, int> expected;
  for (uint16_t port = 2000; port < 2400; ++port) expected[udp(port)] = 1;
  ASSERT_EQ(dump(request_for(IPPROTO_UDP)), 0);
  const auto first = receive(socket_);
  ASSERT_GT(first.size(), 1u);
  // One that was shown and one that was not are closed meanwhile.
  for (const size_t n : {size_t{0}, size_t{399}}) {
    host_->ask(Op::kClose, open_[n]);
    expected.erase(cookie_of(open_[n].slot));
  }
  size_t pieces = 1;
  std::map<uint64_t, int> seen = read_all(&pieces);
  for (const Message& message : first) static_cast<void>(message);
  EXPECT_GT(pieces, 10u);
  size_t missing = 0;
  for (const auto& [cookie, count] : expected) missing += seen[cookie] == 1 ? 0 : 1;
  EXPECT_LE(missing, first.size()) << "but for those in the first piece each came once";
  for (const auto& [cookie, count] : seen) EXPECT_LE(count, 1);
}

TEST_F(InetDiag, AFilterThatTakesFewOfManySocketsFindsThem) {
  std::map<uint64_t, int> wanted;
  for (uint16_t port = 2000; port < 3300; ++port) {
    const uint64_t cookie = udp(port);
    if (port == 2000 || port == 3299) wanted[cookie] = 1;
  }
  // sport <= 2000 or sport >= 3299, as ss compiles it
  const inet_diag_bc_op program[] = {{INET_DIAG_BC_S_LE, 8, 12},
                                     {0, 0, 2000},
                                     {INET_DIAG_BC_JMP, 4, 12},
                                     {INET_DIAG_BC_S_GE, 8, 12},
                                     {0, 0, 3299}};
  ASSERT_EQ(
      dump(request_for(IPPROTO_UDP), {reinterpret_cast<const uint8_t*>(program), sizeof program}),
      0);
  EXPECT_EQ(read_all(), wanted);
}

TEST_F(InetDiag, OneIsFoundByItsEndsAndItsCookieMustBeRight) {
  const uint64_t cookie = udp(5000);
  inet_diag_req_v2 one = request_for_port(5000);
  const auto get = [&] {
    return send(SOCK_DIAG_BY_FAMILY, 0, [&](Writer& out) { out.fixed(one); });
  };
  ASSERT_EQ(get(), 0);
  EXPECT_EQ(cookie_in(receive(socket_).at(0)), cookie);
  one.id.idiag_cookie[0] = 77;
  ASSERT_EQ(get(), 0);
  EXPECT_EQ(acknowledged(), ESTALE);
  one = request_for_port(5999);
  ASSERT_EQ(get(), 0);
  EXPECT_EQ(acknowledged(), ENOENT);
}

TEST_F(InetDiag, OnlyAnAdministratorEndsSockets) {
  udp(5000);
  inet_diag_req_v2 one = request_for(IPPROTO_UDP);
  one.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
  one.id.idiag_sport = htons(5000);
  one.id.idiag_cookie[0] = one.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  const auto destroy = [&](bool is_admin) {
    return send(
        SOCK_DESTROY, NLM_F_ACK, [&](Writer& out) { out.fixed(one); }, is_admin);
  };
  ASSERT_EQ(destroy(false), 0);
  EXPECT_EQ(acknowledged(), EPERM);
  ASSERT_EQ(destroy(true), 0);
  EXPECT_EQ(acknowledged(), 0);
  Reply reply;
  int fd = -1;
  EXPECT_EQ(host_->ask(test::Host::about(Op::kTakeError, open_[0]), reply, fd), 0);
  EXPECT_EQ(reply.value, ECONNABORTED);
}

TEST_F(InetDiag, RequestsThatAreTooShortOrUnknownAreRefused) {
  for (const uint16_t type : {SOCK_DIAG_BY_FAMILY, SOCK_DESTROY, TCPDIAG_GETSOCK}) {
    ASSERT_EQ(send(type, 0,
                   [](Writer& out) {
                     out.fixed(sock_diag_req{AF_INET, IPPROTO_TCP});
                   }),
              0);
    EXPECT_EQ(acknowledged(), EINVAL) << type;
  }
  ASSERT_EQ(send(99, 0, [](Writer& out) { out.fixed(request_for(IPPROTO_TCP)); }), 0);
  EXPECT_EQ(acknowledged(), EINVAL);
  ASSERT_EQ(send(SOCK_DIAG_BY_FAMILY, 0,
                 [](Writer& out) {
                   auto request = request_for(IPPROTO_TCP);
                   request.sdiag_family = 200;
                   out.fixed(request);
                 }),
            0);
  EXPECT_EQ(acknowledged(), EINVAL);
}

TEST_F(InetDiag, WhateverAProgramWritesIsAnswered) {
  udp(5000);
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    inet_diag_req_v2 request = request_for(random() % 2 == 0 ? IPPROTO_UDP : IPPROTO_TCP);
    auto* const bytes = reinterpret_cast<uint8_t*>(&request);
    for (int n = 0; n < 3; ++n) bytes[random() % sizeof request] = static_cast<uint8_t>(random());
    std::vector<uint8_t> program(random() % 40);
    for (uint8_t& byte : program) byte = static_cast<uint8_t>(random() % 16);
    const auto type = static_cast<uint16_t>(18 + random() % 4);
    const auto flags = static_cast<uint16_t>(NLM_F_ACK | (random() % 2 == 0 ? NLM_F_DUMP : 0));
    send(type, flags, [&](Writer& out) {
      out.fixed(request);
      out.attribute(static_cast<uint16_t>(random() % 4), program);
    });
    ASSERT_FALSE(receive(socket_).empty()) << round;
    while (!receive(socket_).empty()) {
    }
  }
}

}  // namespace
}  // namespace tapstack::shim::netlink::diag
