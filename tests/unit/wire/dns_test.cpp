#include "wire/dns.h"

#include "tests/unit/wire/dns_message.h"

namespace tapstack::wire {
namespace {

const DnsQuestion kQuestion{name_of("a.b"), DnsType::kAaaa};

std::vector<uint8_t> emitted(const DnsQuery& query) {
  uint8_t out[kDnsQueryBytesMax];
  return {out, out + emit(out, query)};
}

DnsView view(const std::vector<uint8_t>& bytes) { return *DnsView::parse(bytes); }

TEST(DnsTest, AQuestionIsAsRfc1035HasIt) {  // RFC 1035 4.1
  EXPECT_EQ(emitted({.id = 0x1234, .question = kQuestion}),
            test::hex("1234 0100 0001 0000 0000 0000  01 61 01 62 00 001c 0001"));
}

TEST(DnsTest, EdnsAddsAnOptRecordWithTheLargestPayload) {  // RFC 6891 6.1.2, RFC 3225
  EXPECT_EQ(emitted({.question = kQuestion,
                     .asks_authentic = true,
                     .disables_checking = true,
                     .edns_payload_bytes = 1232,
                     .asks_dnssec = true}),
            test::hex("0000 0130 0001 0000 0000 0001  01 61 01 62 00 001c 0001"
                      "00 0029 04d0 0000 8000 0000"));
}

TEST(DnsTest, TheLongestNameFits) {
  DnsQuestion question;
  question.name = name_of(std::string(63, 'x') + "." + std::string(63, 'x') + "." +
                          std::string(63, 'x') + "." + std::string(61, 'x'));
  EXPECT_EQ(emitted({.question = question, .edns_payload_bytes = 512}).size(), kDnsQueryBytesMax);
}

TEST(DnsTest, AQueryReadsAsItWasWritten) {
  const DnsQuery wrote{.id = 7,
                       .question = kQuestion,
                       .wants_recursion = false,
                       .asks_authentic = true,
                       .disables_checking = true,
                       .edns_payload_bytes = 4096,
                       .asks_dnssec = true};
  const auto read = parse_dns_query(emitted(wrote));
  ASSERT_TRUE(read);
  EXPECT_EQ(emitted(*read), emitted(wrote));
}

TEST(DnsTest, AnswersAndOtherOperationsAreNoQueries) {
  EXPECT_FALSE(parse_dns_query(DnsAnswerMaker(kQuestion).bytes()));
  EXPECT_FALSE(parse_dns_query(test::hex("0000 2000 0001 0000 0000 0000 00 0001 0001")));  // NOTIFY
  EXPECT_FALSE(parse_dns_query(test::hex("0000 0000 0002 0000 0000 0000 00 0001 0001")));
  EXPECT_FALSE(parse_dns_query({}));
}

TEST(DnsTest, FlagsAndCountsOfTheHeaderAreRead) {
  const auto bytes = test::hex("abcd 8783 0001 0002 0003 0004");
  const DnsView message = view(bytes);
  EXPECT_EQ(message.id(), 0xabcd);
  EXPECT_TRUE(message.is_response());
  EXPECT_TRUE(message.is_authoritative());
  EXPECT_TRUE(message.is_truncated());
  EXPECT_TRUE(message.is_recursive());
  EXPECT_EQ(message.code(), DnsCode::kNameError);
  EXPECT_EQ(message.questions(), 1);
  EXPECT_EQ(message.answers(), 2);
  EXPECT_EQ(message.authorities(), 3);
  EXPECT_EQ(message.additionals(), 4);
  EXPECT_FALSE(message.question());  // it is cut off
  EXPECT_FALSE(DnsView::parse(test::hex("abcd 8783 0001 0002 0003 00")));
}

TEST(DnsTest, RecordsAreWalkedSectionBySection) {
  DnsAnswerMaker maker(kQuestion);
  maker.a("a.b", "0a0a0a05", 60).soa("b", 100, "00000020");
  const auto bytes = maker.bytes();
  DnsRecordWalk walk(view(bytes));
  const auto first = walk.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->section, DnsSection::kAnswer);
  EXPECT_EQ(first->owner, name_of("a.b"));
  EXPECT_EQ(first->ttl_s, 60u);
  EXPECT_EQ(dns_address(*first), IpAddress(Ip4Address::from(10, 10, 10, 5)));
  const auto second = walk.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->section, DnsSection::kAuthority);
  EXPECT_FALSE(walk.next());
  EXPECT_TRUE(walk.is_whole());
}

