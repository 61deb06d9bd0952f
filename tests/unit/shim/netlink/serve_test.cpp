#include "shim/netlink/serve.h"

#include <arpa/inet.h>
#include <linux/neighbour.h>

#include <string_view>

#include "tests/unit/shim/netlink/netlink_program.h"

namespace tapstack::shim::netlink {
namespace {

class NetlinkServe : public test::NetlinkProgram {
 protected:
  int set_option(int option, int value) {
    Request request = test::Host::about(Op::kSetOption, socket_);
    request.args[0] = option;
    request.args[1] = value;
    request.args[2] = kNetlinkLevel;
    Reply reply;
    int fd = -1;
    return host_->ask(request, reply, fd);
  }
  static void fill_link(Writer& out) { out.fixed(ifinfomsg{}); }
  int get_link(int index, uint16_t flags = 0) {
    return send(RTM_GETLINK, flags, [&](Writer& out) {
      out.fixed(ifinfomsg{0, 0, 0, index, 0, 0});
    });
  }
};

TEST_F(NetlinkServe, AnAnswerCarriesTheRequestsSequenceAndTheSocketsPort) {
  EXPECT_EQ(get_link(1), 0);
  const auto messages = receive(socket_);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].header.nlmsg_type, RTM_NEWLINK);
  EXPECT_EQ(messages[0].header.nlmsg_seq, kSequence);
  EXPECT_EQ(messages[0].header.nlmsg_pid, kProcess);
}

TEST_F(NetlinkServe, AnErrorGivesTheRequestBack) {
  EXPECT_EQ(get_link(77), 0);
  const auto messages = receive(socket_);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].header.nlmsg_type, NLMSG_ERROR);
  EXPECT_EQ(messages[0].fixed<nlmsgerr>().error, -ENODEV);
  EXPECT_EQ(messages[0].fixed<nlmsgerr>().msg.nlmsg_type, RTM_GETLINK);
  EXPECT_EQ(messages[0].body.size(), sizeof(nlmsgerr) + sizeof(ifinfomsg));
  EXPECT_EQ(messages[0].header.nlmsg_flags, 0);
}

TEST_F(NetlinkServe, AnErrorIsCappedIfAskedFor) {
  ASSERT_EQ(set_option(NETLINK_CAP_ACK, 1), 0);
  EXPECT_EQ(get_link(77), 0);
  const auto messages = receive(socket_);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].body.size(), sizeof(nlmsgerr));
  EXPECT_EQ(messages[0].header.nlmsg_flags, NLM_F_CAPPED);
}

TEST_F(NetlinkServe, WhatWantsAnAcknowledgementGetsItBehindTheAnswer) {
  EXPECT_EQ(get_link(1, NLM_F_ACK), 0);
  EXPECT_EQ(receive(socket_).at(0).header.nlmsg_type, RTM_NEWLINK);
  EXPECT_EQ(acknowledged(), 0);
}

TEST_F(NetlinkServe, ADumpEndsWithDoneAndNoAcknowledgement) {
  EXPECT_EQ(send(RTM_GETLINK, NLM_F_DUMP | NLM_F_ACK, fill_link), 0);
  const auto messages = receive(socket_);
  ASSERT_EQ(messages.size(), 3u) << "lo, ts0 and the end";
  for (const Message& message : messages) EXPECT_TRUE(message.has_flags(NLM_F_MULTI));
  EXPECT_EQ(messages[2].header.nlmsg_type, NLMSG_DONE);
  EXPECT_EQ(messages[2].fixed<int32_t>(), 0);
  EXPECT_TRUE(receive(socket_).empty());
}

TEST_F(NetlinkServe, SeveralRequestsOfOneDatagramAreAllServed) {
  alignas(4) std::array<uint8_t, 256> room{};
  Writer out(Bytes(room), {});
  for (const int index : {1, 2}) {
    out.begin(RTM_GETLINK, NLM_F_REQUEST);
    out.fixed(ifinfomsg{0, 0, 0, index, 0, 0});
    ASSERT_TRUE(out.end());
  }
  EXPECT_EQ(send_bytes(out.written()), 0);
  EXPECT_EQ(receive(socket_).at(0).fixed<ifinfomsg>().ifi_index, 1);
  EXPECT_EQ(receive(socket_).at(0).fixed<ifinfomsg>().ifi_index, 2);
}

TEST_F(NetlinkServe, ChangesAreForThoseWhoMay) {
  EXPECT_EQ(send(RTM_NEWLINK, 0, fill_link, false), 0);
  EXPECT_EQ(acknowledged(), EPERM);
}

TEST_F(NetlinkServe, TypesThatAreNoneAreNotSupported) {
  EXPECT_EQ(send(RTM_MAX + 1, 0, fill_link), 0);
  EXPECT_EQ(acknowledged(), EOPNOTSUPP);
}

