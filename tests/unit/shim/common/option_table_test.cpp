#include "shim/common/option_table.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

namespace tapstack::shim {
namespace {

constexpr uint8_t kStream4 = Who::kStream | Who::kIp4;
constexpr uint8_t kUdp4 = Who::kUdp | Who::kIp4;
constexpr uint8_t kUdp6 = Who::kUdp | Who::kIp6;
constexpr uint8_t kRaw4 = Who::kRaw | Who::kIp4;

TEST(OptionTable, AnOptionOfEverySocketIsFoundForEach) {
  for (const uint8_t who : {kStream4, kUdp4, kUdp6, kRaw4}) {
    const OptionRow* row = find_option(SOL_SOCKET, SO_REUSEADDR, who);
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(row->option, Option::kReuseAddress);
    EXPECT_TRUE(is_in_core(*row));
  }
}

TEST(OptionTable, TheRowIsThatOfTheKindOfSocket) {
  const OptionRow* raw = find_option(IPPROTO_IP, IP_HDRINCL, kRaw4);
  const OptionRow* udp = find_option(IPPROTO_IP, IP_HDRINCL, kUdp4);
  ASSERT_TRUE(raw != nullptr && udp != nullptr);
  EXPECT_EQ(raw->style, OptionStyle::kBool);
  EXPECT_EQ(udp->style, OptionStyle::kConstant);
  EXPECT_FALSE(is_in_core(*udp));
}

// inet6_create leaves IP_MULTICAST_ALL off, inet_create sets it.
TEST(OptionTable, TheRowIsThatOfTheFamily) {
  const uint8_t stream6 = Who::kStream | Who::kIp6;
  EXPECT_EQ(find_option(IPPROTO_IP, IP_MULTICAST_ALL, kStream4)->initial, 1);
  EXPECT_EQ(find_option(IPPROTO_IP, IP_MULTICAST_ALL, stream6)->initial, 0);
}

// sk_setsockopt: priorities up to 6 are everybody's.
TEST(OptionTable, SomeValuesNeedPrivilege) {
  const OptionRow* priority = find_option(SOL_SOCKET, SO_PRIORITY, kUdp4);
  EXPECT_EQ(priority->privilege, Privilege::kAdminOrRaw);
  EXPECT_EQ(priority->free_min, 0);
  EXPECT_EQ(priority->free_max, 6);
  EXPECT_EQ(find_option(SOL_SOCKET, SO_DEBUG, kUdp4)->without_privilege, EACCES);
  EXPECT_EQ(find_option(IPPROTO_IP, IP_FREEBIND, kUdp4)->privilege, Privilege::kNone);
}

TEST(OptionTable, WhatNoSocketHasIsNotFound) {
  EXPECT_EQ(find_option(SOL_SOCKET, 9999, kUdp4), nullptr);
  EXPECT_EQ(find_option(IPPROTO_IP, SO_REUSEADDR + 9000, kUdp4), nullptr);
}

}  // namespace
}  // namespace tapstack::shim
