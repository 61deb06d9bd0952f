#include "socket/address_preferences.h"

#include <gtest/gtest.h>

namespace tapstack::socket {
namespace {

using net::SourcePreference;

// Numbers of Linux's in6.h.
constexpr int64_t kTemporary = 1, kPublic = 2, kCareOf = 4, kCga = 8;
constexpr int64_t kEither = 0x100, kHome = 0x400, kNoCga = 0x800;

TEST(AddressPreferences, AreNoneAtFirst) { EXPECT_EQ(flags_of({}), kEither | kHome); }

TEST(AddressPreferences, WhatIsNotNamedStaysAsItWas) {
  transport::AddressPreferences preferences;
  ASSERT_TRUE(set_preferences(preferences, kTemporary).ok());
  EXPECT_EQ(preferences.sort, SourcePreference::kTemporary);
  ASSERT_TRUE(set_preferences(preferences, kCareOf).ok());
  EXPECT_EQ(flags_of(preferences), kTemporary | kCareOf);
  ASSERT_TRUE(set_preferences(preferences, kPublic | kHome).ok());
  EXPECT_EQ(flags_of(preferences), kPublic | kHome);
  ASSERT_TRUE(set_preferences(preferences, kEither).ok());
  EXPECT_EQ(preferences.sort, SourcePreference::kNone);
}

TEST(AddressPreferences, TwoThatContradictEachOtherAreRefused) {
  for (const int64_t flags :
       {kTemporary | kPublic, kPublic | kEither, kCareOf | kHome, kCga | kNoCga}) {
    transport::AddressPreferences preferences;
    EXPECT_EQ(set_preferences(preferences, flags).error(), Error::kInvalid) << flags;
    EXPECT_EQ(flags_of(preferences), kEither | kHome);
  }
}

}  // namespace
}  // namespace tapstack::socket
