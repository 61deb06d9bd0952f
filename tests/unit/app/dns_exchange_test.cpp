#include "app/dns_exchange.h"

#include <array>

#include "tests/unit/wire/dns_message.h"

namespace tapstack::app {
namespace {

using wire::DnsAnswerMaker;
using wire::DnsCode;
using wire::DnsType;
using wire::name_of;
using State = DnsExchangeState;

const wire::DnsQuestion kAsked{name_of("www.example"), DnsType::kA};

class DnsExchangeTest : public testing::Test {
 protected:
  explicit DnsExchangeTest() { ask(2); }

  void ask(uint8_t servers, DnsSettings settings = {}) {
    for (uint8_t i = 0; i < servers; ++i) {
      settings.servers.add({Ip4Address::from(10, 0, 0, i), wire::kDnsPort});
    }
    exchange_ = DnsExchange(settings, kAsked, std::array<uint8_t, 32>{9});
  }
  // What is due now.
  DnsOutput due() {
    std::array<uint8_t, wire::kDnsQueryBytesMax> out;
    const DnsOutput output = exchange_.poll(now_, out);
    if (output.bytes != 0) query_ = *wire::parse_dns_query(std::span(out).first(output.bytes));
    return output;
  }
  // Waits for what is next, and until then.
  DnsOutput next() {
    now_ = std::max(now_, exchange_.next_deadline());
    return due();
  }
  DnsAnswerMaker answer() const { return DnsAnswerMaker(query_); }
  bool hear(const DnsAnswerMaker& message, uint8_t server = 0, bool by_stream = false) {
    return exchange_.input(now_, server, message.bytes(), by_stream);
  }

