#include "net/icmp6_error.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

class Icmp6ErrorTest : public Net6Test {};

TEST_F(Icmp6ErrorTest, NothingIsSaidAboutErrorsAndRedirects) {
  const Frame about = ip6({.source = kOurs6, .destination = kPeer6}, Frame(8));
  EXPECT_TRUE(refuse(icmp6_packet({}, 1, 4, 0, about), Refusal::kProtocol).empty());
  EXPECT_TRUE(refuse(icmp6_packet({}, 100, 0, 0, about), Refusal::kProtocol).empty());
  EXPECT_TRUE(refuse(icmp6_packet({}, 137, 0, 0, about), Refusal::kProtocol).empty());
  EXPECT_EQ(drops(DropReason::kIcmpErrorForbidden), 3u);
}

TEST_F(Icmp6ErrorTest, NothingIsSaidAboutPacketsToGroups) {
  EXPECT_TRUE(refuse(ip6({.destination = Ip6Address::all_nodes()}, Frame(8))).empty());
  EXPECT_EQ(drops(DropReason::kIcmpErrorForbidden), 1u);
}

}  // namespace
}  // namespace tapstack::net
