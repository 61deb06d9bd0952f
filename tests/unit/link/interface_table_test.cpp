#include "link/interface_table.h"

#include "tests/unit/link/link_test.h"

namespace tapstack::link {
namespace {

class InterfaceTableTest : public LinkTest {
 protected:
  InterfaceTable table_;
};

TEST_F(InterfaceTableTest, LoopbackIsThereFromTheStart) {
  const Interface* lo = table_.at(0);
  ASSERT_NE(lo, nullptr);
  EXPECT_EQ(lo->id, InterfaceId{1});
  EXPECT_EQ(lo->settings.name_view(), "lo");
  EXPECT_TRUE(lo->is_loopback);
  EXPECT_EQ(lo->addresses()[0].prefix, (Prefix{Ip4Address::from(127, 0, 0, 1), 8}));
  EXPECT_EQ(table_.at(1), nullptr);
}

TEST_F(InterfaceTableTest, DeviceInterfacesFollow) {
  EXPECT_EQ(table_.add(device_settings()).value(), InterfaceId{2});
  EXPECT_EQ(table_.find("ts0")->id, InterfaceId{2});
  EXPECT_EQ(table_.find("ts1"), nullptr);
}

TEST_F(InterfaceTableTest, RefusesNamesThatAreTakenOrEmptyOrTooLong) {
  ASSERT_TRUE(table_.add(device_settings()).ok());
  EXPECT_EQ(table_.add(device_settings()).error(), Error::kInvalid);
  EXPECT_EQ(table_.add(device_settings("")).error(), Error::kInvalid);
  InterfaceSettings unterminated = device_settings();
  for (char& c : unterminated.name) c = 'x';
  EXPECT_EQ(table_.add(unterminated).error(), Error::kInvalid);
}

TEST_F(InterfaceTableTest, RefusesImpossibleMtuAndMac) {
  InterfaceSettings settings = device_settings();
  settings.mtu_bytes = 67;
  EXPECT_EQ(table_.add(settings).error(), Error::kInvalid);
  settings.mtu_bytes = 65536;
  EXPECT_EQ(table_.add(settings).error(), Error::kInvalid);
  settings.mtu_bytes = 68;
  settings.mac = MacAddress::broadcast();
  EXPECT_EQ(table_.add(settings).error(), Error::kInvalid);
}

TEST_F(InterfaceTableTest, IsFullAtItsLimitAndHasRoomAgainAfterRemoval) {
  const char* names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  for (size_t i = 1; i < kConfig.interfaces; ++i) {
    ASSERT_TRUE(table_.add(device_settings(names[i])).ok());
  }
  EXPECT_EQ(table_.add(device_settings("z")).error(), Error::kNoBuffers);
  EXPECT_TRUE(table_.remove(ctx_, InterfaceId{3}).ok());
  EXPECT_EQ(table_.add(device_settings("z")).value(), InterfaceId{3});
}

TEST_F(InterfaceTableTest, LoopbackCannotBeRemovedOrRenamed) {
  EXPECT_EQ(table_.remove(ctx_, kLoopback).error(), Error::kInvalid);
  EXPECT_EQ(table_.change(kLoopback, device_settings("new")).error(), Error::kInvalid);
}

TEST_F(InterfaceTableTest, AddressesAreUniqueOverAllInterfaces) {
  const InterfaceId id = table_.add(device_settings()).value();
  EXPECT_TRUE(table_.add_address(id, {kOurs, 24}).ok());
  EXPECT_EQ(table_.add_address(kLoopback, {kOurs, 32}).error(), Error::kAddressInUse);
  EXPECT_EQ(table_.owner(kOurs)->id, id);
}

TEST_F(InterfaceTableTest, RefusesAddressesThatNoHostCanHave) {
  const InterfaceId id = table_.add(device_settings()).value();
  for (const Ip4Address bad :
       {Ip4Address::any(), Ip4Address::from(0, 1, 2, 3), Ip4Address::from(224, 0, 0, 5),
        Ip4Address::from(240, 0, 0, 1), Ip4Address::limited_broadcast()}) {
    EXPECT_EQ(table_.add_address(id, {bad, 24}).error(), Error::kInvalid) << bad.value;
  }
  EXPECT_EQ(table_.add_address(id, {kOurs, 33}).error(), Error::kInvalid);
  EXPECT_EQ(table_.add_address(InterfaceId{9}, {kOurs, 24}).error(), Error::kNoDevice);
}

TEST_F(InterfaceTableTest, RemovedAddressIsOursNoMore) {
  const InterfaceId id = table_.add(device_settings()).value();
  ASSERT_TRUE(table_.add_address(id, {kOurs, 24}).ok());
  ASSERT_TRUE(table_.add_address(id, {kPeer, 24}).ok());
  EXPECT_TRUE(table_.remove_address(id, kOurs).ok());
  EXPECT_EQ(table_.owner(kOurs), nullptr);
  EXPECT_NE(table_.owner(kPeer), nullptr);
  EXPECT_EQ(table_.remove_address(id, kOurs).error(), Error::kAddressNotAvailable);
}

TEST_F(InterfaceTableTest, AddressOfAnInterfaceThatIsDownIsNotOurs) {
  const InterfaceId id = table_.add(device_settings()).value();
  ASSERT_TRUE(table_.add_address(id, {kOurs, 24}).ok());
  InterfaceSettings down = device_settings();
  down.is_up = false;
  ASSERT_TRUE(table_.change(id, down).ok());
  EXPECT_EQ(table_.owner(kOurs), nullptr);
}

TEST_F(InterfaceTableTest, QueueIsBoundedAndGivesFramesInOrder) {
  const InterfaceId id = table_.add(device_settings()).value();
  for (size_t i = 0; i < kConfig.interface_queue_packets; ++i) {
    ASSERT_TRUE(table_.enqueue(ctx_, id, packet_of({static_cast<uint8_t>(i)})).ok());
  }
  EXPECT_FALSE(table_.find(id)->has_room());
  EXPECT_EQ(table_.enqueue(ctx_, id, packet_of({1})).error(), Error::kNoBuffers);
  EXPECT_EQ(drops(DropReason::kInterfaceQueueFull), 1u);
  EXPECT_EQ(bytes_of(*table_.next_frame(ctx_, id)), Frame{0});
  EXPECT_EQ(bytes_of(*table_.next_frame(ctx_, id)), Frame{1});
  EXPECT_EQ(table_.find(id)->counters.out_frames, 2u);
  ASSERT_TRUE(table_.remove(ctx_, id).ok());
  expect_nothing_held();
}

TEST_F(InterfaceTableTest, NothingIsQueuedForAnInterfaceThatIsDown) {
  InterfaceSettings down = device_settings();
  down.is_up = false;
  const InterfaceId id = table_.add(down).value();
  EXPECT_EQ(table_.enqueue(ctx_, id, packet_of({1})).error(), Error::kNetworkDown);
  expect_nothing_held();
}

}  // namespace
}  // namespace tapstack::link
