#include "net/group_report_output.h"

#include "link/ethernet.h"
#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

const Ip4Address kFirst = Ip4Address::from(239, 0, 0, 1);
const Ip4Address kSecond = Ip4Address::from(239, 0, 0, 2);

class GroupReportOutputTest : public NetTest {};

TEST_F(GroupReportOutputTest, RecordsOfSeveralGroupsShareAReport) {  // RFC 3376 4.2
  ASSERT_TRUE(parts().groups.join({ts0_, kFirst}).ok());
  ASSERT_TRUE(parts().groups.join({ts0_, kSecond}).ok());
  GroupReportOutput output(ctx_, parts(), ts0_, Family::kIp4);
  for (const Group& group : parts().groups.groups()) output.add_state(group);
  EXPECT_EQ(sent(), Frame());
  output.flush();
  const Frame report = tail(sent_packet(link::group_mac(Ip4Address::from(224, 0, 0, 22))), 24);
  EXPECT_EQ(get16(report, 6), 2u);
  EXPECT_EQ(tail(report, 8), (Frame{2, 0, 0, 0, 239, 0, 0, 1, 2, 0, 0, 0, 239, 0, 0, 2}));
}

TEST_F(GroupReportOutputTest, NothingToSayIsNotSent) {
  GroupReportOutput output(ctx_, parts(), ts0_, Family::kIp4);
  output.flush();
  EXPECT_EQ(sent(), Frame());
}

TEST_F(GroupReportOutputTest, LeavingIsToldToAllRouters) {  // RFC 2236 3
  send_group_leave(ctx_, parts(), {ts0_, kFirst});
  const Frame message = tail(sent_packet(link::group_mac(Ip4Address::from(224, 0, 0, 2))), 24);
  EXPECT_EQ(message.at(0), 0x17);
  EXPECT_EQ(get32(message, 4), kFirst.value);
}

}  // namespace
}  // namespace tapstack::net
