#include "net/igmp_input.h"

#include "link/ethernet.h"
#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

const Ip4Address kAllHosts = Ip4Address::from(224, 0, 0, 1);

class IgmpInputTest : public NetTest {
 protected:
  IgmpInputTest() { EXPECT_TRUE(parts().groups.join({ts0_, Ip4Address::from(239, 0, 0, 1)}).ok()); }
  void hear(Frame message, bool is_good = true) {
    if (is_good) set16(message, 2, checksum(message));
    input(ip4({.destination = kAllHosts, .protocol = 2, .ttl = 1}, message),
          link::group_mac(kAllHosts));
  }
  bool will_answer() const {
    return timers_->is_armed(timer::make(timer::TimerKind::kGroups, ts0_.value - 1u));
  }
};

const Frame kQuery{0x11, 10, 0, 0, 0, 0, 0, 0};

TEST_F(IgmpInputTest, QueryIsAnsweredLater) {
  hear(kQuery);
  EXPECT_TRUE(will_answer());
}

TEST_F(IgmpInputTest, DamagedMessageIsDropped) {
  hear(kQuery, false);
  EXPECT_FALSE(will_answer());
  EXPECT_EQ(drops(DropReason::kGroupMessageBadChecksum), 1u);
}

TEST_F(IgmpInputTest, ShortMessageIsDropped) {
  hear({0x11, 10, 0, 0});
  EXPECT_EQ(drops(DropReason::kGroupMessageTooShort), 1u);
}

TEST_F(IgmpInputTest, QueryBetweenTheVersionsIsDropped) {  // RFC 3376 7.1
  Frame query = kQuery;
  query.resize(10);
  hear(query);
  EXPECT_FALSE(will_answer());
  EXPECT_EQ(drops(DropReason::kGroupMessageBadLength), 1u);
}

}  // namespace
}  // namespace tapstack::net
