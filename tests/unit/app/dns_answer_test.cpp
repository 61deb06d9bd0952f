#include "app/dns_answer.h"

#include <string>

#include "tests/unit/wire/dns_message.h"

namespace tapstack::app {
namespace {

using wire::DnsAnswerMaker;
using wire::DnsCode;
using wire::DnsSection;
using wire::DnsType;
using wire::name_of;

const wire::DnsQuestion kQuestion{name_of("www.example"), DnsType::kA};

DnsFound read(const DnsAnswerMaker& maker, const wire::DnsQuestion& question = kQuestion) {
  return read_dns_answer(*wire::DnsView::parse(maker.bytes()), question);
}

TEST(DnsAnswerTest, AddressesOfTheNameAreFound) {
  const DnsFound found = read(DnsAnswerMaker(kQuestion).a("WWW.example", "0a0a0a05", 60));
  EXPECT_EQ(found.outcome, DnsOutcome::kFound);
  EXPECT_EQ(found.canonical, kQuestion.name);
  EXPECT_EQ(found.ttl_s, 60u);
}

TEST(DnsAnswerTest, AliasesAreFollowedInAnyOrderAndTheShortestTimeHolds) {  // RFC 1034 3.6.2
  DnsAnswerMaker maker(kQuestion);
  maker.a("c.example", "0a0a0a05", 300).alias("b.example", "c.example", 20);
  maker.alias("www.example", "b.example", 300);
  const DnsFound found = read(maker);
  EXPECT_EQ(found.outcome, DnsOutcome::kFound);
  EXPECT_EQ(found.canonical, name_of("c.example"));
  EXPECT_EQ(found.ttl_s, 20u);
}

TEST(DnsAnswerTest, AliasesInACircleAreTrouble) {  // RFC 1034 5.2.2
  DnsAnswerMaker maker(kQuestion);
  maker.alias("www.example", "b.example").alias("b.example", "www.example");
  EXPECT_EQ(read(maker).outcome, DnsOutcome::kTrouble);
}

TEST(DnsAnswerTest, AnAliasThatIsAskedForIsNotFollowed) {
  DnsAnswerMaker maker(kQuestion);
  maker.alias("www.example", "b.example");
  const DnsFound found = read(maker, {kQuestion.name, DnsType::kCname});
  EXPECT_EQ(found.outcome, DnsOutcome::kFound);
  EXPECT_EQ(found.canonical, kQuestion.name);
}

TEST(DnsAnswerTest, RecordsOfOtherNamesTypesAndSectionsAnswerNothing) {
  DnsAnswerMaker maker(kQuestion);
  maker.a("evil.example", "0a0a0a06");
  maker.record(DnsSection::kAnswer, "www.example", DnsType::kAaaa, 1, std::vector<uint8_t>(16));
  maker.record(DnsSection::kAdditional, "www.example", DnsType::kA, 1, {1, 2, 3, 4});
  EXPECT_EQ(read(maker).outcome, DnsOutcome::kNoData);
}

TEST(DnsAnswerTest, ANameThatDoesNotExistIsKeptAsLongAsItsZoneSays) {  // RFC 2308 3
  DnsAnswerMaker maker(kQuestion);
  const DnsFound found = read(maker.code(DnsCode::kNameError).soa("example", 900, "0000003c"));
  EXPECT_EQ(found.outcome, DnsOutcome::kNoName);
  EXPECT_EQ(found.ttl_s, 60u);
}

TEST(DnsAnswerTest, WhatDoesNotExistIsNotKeptWithoutAZone) {  // RFC 2308 5
  EXPECT_EQ(read(DnsAnswerMaker(kQuestion).code(DnsCode::kNameError)).ttl_s, 0u);
}

TEST(DnsAnswerTest, WhatDoesNotExistIsKeptForThreeHoursAtMost) {  // RFC 2308 5
  DnsAnswerMaker maker(kQuestion);
  EXPECT_EQ(read(maker.soa("example", 100'000, "00020000")).ttl_s, 10'800u);
}

TEST(DnsAnswerTest, TheCodeIsAboutTheEndOfTheChain) {  // RFC 2308 2.1
  DnsAnswerMaker maker(kQuestion);
  maker.code(DnsCode::kNameError).alias("www.example", "gone.example");
  const DnsFound found = read(maker);
  EXPECT_EQ(found.outcome, DnsOutcome::kNoName);
  EXPECT_EQ(found.canonical, name_of("gone.example"));
}

TEST(DnsAnswerTest, AServerThatRefusesOrFailsSaysNothingAboutTheName) {
  for (const DnsCode code : {DnsCode::kServerFailure, DnsCode::kRefused, DnsCode::kFormatError}) {
    EXPECT_EQ(read(DnsAnswerMaker(kQuestion).code(code)).outcome, DnsOutcome::kTrouble);
  }
}

TEST(DnsAnswerTest, AMessageThatIsCutOffIsTrouble) {
  auto bytes =
      DnsAnswerMaker(kQuestion).a("www.example", "0a0a0a05").a("www.example", "0a0a0a06").bytes();
  bytes.pop_back();
  EXPECT_EQ(read_dns_answer(*wire::DnsView::parse(bytes), kQuestion).outcome, DnsOutcome::kTrouble);
}

TEST(DnsAnswerTest, TheWalkGivesTheRecordsOfTheCanonicalNameOnly) {
  DnsAnswerMaker maker(kQuestion);
  maker.alias("www.example", "b.example").a("b.example", "0a0a0a05").a("c.example", "0a0a0a06");
  const auto bytes = maker.a("b.example", "0a0a0a07").bytes();
  DnsAnswerWalk walk(*wire::DnsView::parse(bytes), name_of("b.example"), DnsType::kA);
  EXPECT_EQ(dns_address(*walk.next()), IpAddress(Ip4Address::from(10, 10, 10, 5)));
  EXPECT_EQ(dns_address(*walk.next()), IpAddress(Ip4Address::from(10, 10, 10, 7)));
  EXPECT_FALSE(walk.next());
}

}  // namespace
}  // namespace tapstack::app
