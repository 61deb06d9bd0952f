#include "app/dhcp4_protocol.h"

#include <array>

#include "tests/unit/app/dhcp4_server.h"

namespace tapstack::app {
namespace {

using wire::Dhcp4Type;

class Dhcp4ProtocolTest : public testing::Test {
 protected:
  Dhcp4ProtocolTest() : client_(settings(), std::array<uint8_t, 32>{5}) {}

  static Dhcp4Settings settings() {
    Dhcp4Settings s;
    s.mac = kClientMac;
    s.host_name.set("stack");
    return s;
  }
  // The message that is due now; empty when none is.
  Octets due() {
    uint8_t out[kDhcp4MessageBytes];
    how_ = client_.poll(now_, out);
    return Octets(out, out + how_.bytes);
  }
  // Waits for the next message; what comes with it is in how_.
  Octets next() {
    for (int i = 0; i < 20; ++i) {
      if (client_.next_deadline().is_never()) break;
      now_ = std::max(now_, client_.next_deadline());
      Octets message = due();
      if (!message.empty()) return message;
    }
    ADD_FAILURE() << "nothing to send";
    return Octets(300);
  }
  void hear(const Octets& answer) { client_.input(now_, answer); }
  Octets select() {
    client_.start(now_);
    const Octets discover = next();
    hear(Answer(discover, Dhcp4Type::kOffer).finish());
    return next();
  }
  void bind(const Grant& grant = {}) {
    const Octets request = select();
    hear(Answer(request, Dhcp4Type::kAck, grant).finish());
    ASSERT_EQ(client_.state(), Dhcp4State::kProbing);
    client_.on_address_unique();
    ASSERT_EQ(client_.state(), Dhcp4State::kBound);
  }

  Instant now_ = Instant::from_us(1'000'000'000);
  Dhcp4Protocol client_;
  Dhcp4Output how_;
};

TEST_F(Dhcp4ProtocolTest, DiscoverIsBroadcastFromNoAddress) {  // RFC 2131 4.1, 4.4.1
  client_.start(now_);
  const Octets message = next();
  const Asked asked(message);
  EXPECT_EQ(asked.type(), Dhcp4Type::kDiscover);
  EXPECT_TRUE(how_.from_unspecified);
  EXPECT_EQ(how_.destination, Ip4Address::limited_broadcast());
  EXPECT_TRUE(asked.view.header().ciaddr.is_any());
  EXPECT_FALSE(asked.server());
  uint8_t data[16];
  ASSERT_EQ(asked.view.option(code::kClientIdentifier, data), 7u);
  EXPECT_EQ(data[0], 1);
  ASSERT_EQ(asked.view.option(code::kHostName, data), 5u);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(data), 5), "stack");
}

TEST_F(Dhcp4ProtocolTest, DiscoversAreRepeatedWithDoublingDelaysOfOneSecondJitter) {  // 4.1
  client_.start(now_);
  next();
  for (const int64_t expected_s : {4, 8, 16, 32, 64, 64}) {
    const Instant before = now_;
    next();
    EXPECT_GE(now_ - before, Duration::s(expected_s - 1));
    EXPECT_LE(now_ - before, Duration::s(expected_s + 1));
  }
}

TEST_F(Dhcp4ProtocolTest, RequestNamesTheOfferAndItsServer) {  // RFC 2131 table 4, SELECTING
  const Octets message = select();
  const Asked asked(message);
  EXPECT_EQ(asked.type(), Dhcp4Type::kRequest);
  EXPECT_EQ(asked.requested(), kGranted4);
  EXPECT_EQ(asked.server(), kServer);
  EXPECT_TRUE(asked.view.header().ciaddr.is_any());
  EXPECT_TRUE(how_.from_unspecified);
}

TEST_F(Dhcp4ProtocolTest, AfterFourRequestsWithoutAnswerItBeginsAnew) {  // RFC 2131 3.1.5
  select();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Asked(next()).type(), Dhcp4Type::kRequest);
  EXPECT_EQ(Asked(next()).type(), Dhcp4Type::kDiscover);
}

TEST_F(Dhcp4ProtocolTest, AnswersToAnotherTransactionOrHostAreIgnored) {  // RFC 2131 4.4.1
  client_.start(now_);
  const Octets discover = next();
  Octets offer = Answer(discover, Dhcp4Type::kOffer).finish();
  offer[4] ^= 1;  // xid
  hear(offer);
  EXPECT_EQ(client_.state(), Dhcp4State::kSelecting);
  offer[4] ^= 1;
  offer[33] ^= 1;  // chaddr
  hear(offer);
  EXPECT_EQ(client_.state(), Dhcp4State::kSelecting);
  offer[33] ^= 1;
  offer[0] = 1;  // BOOTREQUEST
  hear(offer);
  EXPECT_EQ(client_.state(), Dhcp4State::kSelecting);
}

