#include "api/interfaces.h"

#include "tests/unit/api/api_test.h"

namespace tapstack::api {
namespace {

using Interfaces = ApiTest;

TEST_F(Interfaces, LoopbackIsThereFromTheStart) {
  const auto lo = interface_at(stack_, 0);
  ASSERT_TRUE(lo.ok());
  EXPECT_EQ(lo->id, InterfaceId{1});
  EXPECT_STREQ(lo->settings.name, "lo");
  EXPECT_TRUE(lo->is_loopback);
  EXPECT_EQ(*address_at(stack_, lo->id, 0), (Prefix{Ip4Address::loopback(), 8}));
}

TEST_F(Interfaces, CanBeListedAndFoundByName) {
  EXPECT_EQ(interface_at(stack_, 1)->id, device_);
  EXPECT_EQ(interface_at(stack_, 2).error(), Error::kNoEntry);
  EXPECT_EQ(*interface_by_name(stack_, "ts0"), device_);
  EXPECT_EQ(interface_by_name(stack_, "ts1").error(), Error::kNoDevice);
}

TEST_F(Interfaces, AddressesComeAndGo) {
  EXPECT_EQ(*address_at(stack_, device_, 0), (Prefix{kOurs, 24}));
  EXPECT_EQ(address_at(stack_, device_, 1).error(), Error::kNoEntry);
  EXPECT_EQ(address_at(stack_, InterfaceId{9}, 0).error(), Error::kNoDevice);
  ASSERT_TRUE(remove_address(stack_, kStart, device_, kOurs).ok());
  EXPECT_EQ(address_at(stack_, device_, 0).error(), Error::kNoEntry);
  EXPECT_EQ(remove_address(stack_, kStart, device_, kOurs).error(), Error::kAddressNotAvailable);
}

TEST_F(Interfaces, RoutesDecideWhereConnectionsMayGo) {
  const SocketId id = *open(stack_, kStart, Family::kIp4, SocketKind::kUdp, 0);
  const Endpoint far{Ip4Address::from(203, 0, 113, 9), Port{53}};
  EXPECT_EQ(connect(stack_, kStart, id, far).error(), Error::kNetworkUnreachable);
  ASSERT_TRUE(add_route(stack_, {Ip4Address::any(), 0}, kPeer, device_).ok());
  EXPECT_TRUE(connect(stack_, kStart, id, far).ok());
  ASSERT_TRUE(remove_route(stack_, {Ip4Address::any(), 0}).ok());
  EXPECT_EQ(connect(stack_, kStart, id, far).error(), Error::kNetworkUnreachable);
}

TEST_F(Interfaces, SettingsCanBeChangedAndAreChecked) {
  InterfaceSettings settings = device_settings();
  settings.mtu_bytes = 900;
  settings.is_up = false;
  ASSERT_TRUE(change_interface(stack_, kStart, device_, settings).ok());
  EXPECT_EQ(interface_at(stack_, 1)->settings.mtu_bytes, 900u);
  EXPECT_FALSE(interface_at(stack_, 1)->settings.is_up);
  settings.mtu_bytes = 67;
  EXPECT_EQ(change_interface(stack_, kStart, device_, settings).error(), Error::kInvalid);
  EXPECT_EQ(change_interface(stack_, kStart, InterfaceId{9}, device_settings()).error(),
            Error::kNoDevice);
}

TEST_F(Interfaces, TheDeviceCanBeRemovedButNotLoopback) {
  EXPECT_TRUE(remove_interface(stack_, kStart, device_).ok());
  EXPECT_EQ(interface_at(stack_, 1).error(), Error::kNoEntry);
  EXPECT_EQ(remove_interface(stack_, kStart, InterfaceId{1}).error(), Error::kInvalid);
}

TEST_F(Interfaces, CountersHaveNamesAndAnEnd) {
  EXPECT_EQ(counter("IpInReceives"), 0u);
  EXPECT_EQ(counter("drop.ip4_bad_checksum"), 0u);
  EXPECT_EQ(counter("no such counter"), ~uint64_t{0});
}

TEST_F(Interfaces, PoolsShowWhatIsInUse) {
  EXPECT_EQ(used("sockets"), 0u);
  EXPECT_EQ(used("udp_endpoints"), 0u);
  ASSERT_TRUE(open(stack_, kStart, Family::kIp4, SocketKind::kUdp, 0).ok());
  EXPECT_EQ(used("sockets"), 1u);
  EXPECT_EQ(used("udp_endpoints"), 1u);
  for (size_t n = 0;; ++n) {
    const auto use = pool_at(stack_, n);
    if (!use.ok()) break;
    EXPECT_LE(use->used, use->capacity) << use->name;
    EXPECT_GT(use->capacity, 0u) << use->name;
  }
}

}  // namespace
}  // namespace tapstack::api
