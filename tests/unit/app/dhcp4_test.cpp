#include "app/dhcp4.h"

#include <type_traits>

#include "tests/unit/app/app_test.h"

namespace tapstack::app {
namespace {

using wire::Dhcp4Type;

static_assert(std::is_trivially_copyable_v<Dhcp4>);

// A server with one address to give, and a wire on which other hosts can be.
class Dhcp4Test : public AppTest {
 protected:
  Dhcp4Test() : client_(make()) { EXPECT_TRUE(client_.start(stack_, now_).ok()); }

  Dhcp4 make() const {
    Dhcp4ClientSettings s;
    s.interface = device_;
    s.protocol.mac = kClientMac;
    return Dhcp4(s, std::array<uint8_t, 32>{9});
  }
  void poll_client() override { client_.poll(stack_, now_); }
  Instant client_deadline() const override { return client_.next_deadline(); }

  void on_frame(const Octets& frame) override {
    if (is_arp(frame) && is_taken_ && arp_target(frame) == kGranted4) {
      send_arp({2, link::kOtherMac, kGranted4, kClientMac, Ip4Address::any()});
    }
    if (is_arp(frame) && arp_target(frame) == kServer) {
      send_arp({2, kServerMac, kServer, kClientMac, arp_sender(frame)});
    }
    const auto sent = datagram_in(frame);
    if (!sent || sent->port != 67) return;
    heard_.push_back(*sent);
    if (is_silent_ || (lose_ != 0 && lose_-- != 0)) return;
    answer(*sent);
  }
  void answer(const SentDatagram& sent) {
    const Asked asked(sent.payload);
    if (asked.type() == Dhcp4Type::kDiscover) reply(sent, Dhcp4Type::kOffer);
    if (asked.type() == Dhcp4Type::kRequest)
      reply(sent, refuses_ ? Dhcp4Type::kNak : Dhcp4Type::kAck);
  }
  void reply(const SentDatagram& sent, Dhcp4Type type) {
    Answer made(sent.payload, type, {.lease_s = 600});
    if (type != Dhcp4Type::kNak) {
      made.address(code::kRouter, router_).address(code::kDnsServers, kServer);
      made.u16(code::kInterfaceMtu, 1400);
    }
    const bool is_known = !sent.source.is_any();
    const Ip4Address to = type == Dhcp4Type::kNak ? Ip4Address::limited_broadcast()
                          : is_known              ? sent.source
                                                  : kGranted4;
    send_datagram(kServer, to, 67, 68, made.finish());
  }
  std::vector<Dhcp4Type> types() const {
    std::vector<Dhcp4Type> all;
    for (const SentDatagram& sent : heard_) all.push_back(Asked(sent.payload).type());
    return all;
  }
  uint32_t mtu() const { return api::interface_at(stack_, 1)->settings.mtu_bytes; }
  // Whether there is a way to a host beyond the router.
  bool has_default_route() {
    const SocketId id = *api::open(stack_, now_, Family::kIp4, SocketKind::kUdp, 0);
    const Status connected =
        api::connect(stack_, now_, id, {Ip4Address::from(203, 0, 113, 9), Port{9}});
    api::close(stack_, now_, id).ignore();
    return connected.ok();
  }