TEST(DnsTest, AWalkEndsWhereARecordIsCutOff) {
  DnsAnswerMaker maker(kQuestion);
  auto bytes = maker.a("a.b", "0a0a0a05").bytes();
  for (const size_t cut : {1u, 4u, 5u, 10u, 17u}) {
    const std::vector<uint8_t> less(bytes.begin(), bytes.end() - static_cast<long>(cut));
    DnsRecordWalk walk(view(less));
    EXPECT_FALSE(walk.next()) << cut;
    EXPECT_FALSE(walk.is_whole()) << cut;
  }
}

TEST(DnsTest, CountsBeyondTheMessageAreNoticed) {
  auto bytes = DnsAnswerMaker(kQuestion).a("a.b", "0a0a0a05").bytes();
  bytes[6] = 0xff;  // answers
  DnsRecordWalk walk(view(bytes));
  EXPECT_TRUE(walk.next());
  EXPECT_FALSE(walk.next());
  EXPECT_FALSE(walk.is_whole());
}

TEST(DnsTest, ATimeToLiveWithTheFirstBitSetIsZero) {  // RFC 2181 8
  const auto bytes = DnsAnswerMaker(kQuestion).a("a.b", "0a0a0a05", 0x80000001).bytes();
  EXPECT_EQ(DnsRecordWalk(view(bytes)).next()->ttl_s, 0u);
}

TEST(DnsTest, AddressesOfTheWrongLengthAreNone) {
  DnsAnswerMaker maker(kQuestion);
  maker.a("a.b", "0a0a0a").record(DnsSection::kAnswer, "a.b", DnsType::kAaaa, 1, test::hex("00"));
  const auto bytes = maker.bytes();
  DnsRecordWalk walk(view(bytes));
  EXPECT_FALSE(dns_address(*walk.next()));
  EXPECT_FALSE(dns_address(*walk.next()));
}

TEST(DnsTest, ATargetIsTheWholeOfItsRecord) {
  DnsAnswerMaker maker(kQuestion);
  maker.alias("a.b", "c.d");
  maker.record(DnsSection::kAnswer, "a.b", DnsType::kCname, 1, test::hex("00 00"));
  maker.record(DnsSection::kAnswer, "a.b", DnsType::kCname, 1, test::hex("01"));
  const auto bytes = maker.bytes();
  const DnsView message = view(bytes);
  DnsRecordWalk walk(message);
  EXPECT_EQ(dns_target(message, *walk.next()), name_of("c.d"));
  EXPECT_FALSE(dns_target(message, *walk.next()));
  EXPECT_FALSE(dns_target(message, *walk.next()));
}

TEST(DnsTest, WhatIsNotThereHoldsForTheLesserOfSoasTtlAndMinimum) {  // RFC 2308 4
  for (const auto& [ttl_s, minimum, wanted] :
       {std::tuple{100u, "00000020", 32u}, std::tuple{10u, "00000020", 10u}}) {
    const auto bytes = DnsAnswerMaker(kQuestion).soa("b", ttl_s, minimum).bytes();
    const DnsView message = view(bytes);
    EXPECT_EQ(dns_negative_ttl_s(message, *DnsRecordWalk(message).next()), wanted);
  }
}

TEST(DnsTest, AShortStartOfAuthorityIsNone) {
  DnsAnswerMaker maker(kQuestion);
  maker.record(DnsSection::kAuthority, "b", DnsType::kSoa, 1, test::hex("00 00 00000001"));
  const auto bytes = maker.bytes();
  const DnsView message = view(bytes);
  EXPECT_FALSE(dns_negative_ttl_s(message, *DnsRecordWalk(message).next()));
}

}  // namespace
}  // namespace tapstack::wire