  const Instant start_ = Instant::from_us(1'000'000);
  Instant now_ = start_;
  DnsExchange exchange_{{}, kAsked, std::array<uint8_t, 32>{9}};
  wire::DnsQuery query_;  // that went out last
};

TEST_F(DnsExchangeTest, WithoutServersItHasFailed) {
  ask(0);
  EXPECT_EQ(exchange_.state(), State::kFailed);
  EXPECT_EQ(due().bytes, 0u);
}

TEST_F(DnsExchangeTest, TheFirstServerIsAskedAtOnceAndItsAnswerEndsIt) {
  const DnsOutput output = due();
  EXPECT_EQ(output.server, 0);
  EXPECT_FALSE(output.by_stream);
  EXPECT_EQ(query_.question, kAsked);
  EXPECT_TRUE(query_.wants_recursion);
  EXPECT_TRUE(hear(answer().a("www.example", "0a0a0a05")));
  EXPECT_EQ(exchange_.state(), State::kAnswered);
  EXPECT_TRUE(exchange_.next_deadline().is_never());
}

TEST_F(DnsExchangeTest, ANameThatDoesNotExistIsAnAnswer) {
  due();
  EXPECT_TRUE(hear(answer().code(DnsCode::kNameError)));
}

TEST_F(DnsExchangeTest, ServersAreAskedInRoundsAsResolvConfHasIt) {  // res_send(3)
  const std::pair<int, uint8_t> kSchedule[] = {{0, 0}, {5, 1}, {10, 0}, {15, 1}};
  for (const auto& [at_s, server] : kSchedule) {
    const DnsOutput output = next();
    EXPECT_EQ(now_ - start_, Duration::s(at_s));
    EXPECT_EQ(output.server, server);
  }
  EXPECT_EQ(next().bytes, 0u);
  EXPECT_EQ(now_ - start_, Duration::s(20));  // the second round has 10 s, which two servers share
  EXPECT_EQ(exchange_.state(), State::kFailed);
  EXPECT_EQ(exchange_.trouble(), DnsCode::kNoError);
}

TEST_F(DnsExchangeTest, ALateAnswerOfAnEarlierServerCounts) {
  due();
  const auto late = answer().a("www.example", "0a0a0a05");
  next();
  EXPECT_TRUE(hear(late, 0));
}

TEST_F(DnsExchangeTest, WhatDoesNotMatchTheQuestionIsIgnored) {  // RFC 5452 9.1
  due();
  auto wrong_id = query_;
  ++wrong_id.id;
  auto wrong_name = query_;
  wrong_name.question.name = name_of("evil.example");
  auto wrong_type = query_;
  wrong_type.question.type = DnsType::kMx;
  for (const auto& query : {wrong_id, wrong_name, wrong_type}) {
    EXPECT_FALSE(hear(DnsAnswerMaker(query).a("www.example", "0a0a0a05")));
  }
  EXPECT_FALSE(hear(answer().a("www.example", "0a0a0a05"), 1));  // another server's id
  std::array<uint8_t, wire::kDnsQueryBytesMax> echo;
  const size_t length = emit(echo, query_);
  EXPECT_FALSE(exchange_.input(now_, 0, std::span(echo).first(length), false));  // no response
  EXPECT_FALSE(exchange_.input(now_, 0, test::hex("00"), false));
  EXPECT_EQ(exchange_.state(), State::kAsking);
  EXPECT_EQ(exchange_.next_deadline(), now_ + Duration::s(5));
}

TEST_F(DnsExchangeTest, EachServerHasAnIdOfItsOwn) {  // RFC 5452 9.2
  due();
  const uint16_t first = query_.id;
  next();
  EXPECT_NE(query_.id, first);
  next();
  EXPECT_EQ(query_.id, first);
}

TEST_F(DnsExchangeTest, AServerThatRefusesIsFollowedByTheNextAtOnceAndNotAskedAgain) {
  due();
  EXPECT_FALSE(hear(answer().code(DnsCode::kRefused)));
  EXPECT_EQ(due().server, 1);
  EXPECT_EQ(next().server, 1);
  EXPECT_EQ(now_ - start_, Duration::s(5));
}

TEST_F(DnsExchangeTest, WhenAllRefuseItFailsAtOnceWithTheLastCode) {
  due();
  hear(answer().code(DnsCode::kRefused), 0);
  due();
  hear(answer().code(DnsCode::kServerFailure), 1);
  EXPECT_EQ(exchange_.state(), State::kFailed);
  EXPECT_EQ(exchange_.trouble(), DnsCode::kServerFailure);
  EXPECT_EQ(now_, start_);
}

TEST_F(DnsExchangeTest, ALameServerIsFollowedByTheNext) {
  due();
  EXPECT_FALSE(hear(answer().not_recursive()));
  EXPECT_EQ(due().server, 1);
}

TEST_F(DnsExchangeTest, ADamagedAnswerIsFollowedByTheNext) {
  due();
  auto bytes = answer().a("www.example", "0a0a0a05").bytes();
  bytes.pop_back();
  EXPECT_FALSE(exchange_.input(now_, 0, bytes, false));
  EXPECT_EQ(due().server, 1);
}

TEST_F(DnsExchangeTest, WhereNobodyListensTheNextIsAskedAtOnce) {
  due();
  exchange_.on_unreachable(now_, 0);
  EXPECT_EQ(due().server, 1);
  exchange_.on_unreachable(now_, 1);
  EXPECT_EQ(exchange_.state(), State::kFailed);
  EXPECT_EQ(exchange_.trouble(), DnsCode::kNoError);
}

TEST_F(DnsExchangeTest, ATruncatedAnswerIsAskedForOverAStreamAtOnce) {  // RFC 7766 5
  due();
  EXPECT_FALSE(hear(answer().truncated()));
  const DnsOutput output = due();
  EXPECT_TRUE(output.by_stream);
  EXPECT_EQ(output.server, 0);
  EXPECT_TRUE(hear(answer().a("www.example", "0a0a0a05"), 0, true));
}

TEST_F(DnsExchangeTest, ATruncatedAnswerThatComesTwiceOpensOneStream) {
  due();
  hear(answer().truncated());
  due();
  hear(answer().truncated());
  EXPECT_EQ(due().bytes, 0u);
}

TEST_F(DnsExchangeTest, AfterAStreamThatFailedTheNextServerIsAskedByDatagram) {
  due();
  hear(answer().truncated());
  due();
  exchange_.on_unreachable(now_, 0);
  const DnsOutput output = due();
  EXPECT_EQ(output.server, 1);
  EXPECT_FALSE(output.by_stream);
}

TEST_F(DnsExchangeTest, AServerFromBeforeEdnsIsAskedWithoutIt) {  // RFC 6891 7
  ask(2, {.edns_payload_bytes = 1232});
  due();
  EXPECT_EQ(query_.edns_payload_bytes, 1232);
  EXPECT_FALSE(hear(answer().code(DnsCode::kFormatError)));
  EXPECT_EQ(due().server, 0);
  EXPECT_EQ(query_.edns_payload_bytes, 0);
  EXPECT_TRUE(hear(answer().a("www.example", "0a0a0a05")));
}

TEST_F(DnsExchangeTest, AFormatErrorMayLeaveTheQuestionOut) {
  ask(2, {.edns_payload_bytes = 1232});
  due();
  auto bytes = answer().code(DnsCode::kFormatError).bytes();
  bytes.resize(wire::kDnsHeaderBytes);
  bytes[5] = 0;  // no question
  EXPECT_FALSE(exchange_.input(now_, 0, bytes, false));
  EXPECT_EQ(due().server, 0);
  EXPECT_EQ(query_.edns_payload_bytes, 0);
}

TEST_F(DnsExchangeTest, AnEmptyAnswerWithoutTheQuestionIsIgnored) {
  due();
  auto bytes = answer().code(DnsCode::kNameError).bytes();
  bytes.resize(wire::kDnsHeaderBytes);
  bytes[5] = 0;
  EXPECT_FALSE(exchange_.input(now_, 0, bytes, false));
  EXPECT_EQ(exchange_.state(), State::kAsking);
  EXPECT_EQ(due().bytes, 0u);
}

TEST_F(DnsExchangeTest, StreamsFromTheBeginningWhereWanted) {  // "use-vc"
  ask(2, {.uses_stream = true});
  EXPECT_TRUE(due().by_stream);
  EXPECT_TRUE(next().by_stream);
}

TEST_F(DnsExchangeTest, WhatSettingsWantStandsInTheQuestion) {
  ask(1, {.edns_payload_bytes = 1232,
          .asks_authentic = true,
          .asks_dnssec = true,
          .disables_checking = true,
          .wants_recursion = false});
  due();
  EXPECT_TRUE(query_.asks_authentic);
  EXPECT_TRUE(query_.asks_dnssec);
  EXPECT_TRUE(query_.disables_checking);
  EXPECT_FALSE(query_.wants_recursion);
}

}  // namespace
}  // namespace tapstack::app
