#include "app/dns_stream.h"

#include "tests/unit/app/two_stacks.h"

namespace tapstack::app {
namespace {

const Octets kQuery = {1, 2, 3};

class DnsStreamTest : public TwoStacksTest {
 protected:
  DnsStreamTest() {
    listener_ = *api::open(server_.stack, now_, Family::kIp4, SocketKind::kTcp, 0);
    EXPECT_TRUE(api::bind(server_.stack, now_, listener_, {kServerAddress, wire::kDnsPort}).ok());
    EXPECT_TRUE(api::listen(server_.stack, now_, listener_, 4).ok());
  }
  void open(Port port = wire::kDnsPort) {
    stream_.open(client_.stack, now_, {kServerAddress, port}, kQuery);
    turn();
  }
  void turn() {
    for (int i = 0; i < 6; ++i) {
      exchange_frames();
      state_ = stream_.poll(client_.stack, now_, room_);
      now_ = now_ + Duration::ms(1);
    }
  }
  // The server's end, once the connection is there.
  void accept() {
    const auto accepted = api::accept(server_.stack, now_, listener_);
    ASSERT_TRUE(accepted.ok());
    server_end_ = accepted->id;
  }
  Octets heard() {
    uint8_t bytes[64];
    const Bytes parts[] = {bytes};
    const auto got = api::receive(server_.stack, now_, server_end_, parts, {}, nullptr);
    return got.ok() ? Octets(bytes, bytes + *got) : Octets();
  }
  void say(const Octets& bytes) {
    const ConstBytes parts[] = {bytes};
    ASSERT_TRUE(api::send(server_.stack, now_, server_end_, parts, {}, {}).ok());
    turn();
  }

  SocketId listener_, server_end_;
  DnsStream stream_;
  DnsStreamState state_ = DnsStreamState::kClosed;
  std::array<uint8_t, 8> room_{};
};

TEST_F(DnsStreamTest, TheLengthGoesBeforeTheMessage) {  // RFC 1035 4.2.2
  open();
  EXPECT_EQ(state_, DnsStreamState::kBusy);
  accept();
  EXPECT_EQ(heard(), (Octets{0, 3, 1, 2, 3}));
}

TEST_F(DnsStreamTest, AnAnswerInPiecesIsPutTogether) {  // RFC 7766 8
  open();
  accept();
  for (const uint8_t octet : {0, 2, 7}) say({octet});
  EXPECT_EQ(state_, DnsStreamState::kBusy);
  say({8});
  EXPECT_EQ(state_, DnsStreamState::kComplete);
  EXPECT_EQ(stream_.bytes(), 2u);
  EXPECT_EQ(room_[0], 7);
  EXPECT_EQ(room_[1], 8);
}

TEST_F(DnsStreamTest, WhereNobodyListensItFails) {
  open(Port{54});
  EXPECT_EQ(state_, DnsStreamState::kFailed);
}

TEST_F(DnsStreamTest, AnAnswerThatEndsEarlyFails) {
  open();
  accept();
  say({0, 5, 1});
  api::close(server_.stack, now_, server_end_).ignore();
  turn();
  EXPECT_EQ(state_, DnsStreamState::kFailed);
}

TEST_F(DnsStreamTest, AnAnswerLongerThanTheRoomFails) {
  open();
  accept();
  say({0, 9, 1});
  EXPECT_EQ(state_, DnsStreamState::kFailed);
}

TEST_F(DnsStreamTest, ItMayBeOpenedAgainAfterItFailed) {
  open(Port{54});
  open();
  accept();
  EXPECT_EQ(heard().size(), 5u);
}

}  // namespace
}  // namespace tapstack::app
