#include "shim/names/service_kinds.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace tapstack::shim::names {
namespace {

addrinfo hints_of(int type, int protocol, int flags = 0) {
  addrinfo hints{};
  hints.ai_socktype = type;
  hints.ai_protocol = protocol;
  hints.ai_flags = flags;
  return hints;
}

TEST(ServiceKinds, WithoutAWishThereAreStreamDatagramAndRaw) {
  std::vector<ServiceKind> kinds;
  ASSERT_EQ(find_kinds("80", hints_of(0, 0), kinds), 0);
  ASSERT_EQ(kinds.size(), 3u);
  EXPECT_EQ(kinds[0].protocol, IPPROTO_TCP);
  EXPECT_EQ(kinds[1].protocol, IPPROTO_UDP);
  EXPECT_EQ(kinds[2].socket_type, SOCK_RAW);
  EXPECT_EQ(kinds[0].port.value, 80);
}

TEST(ServiceKinds, ATypeOrAProtocolChoosesOne) {
  std::vector<ServiceKind> kinds;
  ASSERT_EQ(find_kinds(nullptr, hints_of(SOCK_DGRAM, 0), kinds), 0);
  ASSERT_EQ(kinds.size(), 1u);
  EXPECT_EQ(kinds[0].protocol, IPPROTO_UDP);
  kinds.clear();
  ASSERT_EQ(find_kinds("7", hints_of(0, IPPROTO_TCP), kinds), 0);
  ASSERT_EQ(kinds.size(), 1u);
  EXPECT_EQ(kinds[0].socket_type, SOCK_STREAM);
}

TEST(ServiceKinds, ARawSocketKeepsTheProtocolAskedFor) {
  std::vector<ServiceKind> kinds;
  ASSERT_EQ(find_kinds(nullptr, hints_of(SOCK_RAW, IPPROTO_ICMP), kinds), 0);
  ASSERT_EQ(kinds.size(), 1u);
  EXPECT_EQ(kinds[0].protocol, IPPROTO_ICMP);
}

TEST(ServiceKinds, WhatDoesNotExistIsRefused) {
  std::vector<ServiceKind> kinds;
  EXPECT_EQ(find_kinds("80", hints_of(77, 0), kinds), EAI_SOCKTYPE);
  EXPECT_EQ(find_kinds("80", hints_of(0, 250), kinds), EAI_SERVICE);
  EXPECT_EQ(find_kinds("no-such-service", hints_of(SOCK_STREAM, 0), kinds), EAI_SERVICE);
  EXPECT_EQ(find_kinds("http", hints_of(SOCK_STREAM, 0, AI_NUMERICSERV), kinds), EAI_NONAME);
}

}  // namespace
}  // namespace tapstack::shim::names
