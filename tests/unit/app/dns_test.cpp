#include "app/dns.h"

#include <type_traits>

#include "tests/unit/app/two_stacks.h"
#include "tests/unit/wire/dns_message.h"

namespace tapstack::app {
namespace {

using api::Octets;
using wire::DnsAnswerMaker;
using wire::DnsType;
using wire::name_of;

static_assert(std::is_trivially_copyable_v<Dns>);

const wire::DnsQuestion kExample{name_of("www.example"), DnsType::kA};
constexpr Ip4Address kAbsent = Ip4Address::from(10, 0, 0, 9);

// A resolver and a name server, each on a stack, and a wire between them.
class DnsTest : public TwoStacksTest {
 protected:
  DnsTest() {
    udp_ = *api::open(server_.stack, now_, Family::kIp4, SocketKind::kUdp, 0);
    tcp_ = *api::open(server_.stack, now_, Family::kIp4, SocketKind::kTcp, 0);
    EXPECT_TRUE(api::bind(server_.stack, now_, udp_, {kServerAddress, wire::kDnsPort}).ok());
    EXPECT_TRUE(api::bind(server_.stack, now_, tcp_, {kServerAddress, wire::kDnsPort}).ok());
    EXPECT_TRUE(api::listen(server_.stack, now_, tcp_, 4).ok());
  }
  void ask(std::vector<Ip4Address> servers) {
    DnsSettings settings;
    settings.attempts = 5;
    for (const Ip4Address server : servers) settings.servers.add({server, wire::kDnsPort});
    dns_ = Dns(settings, std::array<uint8_t, 32>{7});
    ASSERT_TRUE(dns_.ask(client_.stack, now_, kExample).ok());
  }
  void run_until_done() {
    const Instant end = now_ + Duration::s(120);
    while (dns_.state() == DnsExchangeState::kAsking && now_ < end) {
      turn();
      now_ = std::max(now_ + Duration::ms(1),
                      std::min({api::next_deadline(client_.stack), dns_.next_deadline(),
                                api::next_deadline(server_.stack)}));
    }
  }
  void turn() {
    for (int i = 0; i < 10; ++i) {
      exchange_frames();
      dns_.poll(client_.stack, now_);
      serve_datagrams();
      serve_streams();
    }
  }
  void serve_datagrams() {
    uint8_t bytes[512];
    const Bytes parts[] = {bytes};
    DatagramInfo info;
    const auto got = api::receive(server_.stack, now_, udp_, parts, {}, &info);
    if (!got.ok()) return;
    const Octets reply = answer(*wire::parse_dns_query(std::span(bytes).first(*got)), false);
    const ConstBytes out[] = {reply};
    info.local = {};
    EXPECT_TRUE(api::send(server_.stack, now_, udp_, out, info, {}).ok());
  }
  void serve_streams() {
    const auto accepted = api::accept(server_.stack, now_, tcp_);
    if (accepted.ok()) connection_ = accepted->id;
    uint8_t bytes[512];
    const Bytes parts[] = {bytes};
    const auto got = api::receive(server_.stack, now_, connection_, parts, {}, nullptr);
    if (!got.ok() || *got < 2) return;
    Octets reply = answer(*wire::parse_dns_query(std::span(bytes).first(*got).subspan(2)), true);
    const auto length = static_cast<uint16_t>(reply.size());
    reply.insert(reply.begin(), {static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)});
    const ConstBytes out[] = {reply};
    EXPECT_TRUE(api::send(server_.stack, now_, connection_, out, {}, {}).ok());
    api::close(server_.stack, now_, connection_).ignore();
  }
  Octets answer(const wire::DnsQuery& query, bool by_stream) {
    ++asked_;
    DnsAnswerMaker maker(query);
    if (is_long_ && !by_stream) return maker.truncated().bytes();
    for (int i = 0; i < (is_long_ ? 30 : 1); ++i) maker.a("www.example", "0a0a0a05");
    return maker.bytes();
  }
  bool has_found() const {
    const auto message = wire::DnsView::parse(dns_.answer());
    return message && read_dns_answer(*message, kExample).outcome == DnsOutcome::kFound;
  }

  SocketId udp_, tcp_, connection_;
  Dns dns_;
  int asked_ = 0;
  bool is_long_ = false;
};

TEST_F(DnsTest, AQuestionIsAnswered) {
  ask({kServerAddress});
  run_until_done();
  EXPECT_EQ(dns_.state(), DnsExchangeState::kAnswered);
  EXPECT_TRUE(has_found());
  EXPECT_EQ(asked_, 1);
  EXPECT_TRUE(dns_.next_deadline().is_never());
}

TEST_F(DnsTest, WhatADatagramCannotHoldComesOverTcp) {  // RFC 7766 5
  is_long_ = true;
  ask({kServerAddress});
  run_until_done();
  EXPECT_TRUE(has_found());
  EXPECT_GT(dns_.answer().size(), wire::kDnsDatagramBytes);
}

TEST_F(DnsTest, WhatTheNetworkLosesGoesAgain) {
  for (const uint32_t percent : {10u, 20u, 30u}) {
    loss_percent_ = percent;
    is_long_ = percent == 20;
    ask({kServerAddress});
    run_until_done();
    EXPECT_TRUE(has_found()) << percent;
    dns_.cancel(client_.stack, now_);
  }
}

TEST_F(DnsTest, TheSecondServerAnswersWhereTheFirstIsNotThere) {
  ask({kAbsent, kServerAddress});
  run_until_done();
  EXPECT_TRUE(has_found());
}

TEST_F(DnsTest, WithoutAnAnswerItFailsInTheEnd) {
  ask({kAbsent});
  run_until_done();
  EXPECT_EQ(dns_.state(), DnsExchangeState::kFailed);
  EXPECT_TRUE(dns_.answer().empty());
}

TEST_F(DnsTest, ACancelledQuestionLeavesNoSocketBehind) {
  ask({kAbsent});
  dns_.cancel(client_.stack, now_);
  EXPECT_EQ(dns_.state(), DnsExchangeState::kFailed);
  const auto sockets = api::pool_at(client_.stack, 3);
  EXPECT_EQ(std::string_view(sockets->name), "sockets");
  EXPECT_EQ(sockets->used, 0u);
}

}  // namespace
}  // namespace tapstack::app
