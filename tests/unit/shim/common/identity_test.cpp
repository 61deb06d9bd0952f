#include "shim/common/identity.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <string>

#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

Identity some_identity() {
  Identity identity;
  for (size_t i = 0; i < identity.token.bytes.size(); ++i) {
    identity.token.bytes[i] = static_cast<uint8_t>(i * 17);
  }
  identity.slot = {0x12, 0xfedcba98};
  identity.is_stream = true;
  return identity;
}

std::string text_of(const sockaddr_un& name, socklen_t length) {
  return {name.sun_path, length - offsetof(sockaddr_un, sun_path)};
}

TEST(Identity, TheNameIsAbstractAndSaysTokenKindSlotAndGeneration) {
  sockaddr_un name;
  const socklen_t length = format_name(some_identity(), name);
  EXPECT_EQ(text_of(name, length),
            std::string("\0tapstack/00112233445566778899aabbccddeeff/s/00000012/fedcba98", 62));
}

TEST(Identity, WhatWasFormattedIsParsed) {
  Identity identity = some_identity();
  sockaddr_un name;
  for (const bool is_stream : {true, false}) {
    for (const bool is_ip6 : {true, false}) {
      identity.is_stream = is_stream;
      identity.is_ip6 = is_ip6;
      EXPECT_EQ(parse_name(name, format_name(identity, name)), identity);
    }
  }
}

TEST(Identity, AnEndThatStandsInHasANameOfItsOwnForTheSameSocket) {
  Identity identity = some_identity();
  identity.stand_in = 0xabcd;
  sockaddr_un name;
  const socklen_t length = format_name(identity, name);
  EXPECT_EQ(text_of(name, length).substr(61), "8/0000abcd");
  EXPECT_EQ(parse_name(name, length), identity);
  EXPECT_EQ(parse_name(name, length - 1), std::nullopt);
}

TEST(Identity, ANetlinkSocketsNameSaysThatItIsOne) {
  Identity identity = some_identity();
  identity.is_stream = false;
  identity.is_netlink = true;
  sockaddr_un name;
  EXPECT_EQ(parse_name(name, format_name(identity, name)), identity);
}

TEST(Identity, APacketSocketsNameSaysThatItIsOne) {
  Identity identity = some_identity();
  identity.is_stream = false;
  identity.is_packet = true;
  sockaddr_un name;
  EXPECT_EQ(parse_name(name, format_name(identity, name)), identity);
}

TEST(Identity, EveryOtherNameIsNone) {
  sockaddr_un name;
  const socklen_t length = format_name(some_identity(), name);
  EXPECT_FALSE(parse_name(name, length - 1));
  EXPECT_FALSE(parse_name(name, length + 1));
  EXPECT_FALSE(parse_name(name, offsetof(sockaddr_un, sun_path)));
  for (socklen_t i = offsetof(sockaddr_un, sun_path); i < length; ++i) {
    sockaddr_un changed = name;
    changed.sun_path[i - offsetof(sockaddr_un, sun_path)] = '~';
    EXPECT_FALSE(parse_name(changed, length)) << i;
  }
}

class HandleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(sys::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, fds_), 0);
    identity_.token = EngineToken::random();
    sockaddr_un name;
    const socklen_t length = format_name(identity_, name);
    ASSERT_EQ(sys::bind(fds_[1], reinterpret_cast<sockaddr*>(&name), length), 0);
  }
  void TearDown() override {
    for (int fd : fds_) ::close(fd);
  }

  int fds_[2];
  Identity identity_ = some_identity();
};

TEST_F(HandleTest, TheHandleTellsWhoItIs) { EXPECT_EQ(identity_of(fds_[0]), identity_); }

TEST_F(HandleTest, ACopyOfTheHandleTellsTheSame) {
  const int copy = dup(fds_[0]);
  EXPECT_EQ(identity_of(copy), identity_);
  ::close(copy);
}

TEST_F(HandleTest, TheEnginesEndIsNoHandle) { EXPECT_FALSE(identity_of(fds_[1])); }

TEST_F(HandleTest, NoDescriptorAndNoSocketAreNoHandles) {
  EXPECT_FALSE(identity_of(-1));
  const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_FALSE(identity_of(file));
  ::close(file);
}

TEST_F(HandleTest, OnlyHandlesOfTheOwnEngineAreIdentified) {
  Identity found;
  set_own_token(identity_.token);
  EXPECT_TRUE(identify(fds_[0], found));
  EXPECT_EQ(found, identity_);
  set_own_token(EngineToken::random());
  EXPECT_FALSE(identify(fds_[0], found));
}

TEST(EngineToken, IsDifferentEachTime) {
  EXPECT_NE(EngineToken::random(), EngineToken::random());
  EXPECT_FALSE(EngineToken::random().is_null());
}

}  // namespace
}  // namespace tapstack::shim
