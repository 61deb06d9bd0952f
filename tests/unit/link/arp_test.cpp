#include "link/arp.h"

#include "link/ethernet.h"
#include "tests/unit/link/link_test.h"

namespace tapstack::link {
namespace {

class ArpTest : public LinkTest {
 protected:
  ArpTest() : neighbours_(std::make_unique<NeighbourCache>(random_.key())) {
    id_ = table_.add(device_settings()).value();
    EXPECT_TRUE(table_.add_address(id_, {kOurs, 24}).ok());
  }

  uint32_t input(const Frame& message, bool is_broadcast = false) {
    mem::PacketPtr packet = packet_of(message);
    packet->info.interface = id_;
    packet->info.link_broadcast = is_broadcast;
    mem::PacketQueue released = arp_input(ctx_, table_, *neighbours_, std::move(packet));
    const uint32_t count = released.count;
    memory_->clear(released);
    return count;
  }
  Frame sent() {
    const mem::PacketPtr frame = table_.next_frame(ctx_, id_);
    return frame ? bytes_of(*frame) : Frame{};
  }
  NeighbourState state(Ip4Address a = kPeer) const { return neighbours_->state(id_, a, ctx_.now); }

  InterfaceTable table_;
  InterfaceId id_;
  std::unique_ptr<NeighbourCache> neighbours_;
};

TEST_F(ArpTest, AnswersARequestForOurAddress) {
  input(test::hex("0001 0800 06 04 0001 020000000001 0a0a0a01 000000000000 0a0a0a02"), true);
  EXPECT_EQ(sent(), test::hex("020000000001 020000000002 0806"
                              "0001 0800 06 04 0002 020000000002 0a0a0a02 020000000001 0a0a0a01"));
  EXPECT_EQ(state(), NeighbourState::kStale);
}

TEST_F(ArpTest, DoesNotAnswerForOthers) {
  input(arp({.target = kAbsent}), true);
  input(arp({.target = Ip4Address::any()}), true);
  input(arp({.target = Ip4Address::from(10, 10, 10, 255)}), true);
  input(arp({.target = Ip4Address::limited_broadcast()}), true);
  input(arp({.target = Ip4Address::loopback()}), true);
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(neighbours_->used(), 0u);
}

TEST_F(ArpTest, AnswersAnAddressProbeWithoutMakingAnEntry) {
  input(arp({.sender = Ip4Address::any()}), true);
  EXPECT_FALSE(sent().empty());
  EXPECT_EQ(neighbours_->used(), 0u);
}

TEST_F(ArpTest, RequestFromOffLinkIsAnsweredButNotEntered) {
  const Ip4Address off_link = Ip4Address::from(192, 168, 7, 7);
  input(arp({.sender = off_link}));
  EXPECT_FALSE(sent().empty());
  EXPECT_EQ(state(off_link), NeighbourState::kNone);
  EXPECT_EQ(drops(DropReason::kArpOffLink), 1u);
}

TEST_F(ArpTest, ReplyReleasesWhatWaited) {
  ASSERT_TRUE(neighbours_->enqueue(ctx_, id_, kPeer, packet_of({1})).ok());
  EXPECT_EQ(input(arp({.operation = 2, .target_mac = kOurMac})), 1u);
  EXPECT_EQ(state(), NeighbourState::kReachable);
}

TEST_F(ArpTest, BroadcastReplyResolvesNothing) {
  ASSERT_TRUE(neighbours_->enqueue(ctx_, id_, kPeer, packet_of({1})).ok());
  EXPECT_EQ(input(arp({.operation = 2}), true), 0u);
  EXPECT_EQ(state(), NeighbourState::kIncomplete);
}

TEST_F(ArpTest, GratuitousArpMakesAndChangesNothing) {
  input(arp({.operation = 1, .target = kPeer}), true);
  EXPECT_EQ(state(), NeighbourState::kNone);
  EXPECT_EQ(drops(DropReason::kArpUnsolicited), 1u);
  ASSERT_TRUE(neighbours_->enqueue(ctx_, id_, kPeer, packet_of({1})).ok());
  input(arp({.operation = 2, .target_mac = kOurMac}));
  input(arp({.operation = 2, .sender_mac = kOtherMac, .target = kPeer}), true);
  EXPECT_EQ(neighbours_->lookup(ctx_, id_, kPeer), kPeerMac);
}

TEST_F(ArpTest, ClaimToOurAddressIsCountedAndNotBelieved) {
  input(arp({.sender_mac = kOtherMac, .sender = kOurs, .target = kOurs}), true);
  EXPECT_EQ(drops(DropReason::kArpAddressConflict), 1u);
  EXPECT_TRUE(sent().empty());
}

TEST_F(ArpTest, SendersThatCannotBeAreDropped) {
  input(arp({.sender_mac = MacAddress::broadcast()}));
  input(arp({.sender_mac = MacAddress{}}));
  input(arp({.sender = Ip4Address::from(10, 10, 10, 255)}));
  input(arp({.sender = Ip4Address::from(224, 0, 0, 1)}));
  input(arp({.sender = Ip4Address::loopback()}));
  EXPECT_EQ(drops(DropReason::kArpBadSender), 5u);
  EXPECT_TRUE(sent().empty());
}

TEST_F(ArpTest, MalformedMessagesAreCountedByWhatIsWrong) {
  input(test::hex("0001 0800 06 04 0001 0200"));
  input(test::hex("0006 0800 06 04 0001 020000000001 0a0a0a01 000000000000 0a0a0a02"));
  input(test::hex("0001 86dd 06 04 0001 020000000001 0a0a0a01 000000000000 0a0a0a02"));
  input(test::hex("0001 0800 06 10 0001 020000000001 0a0a0a01 000000000000 0a0a0a02"));
  input(test::hex("0001 0800 06 04 0003 020000000001 0a0a0a01 000000000000 0a0a0a02"));
  EXPECT_EQ(drops(DropReason::kArpTooShort), 1u);
  EXPECT_EQ(drops(DropReason::kArpBadHardware), 1u);
  EXPECT_EQ(drops(DropReason::kArpBadProtocol), 1u);
  EXPECT_EQ(drops(DropReason::kArpBadLength), 1u);
  EXPECT_EQ(drops(DropReason::kArpBadOperation), 1u);
  EXPECT_TRUE(sent().empty());
}

TEST_F(ArpTest, PaddingBehindTheMessageIsIgnored) {
  Frame padded = arp({});
  padded.resize(46);
  input(padded, true);
  EXPECT_FALSE(sent().empty());
}

TEST_F(ArpTest, SolicitationIsABroadcastRequestFromTheAddressOnThatNet) {
  ASSERT_TRUE(table_.add_address(id_, {Ip4Address::from(172, 16, 0, 2), 16}).ok());
  Solicitation ask;
  ask.interface = id_;
  ask.target = Ip4Address::from(172, 16, 9, 9);
  arp_solicit(ctx_, table_, ask);
  EXPECT_EQ(sent(), test::hex("ffffffffffff 020000000002 0806"
                              "0001 0800 06 04 0001 020000000002 ac100002 000000000000 ac100909"));
}

TEST_F(ArpTest, UnicastSolicitationGoesToTheKnownAddress) {
  Solicitation ask;
  ask.interface = id_;
  ask.target = kPeer;
  ask.is_unicast = true;
  ask.mac = kPeerMac;
  arp_solicit(ctx_, table_, ask);
  EXPECT_EQ(sent(), test::hex("020000000001 020000000002 0806"
                              "0001 0800 06 04 0001 020000000002 0a0a0a02 000000000000 0a0a0a01"));
}

TEST_F(ArpTest, AnnouncementNamesTheAddressTwice) {
  arp_announce(ctx_, table_, id_, kOurs);
  EXPECT_EQ(sent(), test::hex("ffffffffffff 020000000002 0806"
                              "0001 0800 06 04 0001 020000000002 0a0a0a02 000000000000 0a0a0a02"));
}

}  // namespace
}  // namespace tapstack::link
