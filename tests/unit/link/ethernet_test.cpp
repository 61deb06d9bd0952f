#include "link/ethernet.h"

#include "tests/unit/link/link_test.h"

namespace tapstack::link {
namespace {

class EthernetTest : public LinkTest {
 protected:
  EthernetTest() { id_ = table_.add(device_settings()).value(); }

  Payload input(const Frame& frame) {
    last_ = packet_of(frame);
    return ethernet_input(ctx_, *table_.find(id_), *last_);
  }

  InterfaceTable table_;
  InterfaceId id_;
  mem::PacketPtr last_;
};

TEST_F(EthernetTest, HandsUpIp4WithoutItsHeader) {
  EXPECT_EQ(input(test::hex("020000000002 020000000001 0800 45 00")), Payload::kIp4);
  EXPECT_EQ(bytes_of(*last_), test::hex("45 00"));
  EXPECT_EQ(last_->info.interface, id_);
  EXPECT_FALSE(last_->info.link_broadcast);
  EXPECT_FALSE(last_->info.link_multicast);
}

TEST_F(EthernetTest, TellsBroadcastFromMulticast) {
  EXPECT_EQ(input(test::hex("ffffffffffff 020000000001 0806 00")), Payload::kArp);
  EXPECT_TRUE(last_->info.link_broadcast);
  EXPECT_FALSE(last_->info.link_multicast);
  EXPECT_EQ(input(test::hex("01005e000001 020000000001 0800 00")), Payload::kIp4);
  EXPECT_TRUE(last_->info.link_multicast);
  EXPECT_FALSE(last_->info.link_broadcast);
}

TEST_F(EthernetTest, DropsWhatIsNotForUs) {
  EXPECT_EQ(input(test::hex("020000000003 020000000001 0800 45")), Payload::kNone);
  EXPECT_EQ(drops(DropReason::kEthernetNotForUs), 1u);
}

TEST_F(EthernetTest, DropsFramesShorterThanAHeader) {
  EXPECT_EQ(input(test::hex("020000000002 020000000001 08")), Payload::kNone);
  EXPECT_EQ(drops(DropReason::kEthernetTooShort), 1u);
  EXPECT_EQ(table_.find(id_)->counters.in_errors, 1u);
}

TEST_F(EthernetTest, DropsGroupSourcesAndItsOwnEcho) {
  EXPECT_EQ(input(test::hex("020000000002 ffffffffffff 0800 45")), Payload::kNone);
  EXPECT_EQ(drops(DropReason::kEthernetBadSource), 1u);
  EXPECT_EQ(input(test::hex("ffffffffffff 020000000002 0806 00")), Payload::kNone);
  EXPECT_EQ(drops(DropReason::kEthernetOwnFrame), 1u);
}

TEST_F(EthernetTest, HandsUpIp6) {
  EXPECT_EQ(input(test::hex("020000000002 020000000001 86dd 60")), Payload::kIp6);
  EXPECT_EQ(bytes_of(*last_), test::hex("60"));
}

TEST_F(EthernetTest, CountsTaggedLengthAndUnknownTypesApart) {
  EXPECT_EQ(input(test::hex("020000000002 020000000001 8100 0001 0800")), Payload::kNone);
  EXPECT_EQ(input(test::hex("020000000002 020000000001 88a8 0001 0800")), Payload::kNone);
  EXPECT_EQ(drops(DropReason::kEthernetVlan), 2u);
  EXPECT_EQ(input(test::hex("020000000002 020000000001 05dc 4242 03")), Payload::kNone);
  EXPECT_EQ(drops(DropReason::kEthernetLength), 1u);
  EXPECT_EQ(input(test::hex("020000000002 020000000001 88cc 02")), Payload::kNone);
  EXPECT_EQ(drops(DropReason::kEthernetUnknownType), 1u);
}

TEST_F(EthernetTest, AnInterfaceThatIsDownTakesNothing) {
  InterfaceSettings down = device_settings();
  down.is_up = false;
  ASSERT_TRUE(table_.change(id_, down).ok());
  EXPECT_EQ(input(test::hex("020000000002 020000000001 0800 45")), Payload::kNone);
  EXPECT_EQ(drops(DropReason::kInterfaceDown), 1u);
}

TEST_F(EthernetTest, OffloadPositionsMoveWithTheHeader) {
  last_ = packet_of(test::hex("020000000002 020000000001 0800 45"));
  last_->info.offload.checksum = mem::ChecksumState::kPartial;
  last_->info.offload.checksum_start = 34;
  ASSERT_EQ(ethernet_input(ctx_, *table_.find(id_), *last_), Payload::kIp4);
  EXPECT_EQ(last_->info.offload.checksum_start, 20);
}

TEST_F(EthernetTest, OutputPutsTheHeaderInFront) {
  mem::PacketPtr packet = packet_of(test::hex("45 00"));
  packet->info.offload.checksum = mem::ChecksumState::kPartial;
  packet->info.offload.checksum_start = 20;
  ASSERT_TRUE(ethernet_output(ctx_, table_, id_, std::move(packet), kPeerMac, Payload::kIp4).ok());
  const mem::PacketPtr frame = table_.next_frame(ctx_, id_);
  EXPECT_EQ(bytes_of(*frame), test::hex("020000000001 020000000002 0800 45 00"));
  EXPECT_EQ(frame->info.offload.checksum_start, 34);
}

TEST(GroupMac, MapsTheLow23BitsOfAnIp4Group) {
  EXPECT_EQ(group_mac(Ip4Address::from(239, 129, 2, 3)),
            (MacAddress{{0x01, 0x00, 0x5e, 0x01, 0x02, 0x03}}));
  EXPECT_EQ(group_mac(Ip4Address::limited_broadcast()), MacAddress::broadcast());
}

}  // namespace
}  // namespace tapstack::link