  Dhcp4 client_;
  std::vector<SentDatagram> heard_;
  bool is_silent_ = false, is_taken_ = false, refuses_ = false;
  int lose_ = 0;  // so many of the client's messages
  Ip4Address router_ = kServer;
};

TEST_F(Dhcp4Test, ConfiguresAddressRouteAndMtuAfterNobodyObjected) {
  run_for(Duration::s(1));
  EXPECT_EQ(client_.state(), Dhcp4State::kProbing);
  EXPECT_EQ(client_.lease(), nullptr);
  EXPECT_FALSE(has_address(kGranted4));
  run_for(Duration::s(9));
  ASSERT_NE(client_.lease(), nullptr);
  EXPECT_EQ(client_.state(), Dhcp4State::kBound);
  EXPECT_TRUE(has_address(kGranted4));
  EXPECT_TRUE(has_default_route());
  EXPECT_EQ(mtu(), 1400u);
  EXPECT_EQ(client_.lease()->dns.items[0], kServer);
  EXPECT_EQ(heard_[0].source, Ip4Address::any());
  EXPECT_EQ(types(), (std::vector{Dhcp4Type::kDiscover, Dhcp4Type::kRequest}));
}

TEST_F(Dhcp4Test, WhatIsLostIsSentAgain) {
  lose_ = 3;
  run_for(Duration::s(60));
  EXPECT_EQ(client_.state(), Dhcp4State::kBound);
}

TEST_F(Dhcp4Test, AnAddressThatAnotherHostHasIsDeclinedAndNeverUsed) {  // RFC 2131 3.1.5
  is_taken_ = true;
  run_for(Duration::s(5));
  EXPECT_EQ(types().back(), Dhcp4Type::kDecline);
  EXPECT_EQ(client_.conflicts(), 1u);
  EXPECT_FALSE(has_address(kGranted4));
  is_taken_ = false;
  run_for(Duration::s(25));
  EXPECT_EQ(client_.state(), Dhcp4State::kBound);
}

TEST_F(Dhcp4Test, AnAddressThatIsContestedTwiceIsGivenUpAndDeclined) {  // RFC 5227 2.4 (b)
  run_for(Duration::s(15));
  ASSERT_TRUE(has_address(kGranted4));
  send_arp({1, link::kOtherMac, kGranted4, {}, kGranted4});
  turn();
  EXPECT_TRUE(has_address(kGranted4));
  send_arp({1, link::kOtherMac, kGranted4, {}, kGranted4});
  turn();
  EXPECT_FALSE(has_address(kGranted4));
  EXPECT_EQ(client_.lease(), nullptr);
  EXPECT_EQ(types().back(), Dhcp4Type::kDecline);
}

TEST_F(Dhcp4Test, RenewsByUnicastAndKeepsTheAddressWithoutAGap) {
  run_for(Duration::s(15));
  heard_.clear();
  run_for(Duration::s(400));
  ASSERT_EQ(heard_.size(), 1u);
  EXPECT_EQ(heard_[0].source, kGranted4);
  EXPECT_EQ(heard_[0].destination, kServer);
  EXPECT_EQ(client_.state(), Dhcp4State::kBound);
  EXPECT_TRUE(has_address(kGranted4));
}

TEST_F(Dhcp4Test, ARenewalWithAnotherRouterChangesTheRouteAlone) {
  run_for(Duration::s(15));
  const uint32_t before = client_.changes();
  router_ = kOther;
  run_for(Duration::s(400));
  EXPECT_GT(client_.changes(), before);
  EXPECT_EQ(client_.lease()->routes.items[0].gateway, kOther);
  EXPECT_TRUE(has_address(kGranted4));
  EXPECT_TRUE(has_default_route());
}

TEST_F(Dhcp4Test, AnExpiredLeaseLeavesNothingBehind) {  // RFC 2131 4.4.5
  run_for(Duration::s(15));
  is_silent_ = true;
  run_for(Duration::s(600));
  EXPECT_EQ(client_.lease(), nullptr);
  EXPECT_FALSE(has_address(kGranted4));
  EXPECT_FALSE(has_default_route());
  EXPECT_EQ(mtu(), 1500u);
  EXPECT_EQ(types().back(), Dhcp4Type::kDiscover);
}

TEST_F(Dhcp4Test, ARefusedRenewalTakesTheAddressAway) {
  run_for(Duration::s(15));
  refuses_ = true;
  run_for(Duration::s(300));
  EXPECT_EQ(client_.lease(), nullptr);
  EXPECT_FALSE(has_address(kGranted4));
}

TEST_F(Dhcp4Test, ReleaseTellsTheServerAndFreesTheSocket) {  // RFC 2131 4.4.6
  run_for(Duration::s(15));
  send_arp({1, kServerMac, kServer, {}, kGranted4});  // so that it is known
  client_.release(stack_, now_);
  turn();
  EXPECT_EQ(types().back(), Dhcp4Type::kRelease);
  EXPECT_EQ(heard_.back().source, kGranted4);
  EXPECT_FALSE(has_address(kGranted4));
  EXPECT_TRUE(client_.next_deadline().is_never());
}

TEST_F(Dhcp4Test, ADefaultRouteIsNotTakenWhereTheEmbedderHasOne) {
  client_.release(stack_, now_);
  Dhcp4ClientSettings settings;
  settings.interface = device_;
  settings.takes_default_route = false;
  settings.protocol.mac = kClientMac;
  client_ = Dhcp4(settings, std::array<uint8_t, 32>{1});
  ASSERT_TRUE(client_.start(stack_, now_).ok());
  run_for(Duration::s(15));
  EXPECT_TRUE(has_address(kGranted4));
  EXPECT_FALSE(has_default_route());
}

TEST_F(Dhcp4Test, AGatewayOfTheEmbeddersTakesThePlaceOfTheServersAndGoesWithTheLease) {
  client_.release(stack_, now_);
  Dhcp4ClientSettings settings;
  settings.interface = device_;
  settings.takes_default_route = false;
  settings.gateway = kOther;
  settings.protocol.mac = kClientMac;
  client_ = Dhcp4(settings, std::array<uint8_t, 32>{1});
  ASSERT_TRUE(client_.start(stack_, now_).ok());
  run_for(Duration::s(15));
  EXPECT_TRUE(has_default_route());
  client_.release(stack_, now_);
  EXPECT_FALSE(has_default_route());
}

TEST_F(Dhcp4Test, ALinkThatWasAwayIsNewsToTheClient) {  // RFC 2131 3.7
  run_for(Duration::s(15));
  api::InterfaceSettings settings = api::device_settings();
  settings.is_up = false;
  ASSERT_TRUE(api::change_interface(stack_, now_, device_, settings).ok());
  turn();
  heard_.clear();
  settings.is_up = true;
  ASSERT_TRUE(api::change_interface(stack_, now_, device_, settings).ok());
  run_for(Duration::s(15));
  ASSERT_FALSE(heard_.empty());
  EXPECT_EQ(Asked(heard_[0].payload).requested(), kGranted4);
  EXPECT_FALSE(Asked(heard_[0].payload).server());
  EXPECT_TRUE(has_address(kGranted4));
}

TEST_F(Dhcp4Test, ASavedLeaseIsAskedForByTheNextProcess) {  // RFC 2131 3.2
  run_for(Duration::s(15));
  std::array<uint8_t, wire::kDhcp4StateBytes> saved;
  ASSERT_TRUE(client_.save(now_, 1'000'000, saved));
  client_.release(stack_, now_);
  heard_.clear();
  client_ = make();
  EXPECT_FALSE(client_.restore(now_, 1'000'600, saved));  // expired by the wall's clock
  ASSERT_TRUE(client_.restore(now_, 1'000'100, saved));
  ASSERT_TRUE(client_.start(stack_, now_).ok());
  is_silent_ = true;
  run_for(Duration::s(30));
  EXPECT_EQ(Asked(heard_.back().payload).requested(), kGranted4);
  EXPECT_TRUE(has_address(kGranted4));  // nobody answers: used for what is left of it
  EXPECT_TRUE(has_default_route());
  run_for(Duration::s(500));
  EXPECT_FALSE(has_address(kGranted4));
}

TEST_F(Dhcp4Test, TheStateOfAnotherHostIsRefused) {
  run_for(Duration::s(15));
  std::array<uint8_t, wire::kDhcp4StateBytes> saved;
  ASSERT_TRUE(client_.save(now_, 1'000'000, saved));
  Dhcp4ClientSettings other;
  other.interface = device_;
  other.protocol.mac = link::kOtherMac;
  Dhcp4 client(other, std::array<uint8_t, 32>{1});
  EXPECT_FALSE(client.restore(now_, 1'000'001, saved));
}

}  // namespace
}  // namespace tapstack::app
