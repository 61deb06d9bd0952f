#include "app/dhcp6_protocol.h"

#include <algorithm>
#include <array>

#include "tests/unit/app/dhcp6_server.h"

namespace tapstack::app {
namespace {

constexpr MacAddress kMac{{2, 0, 0, 0, 0, 2}};
using Octets = std::vector<uint8_t>;

class Dhcp6ProtocolTest : public testing::Test {
 protected:
  Dhcp6ProtocolTest() : client_(kMac, std::array<uint8_t, 32>{3}) {}

  Octets due() {
    uint8_t out[kDhcp6MessageBytes];
    return Octets(out, out + client_.poll(now_, out));
  }
  // Waits for the next message.
  Octets next() {
    for (int i = 0; i < 20 && !client_.next_deadline().is_never(); ++i) {
      now_ = std::max(now_, client_.next_deadline());
      Octets message = due();
      if (!message.empty()) return message;
    }
    ADD_FAILURE() << "nothing to send";
    return Octets(4);
  }
  static Dhcp6Type type(const Octets& message) { return wire::Dhcp6View::parse(message)->type(); }
  static bool has(const Octets& message, uint16_t option) {
    return find_dhcp6_option(std::span(message).subspan(4), option).has_value();
  }
  static bool names(const Octets& message, std::span<const uint8_t> server) {
    const auto id = find_dhcp6_option(std::span(message).subspan(4), code6::kServerId);
    return id && std::ranges::equal(*id, server);
  }
  void hear(const Octets& answer) { client_.input(now_, answer); }
  void bind(const Grant6& grant = {}) {
    client_.start(now_, Dhcp6Mode::kStateful);
    Grant6 rapid = grant;
    rapid.rapid_commit = true;
    hear(answer6(next(), Dhcp6Type::kReply, rapid));
    ASSERT_EQ(client_.state(), Dhcp6State::kProbing);
    client_.on_address_unique();
  }

