#include "net/mld_input.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

class MldInputTest : public NetTest {
 protected:
  MldInputTest() {
    const Ip6Address group = Ip6Address::from(0xff05, 0, 0, 0, 0, 0, 0, 7);
    EXPECT_TRUE(parts().groups.join({ts0_, group}).ok());
  }
  // A query of version 2 behind a Router Alert.
  void hear(uint8_t hop_limit, uint8_t next_header, size_t bytes = 28) {
    Frame packet{0x60, 0, 0, 0, 0, 36, next_header, hop_limit};
    put(packet, Frame(32));
    put(packet, Frame{58, 0, 5, 2, 0, 0, 1, 0});
    packet.resize(48 + bytes);
    packet[48] = 130;
    mem::PacketPtr message = packet_of(packet);
    message->info.source = IpAddress(Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1), ts0_);
    message->info.interface = ts0_;
    message->info.ttl = hop_limit;
    message->info.ip_header_bytes = 48;
    mld_input(ctx_, parts(), *message);
  }
  bool will_answer() const {
    return timers_->is_armed(timer::make(timer::TimerKind::kGroups, ts0_.value - 1u));
  }
};

TEST_F(MldInputTest, QueryIsAnsweredLater) {
  hear(1, 0);
  EXPECT_TRUE(will_answer());
}

TEST_F(MldInputTest, QueryFromBeyondTheLinkIsDropped) {  // RFC 3810 6.2
  hear(64, 0);
  hear(1, 60);
  EXPECT_FALSE(will_answer());
  EXPECT_EQ(drops(DropReason::kGroupMessageNotFromLink), 2u);
}

TEST_F(MldInputTest, QueryBetweenTheVersionsIsDropped) {  // RFC 3810 8.1
  hear(1, 0, 26);
  EXPECT_EQ(drops(DropReason::kGroupMessageBadLength), 1u);
  hear(1, 0, 20);
  EXPECT_EQ(drops(DropReason::kGroupMessageTooShort), 1u);
}

}  // namespace
}  // namespace tapstack::net
