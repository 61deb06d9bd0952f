#include "shim/engine/datagram_pump.h"

#include "tests/unit/shim/engine/two_engines.h"

namespace tapstack::shim {
namespace {

using namespace test;

class DatagramPump : public TwoEngines {
 protected:
  static std::string message(const DatagramHeader& header, const std::string& payload) {
    std::string text(sizeof header + payload.size(), ' ');
    std::memcpy(text.data(), &header, sizeof header);
    std::memcpy(text.data() + sizeof header, payload.data(), payload.size());
    return text;
  }
  // As the hook does. The errno that the stack answered.
  int send_to(Host& host, const Socket& socket, const Endpoint& to, const std::string& payload) {
    DatagramHeader header;
    header.peer = to;
    return send_as(host, socket, header, payload);
  }
  int send_as(Host& host, const Socket& socket, const DatagramHeader& header,
              const std::string& payload) {
    const std::string text = message(header, payload);
    EXPECT_EQ(::send(socket.fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return host.ask(Op::kFlush, socket);
  }
  std::string receive(const Socket& socket, DatagramHeader& header) {
    std::string text(70'000, ' ');
    const long got = ::recv(socket.fd, text.data(), text.size(), 0);
    EXPECT_GE(got, static_cast<long>(sizeof header));
    std::memcpy(&header, text.data(), sizeof header);
    return text.substr(sizeof header, static_cast<size_t>(got) - sizeof header);
  }
  Socket receiver() {
    Socket socket = b_->open(SocketKind::kUdp);
    EXPECT_EQ(b_->bind(socket, 53), 0);
    return socket;
  }
};

TEST_F(DatagramPump, CarriesPayloadAndSender) {
  Socket to = receiver();
  Socket from = a_->open(SocketKind::kUdp);
  ASSERT_EQ(a_->bind(from, 1234), 0);
  EXPECT_EQ(send_to(*a_, from, {b_->address(), Port{53}}, "payload"), 0);
  DatagramHeader header;
  EXPECT_EQ(receive(to, header), "payload");
  EXPECT_EQ(header.peer, (Endpoint{a_->address(), Port{1234}}));
  EXPECT_EQ(header.local, IpAddress(b_->address()));
  EXPECT_EQ(header.mark, DatagramHeader::kMark);
  EXPECT_EQ(header.flags, 0);
  EXPECT_GT(header.ttl, 0);
  const int64_t now_ns = time(nullptr) * 1'000'000'000LL;
  EXPECT_LT(std::abs(header.received_realtime_ns - now_ns), 5'000'000'000LL);
}

TEST_F(DatagramPump, CarriesAnEmptyDatagram) {
  Socket to = receiver();
  Socket from = a_->open(SocketKind::kUdp);
  EXPECT_EQ(send_to(*a_, from, {b_->address(), Port{53}}, ""), 0);
  DatagramHeader header;
  EXPECT_EQ(receive(to, header), "");
}

TEST_F(DatagramPump, CarriesTheLargestDatagram) {
  Socket to = receiver();
  Socket from = a_->open(SocketKind::kUdp);
  const std::string payload(65'507, 'x');
  EXPECT_EQ(send_to(*a_, from, {b_->address(), Port{53}}, payload), 0);
  DatagramHeader header;
  EXPECT_EQ(receive(to, header), payload);
}

// UDP_SEGMENT.
TEST_F(DatagramPump, CutsASendIntoTheSegmentsAskedFor) {
  Socket to = receiver();
  Socket from = a_->open(SocketKind::kUdp);
  DatagramHeader header;
  header.peer = {b_->address(), Port{53}};
  header.segment_bytes = 4;
  const std::string text = message(header, "aaaabbbbcc");
  ASSERT_EQ(::send(from.fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(a_->ask(Op::kFlush, from), 0);
  EXPECT_EQ(receive(to, header), "aaaa");
  EXPECT_EQ(receive(to, header), "bbbb");
  EXPECT_EQ(receive(to, header), "cc");
  EXPECT_EQ(send_to(*a_, from, {b_->address(), Port{53}}, "whole"), 0);
  EXPECT_EQ(receive(to, header), "whole");
}

TEST_F(DatagramPump, RefusesMoreSegmentsThanLinuxTakes) {
  Socket from = a_->open(SocketKind::kUdp);
  DatagramHeader header;
  header.peer = {b_->address(), Port{53}};
  header.segment_bytes = 1;
  const std::string text = message(header, std::string(129, 'x'));
  ASSERT_EQ(::send(from.fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(a_->ask(Op::kFlush, from), EINVAL);
}

TEST_F(DatagramPump, RefusesSegmentsThatDoNotFitThePathAndMoreThanADatagramHolds) {
  Socket from = a_->open(SocketKind::kUdp);
  DatagramHeader header;
  header.peer = {b_->address(), Port{53}};
  header.segment_bytes = 1473;
  EXPECT_EQ(send_as(*a_, from, header, std::string(2'000, 'x')), EMSGSIZE);
  EXPECT_EQ(send_as(*a_, from, header, std::string(1'472, 'x')), 0) << "one that is shorter";
  header.segment_bytes = 1'000;
  EXPECT_EQ(send_as(*a_, from, header, std::string(65'508, 'x')), EMSGSIZE);
}

TEST_F(DatagramPump, WithoutAChecksumNothingIsCut) {
  Socket from = a_->open(SocketKind::kUdp);
  ASSERT_EQ(a_->ask(Op::kSetOption, from, static_cast<int64_t>(Option::kNoChecksum), 1), 0);
  DatagramHeader header;
  header.peer = {b_->address(), Port{53}};
  header.segment_bytes = 4;
  EXPECT_EQ(send_as(*a_, from, header, "aaaabb"), EINVAL);
}

// MSG_MORE.
TEST_F(DatagramPump, GathersWhatIsSentWithMoreToCome) {
  Socket to = receiver();
  Socket from = a_->open(SocketKind::kUdp);
  DatagramHeader header;
  header.peer = {b_->address(), Port{53}};
  header.flags = DatagramHeader::kMore;
  EXPECT_EQ(send_as(*a_, from, header, "first "), 0);
  header.flags = 0;
  header.peer = {a_->address(), Port{1}};
  EXPECT_EQ(send_as(*a_, from, header, "second"), 0);
  EXPECT_EQ(receive(to, header), "first second");
}

TEST_F(DatagramPump, RawSocketsGatherNothing) {
  Request request;
  request.op = Op::kOpen;
  request.args[0] = AF_INET;
  request.args[1] = static_cast<int64_t>(SocketKind::kRaw);
  request.args[2] = 99;
  Reply reply;
  Socket from;
  ASSERT_EQ(a_->ask(request, reply, from.fd), 0);
  from.slot = reply.slot;
  DatagramHeader header;
  header.peer = {b_->address(), Port{}};
  header.flags = DatagramHeader::kMore;
  EXPECT_EQ(send_as(*a_, from, header, "x"), EOPNOTSUPP);
}

// UDP_GRO: what is cut at one end is joined at the other, as far as it waits together.
class JoinedDatagrams : public DatagramPump {
 protected:
  // A receiver and a sender on one engine: over its loopback what is sent at a time waits together.
  void SetUp() override {
    DatagramPump::SetUp();
    to_ = receiver();
    from_ = b_->open(SocketKind::kUdp);
    header_.peer = {Ip4Address::loopback(), Port{53}};
  }
  void join() { ASSERT_EQ(b_->ask(Op::kKeep, to_, static_cast<int64_t>(Kept::kUdpGro), 1), 0); }
  void send_cut(uint16_t segment_bytes, const std::string& payload) {
    header_.segment_bytes = segment_bytes;
    ASSERT_EQ(send_as(*b_, from_, header_, payload), 0);
  }

  Socket to_, from_;
  DatagramHeader header_;
};

TEST_F(JoinedDatagrams, AreOfOneSizeButForTheLast) {
  join();
  send_cut(4, "aaaabbbbcc");
  DatagramHeader header;
  EXPECT_EQ(receive(to_, header), "aaaabbbbcc");
  EXPECT_EQ(header.segment_bytes, 4);
}

TEST_F(JoinedDatagrams, ComeOnlyToThoseWhoAsked) {
  send_cut(4, "aaaabb");
  DatagramHeader header;
  EXPECT_EQ(receive(to_, header), "aaaa");
  EXPECT_EQ(header.segment_bytes, 0);
  EXPECT_EQ(receive(to_, header), "bb");
}

TEST_F(JoinedDatagrams, AreNoMoreThan64) {
  join();
  send_cut(2, std::string(129, 'x'));
  DatagramHeader header;
  EXPECT_EQ(receive(to_, header).size(), 128u);
  EXPECT_EQ(receive(to_, header).size(), 1u);
  EXPECT_EQ(header.segment_bytes, 0);
}

TEST_F(JoinedDatagrams, OneAloneIsAsEver) {
  join();
  send_cut(0, "whole");
  DatagramHeader header;
  EXPECT_EQ(receive(to_, header), "whole");
  EXPECT_EQ(header.segment_bytes, 0);
}

// SO_TIMESTAMPING.
TEST_F(DatagramPump, TellsWhenADatagramWasSentToThoseWhoAsked) {
  Socket from = a_->open(SocketKind::kUdp);
  EXPECT_EQ(send_to(*a_, from, {b_->address(), Port{53}}, "x"), 0);
  EXPECT_EQ(a_->ask(Op::kSendNotice, from), EAGAIN);
  DatagramHeader header;
  header.peer = {b_->address(), Port{53}};
  header.flags = DatagramHeader::kStamp;
  const std::string text = message(header, "x");
  ASSERT_EQ(::send(from.fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(a_->ask(Op::kFlush, from), 0);
  EXPECT_EQ(receive(from, header), "");  // woken
  EXPECT_EQ(header.flags, DatagramHeader::kWakeOnly);
  EXPECT_EQ(a_->ask(Op::kSendNotice, from), 0);
  EXPECT_EQ(a_->ask(Op::kSendNotice, from), EAGAIN);
}

TEST_F(DatagramPump, SaysWhatIsWrongWithADatagram) {
  Socket from = a_->open(SocketKind::kUdp);
  EXPECT_EQ(send_to(*a_, from, {b_->address(), Port{53}}, std::string(65'508, 'x')), EMSGSIZE);
  EXPECT_EQ(send_to(*a_, from, Endpoint{}, "x"), EDESTADDRREQ);
  EXPECT_EQ(send_to(*a_, from, {Ip4Address::from(192, 0, 2, 1), Port{1}}, "x"), ENETUNREACH);
  EXPECT_EQ(a_->ask(Op::kFlush, from), 0);  // told once
}

TEST_F(DatagramPump, AMessageWithoutHeaderGoesToTheConnectedPeer) {
  Socket to = receiver();
  Socket from = a_->open(SocketKind::kUdp);
  ASSERT_EQ(a_->connect(from, b_->address(), 53), 0);
  ASSERT_EQ(::send(from.fd, "bare", 4, 0), 4);
  DatagramHeader header;
  EXPECT_EQ(receive(to, header), "bare");
}

TEST_F(DatagramPump, ARefusalWakesAConnectedSocket) {
  Socket from = a_->open(SocketKind::kUdp);
  ASSERT_EQ(a_->connect(from, b_->address(), 53), 0);
  EXPECT_EQ(send_to(*a_, from, Endpoint{}, "x"), 0);
  DatagramHeader header;
  EXPECT_EQ(receive(from, header), "");
  EXPECT_EQ(header.flags, DatagramHeader::kWakeOnly);
  EXPECT_EQ(a_->take_error(from), ECONNREFUSED);
  EXPECT_EQ(a_->take_error(from), 0);
}

TEST_F(DatagramPump, WhatTheProgramDoesNotReadWaitsInTheCoreUpToTheReceiveBuffer) {
  Socket to = receiver();
  Socket from = a_->open(SocketKind::kUdp);
  const std::string payload(1'000, 'x');
  for (int i = 0; i < 2'000; ++i) send_to(*a_, from, {b_->address(), Port{53}}, payload);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  int count = 0;
  char buffer[2'000];
  int idle = 0;
  while (idle < 50) {
    if (::recv(to.fd, buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
      ++count;
      idle = 0;
    } else {
      ++idle;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  EXPECT_GT(count, 50);
  EXPECT_LT(count, 1'000);
}

TEST_F(DatagramPump, CloseLeavesNothingBehind) {
  Socket socket = receiver();
  b_->close(socket);
  Socket again = receiver();
  ::close(again.fd);
  EXPECT_TRUE(eventually([&] { return b_->engine().open_sockets() == 0; }));
}

TEST_F(DatagramPump, ShutdownOfReadingIsAnEndOfFile) {
  Socket socket = receiver();
  EXPECT_EQ(b_->ask(Op::kShutdown, socket, SHUT_RD), ENOTCONN);  // and works, as on Linux
  char byte;
  EXPECT_EQ(::recv(socket.fd, &byte, 1, 0), 0);
}

}  // namespace
}  // namespace tapstack::shim