  Instant now_ = Instant::from_us(1'000'000'000);
  Dhcp6Protocol client_;
};

TEST_F(Dhcp6ProtocolTest, SolicitGoesWithinASecondWithWhatRfc8415Asks) {  // RFC 8415 18.2.1
  const Instant begin = now_;
  client_.start(now_, Dhcp6Mode::kStateful);
  const Octets message = next();
  EXPECT_LE(now_ - begin, Duration::s(1));
  EXPECT_EQ(type(message), Dhcp6Type::kSolicit);
  const auto id = find_dhcp6_option(std::span(message).subspan(4), code6::kClientId);
  ASSERT_TRUE(id);
  EXPECT_EQ(Octets(id->begin(), id->end()), (Octets{0, 3, 0, 1, 2, 0, 0, 0, 0, 2}));
  EXPECT_TRUE(has(message, code6::kElapsedTime));
  EXPECT_TRUE(has(message, code6::kIaNa));
  EXPECT_TRUE(has(message, code6::kRapidCommit));
  EXPECT_TRUE(has(message, code6::kOptionRequest));
  EXPECT_FALSE(has(message, code6::kServerId));
}

TEST_F(Dhcp6ProtocolTest, AdvertisementsOfTheFirstSecondAreComparedByPreference) {  // 18.2.1
  client_.start(now_, Dhcp6Mode::kStateful);
  const Octets solicit = next();
  hear(answer6(solicit, Dhcp6Type::kAdvertise, {.preference = 1}));
  hear(answer6(solicit, Dhcp6Type::kAdvertise, {.server = kOtherDuid, .preference = 2}));
  EXPECT_EQ(client_.state(), Dhcp6State::kSoliciting);
  const Octets request = next();
  EXPECT_EQ(type(request), Dhcp6Type::kRequest);
  EXPECT_TRUE(names(request, kOtherDuid));
}

TEST_F(Dhcp6ProtocolTest, TheHighestPreferenceIsTakenAtOnce) {  // RFC 8415 18.2.1
  client_.start(now_, Dhcp6Mode::kStateful);
  hear(answer6(next(), Dhcp6Type::kAdvertise, {.preference = 255}));
  EXPECT_EQ(type(due()), Dhcp6Type::kRequest);
}

TEST_F(Dhcp6ProtocolTest, ARapidCommitBindsAtOnceAndAReplyWithoutItDoesNot) {  // RFC 8415 18.2.1
  client_.start(now_, Dhcp6Mode::kStateful);
  const Octets solicit = next();
  hear(answer6(solicit, Dhcp6Type::kReply));
  EXPECT_EQ(client_.state(), Dhcp6State::kSoliciting);
  hear(answer6(solicit, Dhcp6Type::kReply, {.rapid_commit = true}));
  EXPECT_EQ(client_.state(), Dhcp6State::kProbing);
  EXPECT_EQ(client_.lease().address, kGranted6);
}

TEST_F(Dhcp6ProtocolTest, AnswersThatAreNotForUsAreDiscarded) {  // RFC 8415 16
  client_.start(now_, Dhcp6Mode::kStateful);
  const Octets solicit = next();
  Octets other = answer6(solicit, Dhcp6Type::kReply, {.rapid_commit = true});
  other[3] ^= 1;  // transaction
  hear(other);
  other[3] ^= 1;
  other[17] ^= 1;  // our DUID
  hear(other);
  other[17] ^= 1;
  other[19] = 99;  // no server identifier
  hear(other);
  EXPECT_EQ(client_.state(), Dhcp6State::kSoliciting);
}

TEST_F(Dhcp6ProtocolTest, AfterTenRequestsWithoutAnswerItSolicitsAnew) {  // REQ_MAX_RC, 7.6
  client_.start(now_, Dhcp6Mode::kStateful);
  hear(answer6(next(), Dhcp6Type::kAdvertise, {.preference = 255}));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(type(next()), Dhcp6Type::kRequest);
  EXPECT_EQ(type(next()), Dhcp6Type::kSolicit);
}

TEST_F(Dhcp6ProtocolTest, RenewsWithTheServerThenRebindsWithAny) {  // RFC 8415 18.2.4, 18.2.5
  bind();                                                           // T1 500, T2 800 by default
  const Instant bound = now_;
  const Octets renew = next();
  EXPECT_EQ(now_, bound + Duration::s(500));
  EXPECT_EQ(type(renew), Dhcp6Type::kRenew);
  EXPECT_TRUE(names(renew, kServerDuid));
  Octets message = renew;
  while (type(message) == Dhcp6Type::kRenew) message = next();
  EXPECT_EQ(now_, bound + Duration::s(800));
  EXPECT_EQ(type(message), Dhcp6Type::kRebind);
  EXPECT_FALSE(has(message, code6::kServerId));
  hear(answer6(message, Dhcp6Type::kReply, {.server = kOtherDuid}));
  EXPECT_EQ(client_.state(), Dhcp6State::kBound);
  EXPECT_EQ(client_.lease().valid_until, now_ + Duration::s(2000));
}

TEST_F(Dhcp6ProtocolTest, TheServersTimesAreTaken) {
  bind({.t1_s = 100, .t2_s = 200});
  EXPECT_EQ(client_.lease().renew_at, now_ + Duration::s(100));
  EXPECT_EQ(client_.lease().rebind_at, now_ + Duration::s(200));
}

TEST_F(Dhcp6ProtocolTest, AnExpiredAddressIsGivenUpAndSolicitedAnew) {  // RFC 8415 18.2.5
  bind();
  const Instant end = client_.lease().valid_until;
  Octets message = next();
  while (client_.has_lease()) message = next();
  EXPECT_EQ(now_, end);
  EXPECT_EQ(type(message), Dhcp6Type::kSolicit);
}

TEST_F(Dhcp6ProtocolTest, AForgottenBindingIsRequestedOfThatServer) {  // RFC 8415 18.2.10.1
  bind();
  const Octets renew = next();
  Octets reply = status6(renew, wire::Dhcp6Status::kSuccess);
  const auto ia = find_dhcp6_option(std::span(renew).subspan(4), code6::kIaNa);
  for (const int octet : {0, 3, 0, 18}) reply.push_back(static_cast<uint8_t>(octet));
  reply.insert(reply.end(), ia->begin(), ia->begin() + 12);
  for (const int octet : {0, 13, 0, 2, 0, 3}) reply.push_back(static_cast<uint8_t>(octet));
  hear(reply);
  EXPECT_EQ(type(due()), Dhcp6Type::kRequest);
}

TEST_F(Dhcp6ProtocolTest, AnAddressThatAnotherHasIsDeclined) {  // RFC 8415 18.2.8
  bind();
  client_.on_address_taken(now_);
  EXPECT_FALSE(client_.has_lease());
  const Octets decline = due();
  EXPECT_EQ(type(decline), Dhcp6Type::kDecline);
  EXPECT_TRUE(names(decline, kServerDuid));
  EXPECT_TRUE(has(decline, code6::kIaNa));
  hear(status6(decline, wire::Dhcp6Status::kSuccess));
  EXPECT_EQ(type(next()), Dhcp6Type::kSolicit);
}

TEST_F(Dhcp6ProtocolTest,
       ReleaseIsRepeatedUntilAnsweredFourTimesAtMost) {  // RFC 8415 18.2.7, REL_MAX_RC
  bind();
  client_.release(now_);
  EXPECT_FALSE(client_.has_lease());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(type(next()), Dhcp6Type::kRelease);
  now_ = client_.next_deadline();
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(client_.state(), Dhcp6State::kStopped);
}

TEST_F(Dhcp6ProtocolTest, AfterTheLinkWasAwayTheAddressIsConfirmed) {  // RFC 8415 18.2.3, 18.2.12
  bind();
  client_.restart(now_);
  const Octets confirm = next();
  EXPECT_EQ(type(confirm), Dhcp6Type::kConfirm);
  EXPECT_FALSE(has(confirm, code6::kServerId));
  hear(status6(confirm, wire::Dhcp6Status::kSuccess));
  EXPECT_EQ(client_.state(), Dhcp6State::kProbing);
}

TEST_F(Dhcp6ProtocolTest, AnAddressOfAnotherLinkIsNotKept) {  // RFC 8415 18.2.10.1
  bind();
  client_.restart(now_);
  hear(status6(next(), wire::Dhcp6Status::kNotOnLink));
  EXPECT_EQ(type(next()), Dhcp6Type::kSolicit);
}

TEST_F(Dhcp6ProtocolTest, WithoutAnswerToConfirmTheAddressIsKept) {  // RFC 8415 18.2.3
  bind();
  client_.restart(now_);
  const Instant begin = now_;
  while (client_.state() == Dhcp6State::kConfirming) {
    now_ = client_.next_deadline();
    due();
  }
  EXPECT_EQ(client_.state(), Dhcp6State::kProbing);
  EXPECT_LE(now_ - begin, Duration::s(11));  // CNF_MAX_DELAY and CNF_MAX_RD
}

TEST_F(Dhcp6ProtocolTest, StatelessItAsksForInformationAndRefreshesIt) {  // RFC 8415 18.2.6
  client_.start(now_, Dhcp6Mode::kStateless);
  const Octets message = next();
  EXPECT_EQ(type(message), Dhcp6Type::kInformationRequest);
  EXPECT_FALSE(has(message, code6::kIaNa));
  hear(answer6(message, Dhcp6Type::kReply));
  EXPECT_EQ(client_.state(), Dhcp6State::kInformed);
  ASSERT_EQ(client_.information().dns.count, 1);
  EXPECT_EQ(client_.information().dns.items[0], kDns6);
  const Instant told = now_;
  EXPECT_EQ(type(next()), Dhcp6Type::kInformationRequest);
  EXPECT_GE(now_ - told, Duration::s(86'400));  // IRT_DEFAULT
}

TEST_F(Dhcp6ProtocolTest, ServersCanSlowSolicitsDown) {  // RFC 8415 18.2.9, 21.24
  client_.start(now_, Dhcp6Mode::kStateful);
  Octets none = answer6(next(), Dhcp6Type::kAdvertise, {.has_ia = false});
  for (const int octet : {0, 82, 0, 4, 0, 0, 0, 60}) none.push_back(static_cast<uint8_t>(octet));
  hear(none);
  Duration longest;
  for (int i = 0; i < 12; ++i) {
    const Instant before = now_;
    next();
    longest = std::max(longest, now_ - before);
  }
  EXPECT_LE(longest, Duration::s(66));
}

}  // namespace
}  // namespace tapstack::app
