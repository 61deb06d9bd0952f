#include "link/raw_ip.h"

#include "tests/unit/link/link_test.h"

namespace tapstack::link {
namespace {

class RawIpTest : public LinkTest {
 protected:
  RawIpTest() {
    InterfaceSettings settings = device_settings();
    settings.layer = LinkLayer::kRawIp;
    id_ = table_.add(settings).value();
  }

  Payload input(const Frame& packet) {
    last_ = packet_of(packet);
    return raw_ip_input(ctx_, *table_.find(id_), *last_);
  }

  InterfaceTable table_;
  InterfaceId id_;
  mem::PacketPtr last_;
};

TEST_F(RawIpTest, HandsUpIp4AsItIs) {
  EXPECT_EQ(input(test::hex("45 00 01 02")), Payload::kIp4);
  EXPECT_EQ(bytes_of(*last_), test::hex("45 00 01 02"));
  EXPECT_EQ(last_->info.interface, id_);
  EXPECT_EQ(table_.find(id_)->counters.in_bytes, 4u);
}

TEST_F(RawIpTest, HandsUpIp6AsItIs) { EXPECT_EQ(input(test::hex("60 00")), Payload::kIp6); }

TEST_F(RawIpTest, DropsWhatHasNoOrAnotherVersion) {
  EXPECT_EQ(input(test::hex("10 00")), Payload::kNone);
  EXPECT_EQ(drops(DropReason::kIpBadVersion), 1u);
  EXPECT_EQ(input({}), Payload::kNone);
  EXPECT_EQ(drops(DropReason::kIpTooShort), 1u);
  EXPECT_EQ(table_.find(id_)->counters.in_dropped, 2u);
}

TEST_F(RawIpTest, DropsEverythingWhileTheInterfaceIsDown) {
  table_.find(id_)->settings.is_up = false;
  EXPECT_EQ(input(test::hex("45 00")), Payload::kNone);
  EXPECT_EQ(drops(DropReason::kInterfaceDown), 1u);
}

TEST_F(RawIpTest, HasNoNeighbours) {
  EXPECT_FALSE(table_.find(id_)->has_neighbours());
  EXPECT_FALSE(table_.find(kLoopback)->has_neighbours());
}

}  // namespace
}  // namespace tapstack::link
