#include "socket/program_address.h"

#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

const Ip6Address kLinkLocal = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1);
const IpAddress kFour = Ip4Address::from(10, 0, 0, 1);
const IpAddress kMapped = Ip6Address::mapped(Ip4Address::from(10, 0, 0, 1));
const IpAddress kGlobal = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
constexpr InterfaceId kTwo{2};
constexpr InterfaceId kThree{3};

Socket socket_of(Family family, bool ip6_only = false) {
  Socket socket;
  socket.family = family;
  socket.ip6_only = ip6_only;
  return socket;
}

Result<IpAddress> given(const Socket& socket, const IpAddress& address, InterfaceId at = {}) {
  return address_from_program(socket, address, at, Error::kNetworkUnreachable);
}

TEST(ProgramAddress, AnIp4SocketTakesNoIp6Address) {
  const Socket socket = socket_of(Family::kIp4);
  EXPECT_EQ(*given(socket, kFour), kFour);
  EXPECT_EQ(given(socket, kGlobal).error(), Error::kAddressFamilyNotSupported);
  EXPECT_EQ(given(socket, kMapped).error(), Error::kAddressFamilyNotSupported);
}

TEST(ProgramAddress, AMappedAddressIsTheIp4Address) {
  const Socket socket = socket_of(Family::kIp6);
  EXPECT_EQ(*given(socket, kMapped), kFour);
  EXPECT_EQ(*given(socket, kFour), kFour);
  EXPECT_EQ(*given(socket, kGlobal), kGlobal);
}

TEST(ProgramAddress, AnIp6OnlySocketRefusesIp4AsTheCallWantsIt) {
  const Socket socket = socket_of(Family::kIp6, true);
  EXPECT_EQ(given(socket, kMapped).error(), Error::kNetworkUnreachable);
  EXPECT_EQ(address_from_program(socket, kFour, {}, Error::kInvalid).error(), Error::kInvalid);
}

TEST(ProgramAddress, NoAddressStaysNone) {
  EXPECT_EQ(given(socket_of(Family::kIp6), IpAddress())->family(), Family::kNone);
}

// RFC 4007 11.
TEST(ProgramAddress, ALinkLocalAddressNeedsAZone) {
  Socket socket = socket_of(Family::kIp6);
  EXPECT_EQ(given(socket, kLinkLocal).error(), Error::kInvalid);
  EXPECT_EQ(given(socket, kLinkLocal, kTwo)->zone(), kTwo);
  EXPECT_EQ(given(socket, {kLinkLocal, kThree})->zone(), kThree);
  socket.interface = kTwo;
  EXPECT_EQ(given(socket, kLinkLocal)->zone(), kTwo);
}

TEST(ProgramAddress, AZoneMustNotContradictTheSocketsInterface) {
  Socket socket = socket_of(Family::kIp6);
  socket.interface = kTwo;
  EXPECT_EQ(given(socket, {kLinkLocal, kThree}).error(), Error::kInvalid);
}

TEST(ProgramAddress, AGroupOfTheLinkMayComeWithoutZone) {
  const auto group = given(socket_of(Family::kIp6), Ip6Address::all_nodes());
  ASSERT_TRUE(group.ok());
  EXPECT_EQ(group->zone(), InterfaceId{});
}

using ProgramAddressOfSocket = SocketTest;

TEST_F(ProgramAddressOfSocket, AZoneBindsTheSocketToItsInterface) {
  const SocketId id = *socket::open(env(), {Family::kIp6, SocketKind::kUdp, 0});
  adopt_zone(env(), *sockets_->find(id), {kLinkLocal, kTwo});
  EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kBindInterface), 2);
  adopt_zone(env(), *sockets_->find(id), kGlobal);
  EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kBindInterface), 2);
}

}  // namespace
}  // namespace tapstack::socket
