#include "app/dns_cache.h"

#include "tests/unit/wire/dns_message.h"

namespace tapstack::app {
namespace {

using wire::DnsType;
using wire::name_of;

const Instant kStoredAt = Instant::from_us(1'000'000);
const std::vector<uint8_t> kOne = {1, 1, 1}, kTwo = {2, 2};

wire::DnsQuestion question(const char* name, DnsType type = DnsType::kA) {
  return {name_of(name), type};
}

class DnsCacheTest : public testing::Test {
 protected:
  std::vector<uint8_t> find(const wire::DnsQuestion& asked, Duration later = {}) const {
    const auto message = cache_.find(asked, kStoredAt + later);
    return {message.begin(), message.end()};
  }
  DnsCache<2, 4> cache_;
};

TEST_F(DnsCacheTest, AnAnswerIsFoundInAnyCaseUntilItsTimeIsOver) {
  cache_.store(question("a.b"), kOne, 10, kStoredAt);
  EXPECT_EQ(find(question("A.B"), Duration::ms(9'999)), kOne);
  EXPECT_TRUE(find(question("a.b"), Duration::s(10)).empty());
}

TEST_F(DnsCacheTest, AnotherTypeIsAnotherQuestion) {
  cache_.store(question("a.b"), kOne, 10, kStoredAt);
  EXPECT_TRUE(find(question("a.b", DnsType::kAaaa)).empty());
}

TEST_F(DnsCacheTest, ANewerAnswerTakesThePlaceOfTheOld) {
  cache_.store(question("a"), kOne, 10, kStoredAt);
  cache_.store(question("b"), kOne, 10, kStoredAt);
  cache_.store(question("a"), kTwo, 10, kStoredAt);
  EXPECT_EQ(find(question("a")), kTwo);
  EXPECT_EQ(find(question("b")), kOne);
}

TEST_F(DnsCacheTest, TheOneThatEndsFirstGivesWay) {
  cache_.store(question("a"), kOne, 20, kStoredAt);
  cache_.store(question("b"), kOne, 10, kStoredAt);
  cache_.store(question("c"), kTwo, 5, kStoredAt);
  EXPECT_EQ(find(question("a")), kOne);
  EXPECT_TRUE(find(question("b")).empty());
  EXPECT_EQ(find(question("c")), kTwo);
}

TEST_F(DnsCacheTest, WhatMayNotBeKeptOrIsTooLongIsNot) {
  cache_.store(question("a"), kOne, 0, kStoredAt);
  cache_.store(question("b"), std::vector<uint8_t>(5), 10, kStoredAt);
  EXPECT_TRUE(find(question("a")).empty());
  EXPECT_TRUE(find(question("b")).empty());
}

}  // namespace
}  // namespace tapstack::app
