#include "net/nd_input.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

class NdInputTest : public NdTest {
 protected:
  NdInputTest() { settle(); }
};

TEST_F(NdInputTest, ThatARouterForwardedIsDropped) {  // RFC 4861 7.1.1
  input({.hop_limit = 254}, solicitation(kOurLinkLocal, link_layer_option(1, kPeerMac)));
  EXPECT_EQ(drops(DropReason::kNdBadHopLimit), 1u);
  EXPECT_TRUE(sent().empty());
}

TEST_F(NdInputTest, WithACodeIsDropped) {
  Frame message = solicitation(kOurLinkLocal);
  message[1] = 1;
  input({}, message);
  EXPECT_EQ(drops(DropReason::kNdBadCode), 1u);
}

TEST_F(NdInputTest, WithAnOptionOfNoLengthIsDropped) {
  input({}, solicitation(kOurLinkLocal, test::hex("0100 020000000001")));
  EXPECT_EQ(drops(DropReason::kNdBadOption), 1u);
}

TEST_F(NdInputTest, TooShortIsDropped) {
  input({}, head(solicitation(kOurLinkLocal), 20));
  EXPECT_EQ(drops(DropReason::kNdBadLength), 1u);
}

TEST_F(NdInputTest, LongerThanTheLinkCarriesIsDropped) {
  Frame options;
  for (int i = 0; i < 200; ++i) put(options, test::hex("fd01 000000000000"));
  input({}, solicitation(kOurLinkLocal, options));
  EXPECT_EQ(drops(DropReason::kNdBadLength), 1u);
}

TEST_F(NdInputTest, FragmentedIsDropped) {  // RFC 6980 5
  const mem::PacketPtr packet = packet_of(tail(nd_frame({}, solicitation(kOurLinkLocal)), 14));
  packet->info.interface = ts0_;
  packet->info.ttl = 255;
  packet->info.ip_header_bytes = 40;
  packet->info.was_fragmented = true;
  nd_input(ctx_, parts(), *packet);
  EXPECT_EQ(drops(DropReason::kNdFragmented), 1u);
  EXPECT_TRUE(sent().empty());
}

TEST_F(NdInputTest, QuestionsOfOtherHostsForRoutersAreNotForUs) {  // RFC 4861 6.2.6
  input({.destination = Ip6Address::all_nodes()}, test::hex("85 00 0000 00000000"));
  EXPECT_EQ(drops(DropReason::kNdNotForUs), 1u);
}

}  // namespace
}  // namespace tapstack::net