TEST_F(NetlinkServe, ControlMessagesAndRepliesAreOnlyAcknowledged) {
  EXPECT_EQ(send(NLMSG_NOOP, NLM_F_ACK, fill_link), 0);
  EXPECT_EQ(acknowledged(), 0);
  EXPECT_EQ(send(NLMSG_NOOP, 0, fill_link), 0);
  EXPECT_TRUE(receive(socket_).empty());
}

TEST_F(NetlinkServe, ASocketIsBoundToItsProcessAndTheSecondToAnotherPort) {
  EXPECT_EQ(name_of(socket_).port, 0u);
  EXPECT_EQ(host_->ask(Op::kBind, socket_), 0);
  EXPECT_EQ(name_of(socket_).port, kProcess);
  const test::Socket second = open();
  EXPECT_EQ(host_->ask(Op::kBind, second), 0);
  EXPECT_EQ(name_of(second).port, static_cast<uint32_t>(-4097));
  const test::Socket third = open();
  EXPECT_EQ(host_->ask(Op::kBind, third, kProcess), EADDRINUSE);
  EXPECT_EQ(host_->ask(Op::kBind, socket_, 12), EINVAL) << "it has another port";
}

TEST_F(NetlinkServe, ProtocolsOfNobodyAreRefused) {
  test::Socket socket;
  EXPECT_EQ(try_open(NETLINK_NETFILTER, socket), EPROTONOSUPPORT);
}

TEST_F(NetlinkServe, OptionsOfAllSocketsAreKeptAndJoinNoGroup) {
  const auto broadcast = static_cast<int64_t>(Option::kBroadcast);
  for (int64_t option = 0; option <= broadcast; ++option) {
    EXPECT_EQ(host_->ask(Op::kSetOption, socket_, option, 1), 0) << option;
  }
  EXPECT_EQ(name_of(socket_).groups, 0u);
  Request request = test::Host::about(Op::kGetOption, socket_);
  request.args[0] = broadcast;
  Reply reply;
  int fd = -1;
  EXPECT_EQ(host_->ask(request, reply, fd), 0);
  EXPECT_EQ(reply.value, 1);
}

TEST_F(NetlinkServe, AClosedSocketLeavesItsPort) {
  EXPECT_EQ(host_->ask(Op::kBind, socket_), 0);
  host_->close(socket_);
  const test::Socket next = open();
  EXPECT_EQ(host_->ask(Op::kBind, next), 0);
  EXPECT_EQ(name_of(next).port, kProcess);
  EXPECT_EQ(host_->engine().open_sockets(), 1u);
}

TEST_F(NetlinkServe, WhatNobodyReadsIsLostAndToldOnce) {
  ASSERT_EQ(host_->ask(Op::kBind, socket_), 0);
  const auto buffer = static_cast<int64_t>(Option::kReceiveBuffer);
  ASSERT_EQ(host_->ask(Op::kSetOption, socket_, buffer, 1), 0) << "becomes the least there is";
  for (int i = 0; i < 20; ++i) get_link(1);
  EXPECT_EQ(host_->status(socket_).pending_error, ENOBUFS);
  EXPECT_EQ(host_->take_error(socket_), ENOBUFS);
  EXPECT_EQ(host_->take_error(socket_), 0);
}

TEST_F(NetlinkServe, ALongDumpComesInPiecesThatAnyBufferHolds) {
  constexpr uint32_t kCount = 200;
  constexpr size_t kPieceBytes = 3'776;
  for (uint32_t i = 0; i < kCount; ++i) {
    send(RTM_NEWNEIGH, NLM_F_CREATE, [&](Writer& out) {
      out.fixed(ndmsg{AF_INET, 0, 0, 2, NUD_STALE, 0, 0});
      out.number(NDA_DST, htonl(0x0a000100 + i));
      out.number(NDA_LLADDR, MacAddress{{2, 0, 0, 0, 0, 9}}.octets);
    });
  }
  send(RTM_GETNEIGH, NLM_F_DUMP, [](Writer& out) { out.fixed(ndmsg{}); });
  uint32_t found = 0, pieces = 0;
  bool is_done = false;
  while (!is_done) {
    const auto messages = receive(socket_);
    ASSERT_FALSE(messages.empty());
    size_t bytes = 0;
    for (const Message& message : messages) {
      bytes += message.whole.size();
      is_done = message.header.nlmsg_type == NLMSG_DONE;
      found += message.header.nlmsg_type == RTM_NEWNEIGH ? 1 : 0;
    }
    EXPECT_LE(bytes, kPieceBytes);
    ++pieces;
  }
  EXPECT_EQ(found, kCount);
  EXPECT_GE(pieces, kCount * 60 / kPieceBytes);
}

}  // namespace
}  // namespace tapstack::shim::netlink
