#include "shim/trace/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>

#include "tests/unit/shim/trace/shown.h"

namespace tapstack::shim::trace {
namespace {

sockaddr_in ip4(const char* text, uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, text, &address.sin_addr);
  return address;
}

sockaddr_in6 ip6(const char* text, uint16_t port, uint32_t scope) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_scope_id = scope;
  inet_pton(AF_INET6, text, &address.sin6_addr);
  return address;
}

template <class T>
std::string given(const T& address, socklen_t length = sizeof(T)) {
  return shown_as(Address{reinterpret_cast<const sockaddr*>(&address), length});
}

TEST(TraceAddress, Ip4IsAddressAndPort) {
  EXPECT_EQ(given(ip4("10.10.10.1", 80)), "10.10.10.1:80");
}

TEST(TraceAddress, Ip6StandsInBracketsWithItsScope) {
  EXPECT_EQ(given(ip6("fd10:10:10::1", 80, 0)), "[fd10:10:10::1]:80");
  EXPECT_EQ(given(ip6("fe80::1", 53, 2)), "[fe80::1%2]:53");
}

TEST(TraceAddress, OfPacketSocketsItIsProtocolAndInterface) {
  sockaddr_ll frame{};
  frame.sll_family = AF_PACKET;
  frame.sll_protocol = htons(ETH_P_ARP);
  frame.sll_ifindex = 2;
  EXPECT_EQ(given(frame), "ETH_P_ARP%2");
}

TEST(TraceAddress, OtherFamiliesAndShortAddressesAreFamilyAndLength) {
  const sockaddr unspecified{AF_UNSPEC, {}};
  EXPECT_EQ(given(unspecified), "{AF_UNSPEC, 16 bytes}");
  EXPECT_EQ(given(ip4("10.10.10.1", 80), 8), "{AF_INET, 8 bytes}");
}

TEST(TraceAddress, NoMemoryIsAPointer) {
  EXPECT_EQ(shown_as(Address{nullptr, 0}), "NULL");
  EXPECT_EQ(shown_as(Address{nowhere<sockaddr>(), 16}), "0x10");
}

TEST(TraceAddress, RoomIsShownWhenTheCallHasFilledIt) {
  const sockaddr_in peer = ip4("10.10.10.1", 4000);
  const socklen_t length = sizeof peer, none = 0;
  const auto* address = reinterpret_cast<const sockaddr*>(&peer);
  EXPECT_EQ(shown_as(AddressRoom{address, &length}), "10.10.10.1:4000");
  EXPECT_EQ(shown_as(AddressRoom{address, &none}), "{}");
  EXPECT_EQ(shown_as(AddressRoom{nullptr, nullptr}), "NULL");
  EXPECT_EQ(shown_as(AddressRoom{nowhere<sockaddr>(), &length}, kFailed), "0x10");
}

}  // namespace
}  // namespace tapstack::shim::trace
