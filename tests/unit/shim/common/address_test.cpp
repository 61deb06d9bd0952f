#include "shim/common/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

namespace tapstack::shim {
namespace {

sockaddr_in6 in6(const char* text, uint16_t port, uint32_t scope = 0) {
  sockaddr_in6 out{};
  out.sin6_family = AF_INET6;
  out.sin6_port = htons(port);
  out.sin6_scope_id = scope;
  inet_pton(AF_INET6, text, &out.sin6_addr);
  return out;
}

sockaddr_in in4(const char* text, uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  inet_pton(AF_INET, text, &out.sin_addr);
  return out;
}

template <class Address>
const sockaddr* generic(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// As a socket of family AF_INET6 reads it; the errno in `error`.
Endpoint read6(const sockaddr_in6& address, int& error, socklen_t length = sizeof(sockaddr_in6)) {
  Endpoint endpoint;
  error = endpoint_from(Family::kIp6, generic(address), length, endpoint);
  return endpoint;
}

TEST(Address, OfIp6HasAddressAndPort) {
  int error = 0;
  const Endpoint endpoint = read6(in6("2001:db8::7", 8080), error);
  EXPECT_EQ(error, 0);
  EXPECT_EQ(endpoint.address, IpAddress(Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7)));
  EXPECT_EQ(endpoint.port.value, 8080);
}

TEST(Address, ALinkLocalOneHasTheZoneOfItsScopeId) {
  int error = 0;
  EXPECT_EQ(read6(in6("fe80::1", 1, 2), error).address.zone(), InterfaceId{2});
  EXPECT_EQ(read6(in6("ff02::1", 1, 2), error).address.zone(), InterfaceId{2});
  EXPECT_EQ(read6(in6("2001:db8::1", 1, 2), error).address.zone(), InterfaceId{0});
}

TEST(Address, AScopeIdBeyondAllInterfacesIsNoneOfThem) {
  int error = 0;
  EXPECT_EQ(read6(in6("fe80::1", 1, 0x102), error).address.zone(), InterfaceId{255});
}

TEST(Address, AMappedOneIsTheIp4AddressInIt) {
  int error = 0;
  EXPECT_EQ(read6(in6("::ffff:192.0.2.1", 1), error).address,
            IpAddress(Ip4Address::from(192, 0, 2, 1)));
  EXPECT_TRUE(read6(in6("::ffff:0.0.0.0", 1), error).address.is_ip4());
}

TEST(Address, ASockaddrIn6WithoutItsScopeIdIsTakenAndAShorterOneIsNot) {
  int error = 0;
  constexpr socklen_t kShort = offsetof(sockaddr_in6, sin6_scope_id);
  EXPECT_EQ(read6(in6("fe80::1", 5, 2), error, kShort).address.zone(), InterfaceId{0});
  EXPECT_EQ(error, 0);
  read6(in6("fe80::1", 5, 2), error, kShort - 1);
  EXPECT_EQ(error, EINVAL);
}

TEST(Address, OfTheOtherFamilyIsRefused) {
  Endpoint endpoint;
  const sockaddr_in ip4 = in4("192.0.2.1", 80);
  const sockaddr_in6 ip6 = in6("::1", 80);
  // 16 bytes are too short for an IPv6 address, whatever they hold.
  EXPECT_EQ(endpoint_from(Family::kIp6, generic(ip4), sizeof ip4, endpoint), EINVAL);
  EXPECT_EQ(endpoint_from(Family::kIp4, generic(ip6), sizeof ip6, endpoint), EAFNOSUPPORT);
  sockaddr_storage padded{};
  std::memcpy(&padded, &ip4, sizeof ip4);
  EXPECT_EQ(endpoint_from(Family::kIp6, generic(padded), sizeof padded, endpoint), EAFNOSUPPORT);
}

TEST(Address, OfADatagramOnAnIp6SocketMayBeOfEitherFamily) {
  Endpoint peer;
  const sockaddr_in ip4 = in4("192.0.2.1", 80);
  const sockaddr_in6 ip6 = in6("::1", 80);
  EXPECT_EQ(peer_from(Family::kIp6, generic(ip4), sizeof ip4, peer), 0);
  EXPECT_EQ(peer.address, IpAddress(Ip4Address::from(192, 0, 2, 1)));
  EXPECT_EQ(peer_from(Family::kIp6, generic(ip6), sizeof ip6, peer), 0);
  EXPECT_EQ(peer.address, IpAddress(Ip6Address::loopback()));
  EXPECT_EQ(peer_from(Family::kIp4, generic(ip6), sizeof ip6, peer), EAFNOSUPPORT);
}

// What an AF_INET6 socket shows for `address`, as "text%scope".
std::string shown6(const IpAddress& address) {
  sockaddr_in6 out{};
  socklen_t length = sizeof out;
  EXPECT_EQ(
      endpoint_to(Family::kIp6, {address, Port{9}}, reinterpret_cast<sockaddr*>(&out), &length), 0);
  EXPECT_EQ(length, sizeof out);
  EXPECT_EQ(out.sin6_family, AF_INET6);
  EXPECT_EQ(ntohs(out.sin6_port), 9);
  char text[INET6_ADDRSTRLEN];
  inet_ntop(AF_INET6, &out.sin6_addr, text, sizeof text);
  return std::string(text) + "%" + std::to_string(out.sin6_scope_id);
}

TEST(Address, IsShownToAnIp6SocketAsMappedOrWithItsScope) {
  EXPECT_EQ(shown6(Ip4Address::from(192, 0, 2, 1)), "::ffff:192.0.2.1%0");
  EXPECT_EQ(shown6(IpAddress(Ip6Address::all_nodes(), InterfaceId{2})), "ff02::1%2");
  EXPECT_EQ(shown6(Ip6Address::loopback()), "::1%0");
  EXPECT_EQ(shown6(IpAddress()), "::%0");
}

TEST(Address, WhatIsShownIsCutToTheBufferAndItsWholeLengthTold) {
  sockaddr_in6 out = in6("::", 0);
  socklen_t length = 4;
  endpoint_to(Family::kIp6, {Ip6Address::loopback(), Port{80}}, reinterpret_cast<sockaddr*>(&out),
              &length);
  EXPECT_EQ(length, sizeof out);
  EXPECT_EQ(ntohs(out.sin6_port), 80);
  EXPECT_TRUE(IN6_IS_ADDR_UNSPECIFIED(&out.sin6_addr));
}

}  // namespace
}  // namespace tapstack::shim