TEST_F(Dhcp4ProtocolTest, OffersOfWhatNoHostCanHaveAreIgnored) {
  client_.start(now_);
  const Octets discover = next();
  for (const Ip4Address bad : {Ip4Address::any(), Ip4Address::limited_broadcast(),
                               Ip4Address::loopback(), Ip4Address::from(224, 0, 0, 9)}) {
    hear(Answer(discover, Dhcp4Type::kOffer, {.address = bad}).finish());
    EXPECT_EQ(client_.state(), Dhcp4State::kSelecting);
  }
  hear(Answer(discover, Dhcp4Type::kOffer, {.lease_s = 0}).finish());
  EXPECT_EQ(client_.state(), Dhcp4State::kSelecting);
}

TEST_F(Dhcp4ProtocolTest, AnAckOfAnotherServerDoesNotBind) {
  const Octets request = select();
  hear(Answer(request, Dhcp4Type::kAck, {.server = kOther}).finish());
  EXPECT_EQ(client_.state(), Dhcp4State::kRequesting);
}

TEST_F(Dhcp4ProtocolTest, TimesCountFromTheRequestAndDefaultToHalfAndSevenEighths) {  // 4.4.5
  const Octets request = select();
  const Instant asked = now_;
  now_ = now_ + Duration::s(2);
  hear(Answer(request, Dhcp4Type::kAck).finish());
  EXPECT_EQ(client_.lease().renew_at, asked + Duration::s(1800));
  EXPECT_EQ(client_.lease().rebind_at, asked + Duration::s(3150));
  EXPECT_EQ(client_.lease().expires_at, asked + Duration::s(3600));
}

TEST_F(Dhcp4ProtocolTest, TheServersTimesAreTakenWhenTheyAreInOrder) {
  const Octets request = select();
  hear(Answer(request, Dhcp4Type::kAck)
           .u32(code::kRenewalTime, 100)
           .u32(code::kRebindingTime, 200)
           .finish());
  EXPECT_EQ(client_.lease().renew_at, now_ + Duration::s(100));
  EXPECT_EQ(client_.lease().rebind_at, now_ + Duration::s(200));
}

TEST_F(Dhcp4ProtocolTest, AnInfiniteLeaseNeedsNothingMore) {  // RFC 2131 3.3
  bind({.lease_s = kForeverS});
  EXPECT_TRUE(client_.next_deadline().is_never());
}

TEST_F(Dhcp4ProtocolTest, RenewingAsksTheServerAloneFromTheAddress) {  // table 4, RENEWING
  bind();
  const Octets message = next();
  const Asked asked(message);
  EXPECT_EQ(client_.state(), Dhcp4State::kRenewing);
  EXPECT_EQ(now_, client_.lease().renew_at);
  EXPECT_EQ(how_.destination, kServer);
  EXPECT_FALSE(how_.from_unspecified);
  EXPECT_EQ(asked.view.header().ciaddr, kGranted4);
  EXPECT_FALSE(asked.requested());
  EXPECT_FALSE(asked.server());
}

TEST_F(Dhcp4ProtocolTest, RenewalBindsAgainWithoutProbing) {
  bind();
  const Octets message = next();
  hear(Answer(message, Dhcp4Type::kAck, {.lease_s = 7200}).finish());
  EXPECT_EQ(client_.state(), Dhcp4State::kBound);
  EXPECT_EQ(client_.lease().expires_at, now_ + Duration::s(7200));
}

TEST_F(Dhcp4ProtocolTest, RenewalsWaitHalfOfWhatIsLeftAndAMinuteAtLeast) {  // RFC 2131 4.4.5
  bind();                                                                   // T1 1800, T2 3150
  next();
  for (const int64_t expected_s : {675, 337}) {
    const Instant before = now_;
    next();
    EXPECT_EQ((now_ - before).ms() / 1000, expected_s);
  }
  for (Instant before = now_; client_.state() == Dhcp4State::kRenewing; before = now_) {
    EXPECT_GE(std::min(client_.next_deadline(), client_.lease().rebind_at) - before,
              std::min(Duration::s(60), client_.lease().rebind_at - before));
    next();
  }
}

TEST_F(Dhcp4ProtocolTest, RebindingAsksEverybody) {  // table 4, REBINDING
  bind();
  Octets message = next();
  while (client_.state() == Dhcp4State::kRenewing) message = next();
  EXPECT_EQ(client_.state(), Dhcp4State::kRebinding);
  EXPECT_EQ(now_, client_.lease().rebind_at);
  EXPECT_EQ(how_.destination, Ip4Address::limited_broadcast());
  EXPECT_FALSE(how_.from_unspecified);
  EXPECT_EQ(Asked(message).view.header().ciaddr, kGranted4);
  hear(Answer(message, Dhcp4Type::kAck, {.server = kOther}).finish());
  EXPECT_EQ(client_.state(), Dhcp4State::kBound);
  EXPECT_EQ(client_.lease().server, kOther);
}

TEST_F(Dhcp4ProtocolTest, AnExpiredLeaseIsGivenUpAndAskedForAnew) {  // RFC 2131 4.4.5
  bind();
  const Instant end = client_.lease().expires_at;
  Octets message = next();
  while (client_.has_lease()) message = next();
  EXPECT_EQ(now_, end);
  EXPECT_EQ(Asked(message).type(), Dhcp4Type::kDiscover);
}

TEST_F(Dhcp4ProtocolTest, ARefusedRenewalEndsTheLeaseAtOnce) {  // RFC 2131 4.4.5
  bind();
  const Octets message = next();
  hear(Answer(message, Dhcp4Type::kNak).finish());
  EXPECT_FALSE(client_.has_lease());
  EXPECT_EQ(Asked(next()).type(), Dhcp4Type::kDiscover);
}

TEST_F(Dhcp4ProtocolTest, AServerThatAlwaysRefusesIsAskedLessAndLessOften) {
  client_.start(now_);
  Duration waited;
  for (int i = 0; i < 4; ++i) {
    const Instant refused = now_;
    hear(Answer(next(), Dhcp4Type::kOffer).finish());
    waited = now_ - refused;
    hear(Answer(next(), Dhcp4Type::kNak).finish());
  }
  EXPECT_EQ(waited, Duration::s(4));
}

TEST_F(Dhcp4ProtocolTest, AConflictIsDeclinedAndFollowedByTenSecondsOfSilence) {  // 3.1.5, 4.4.4
  const Octets request = select();
  hear(Answer(request, Dhcp4Type::kAck).finish());
  client_.on_address_taken(now_);
  EXPECT_FALSE(client_.has_lease());
  const Octets decline = due();
  EXPECT_EQ(Asked(decline).type(), Dhcp4Type::kDecline);
  EXPECT_EQ(Asked(decline).requested(), kGranted4);
  EXPECT_EQ(Asked(decline).server(), kServer);
  EXPECT_TRUE(Asked(decline).view.header().ciaddr.is_any());
  EXPECT_TRUE(how_.from_unspecified);
  const Instant declined = now_;
  EXPECT_EQ(Asked(next()).type(), Dhcp4Type::kDiscover);
  EXPECT_EQ(now_ - declined, Duration::s(10));
}

TEST_F(Dhcp4ProtocolTest, ReleaseGoesToTheServerAloneAndEndsAll) {  // RFC 2131 4.4.6
  bind();
  uint8_t out[kDhcp4MessageBytes];
  const Dhcp4Output how = client_.release(now_, out);
  const Octets message(out, out + how.bytes);
  EXPECT_EQ(Asked(message).type(), Dhcp4Type::kRelease);
  EXPECT_EQ(Asked(message).view.header().ciaddr, kGranted4);
  EXPECT_EQ(Asked(message).server(), kServer);
  EXPECT_EQ(how.destination, kServer);
  EXPECT_EQ(client_.state(), Dhcp4State::kStopped);
  EXPECT_TRUE(due().empty());
}

class Dhcp4RebootTest : public Dhcp4ProtocolTest {
 protected:
  Dhcp4RebootTest() {
    Dhcp4Lease lease;
    lease.address = kGranted4;
    lease.prefix_length = 24;
    lease.server = kServer;
    lease.renew_at = now_ + Duration::s(500);
    lease.rebind_at = now_ + Duration::s(900);
    lease.expires_at = now_ + Duration::s(1000);
    client_.remember(lease);
    client_.start(now_);
  }
};

TEST_F(Dhcp4RebootTest, ARememberedAddressIsAskedForByName) {  // RFC 2131 3.2, table 4 INIT-REBOOT
  const Octets message = next();
  EXPECT_EQ(Asked(message).type(), Dhcp4Type::kRequest);
  EXPECT_EQ(Asked(message).requested(), kGranted4);
  EXPECT_FALSE(Asked(message).server());
  EXPECT_TRUE(Asked(message).view.header().ciaddr.is_any());
  hear(Answer(message, Dhcp4Type::kAck, {.server = kOther}).finish());
  EXPECT_EQ(client_.state(), Dhcp4State::kProbing);
}

TEST_F(Dhcp4RebootTest, RefusedItBeginsAnew) {  // RFC 2131 3.2.3
  hear(Answer(next(), Dhcp4Type::kNak).finish());
  EXPECT_EQ(Asked(next()).type(), Dhcp4Type::kDiscover);
}

TEST_F(Dhcp4RebootTest, WithoutAnswerWhatIsLeftOfTheLeaseIsUsed) {  // RFC 2131 3.2.4
  next();
  next();
  now_ = client_.next_deadline();
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(client_.state(), Dhcp4State::kProbing);
  client_.on_address_unique();
  EXPECT_EQ(client_.next_deadline(), Instant::from_us(1'500'000'000));
}

TEST_F(Dhcp4ProtocolTest, AfterTheLinkWasAwayTheLeaseInUseIsVerified) {  // RFC 2131 3.7
  bind();
  client_.restart(now_);
  EXPECT_FALSE(client_.has_lease());
  const Octets message = next();
  EXPECT_EQ(Asked(message).requested(), kGranted4);
  EXPECT_FALSE(Asked(message).server());
}

}  // namespace
}  // namespace tapstack::app
