#include "app/dhcp6.h"

#include <array>
#include <type_traits>

#include "tests/unit/app/app_test.h"
#include "tests/unit/app/dhcp6_server.h"

namespace tapstack::app {
namespace {

static_assert(std::is_trivially_copyable_v<Dhcp6>);

constexpr Ip6Address kClientLinkLocal = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 2);
constexpr Ip6Address kServerLinkLocal = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1);

// A server with one address to give.
class Dhcp6Test : public AppTest {
 protected:
  Dhcp6Test() : client_(device_, kClientMac, std::array<uint8_t, 32>{8}) {
    EXPECT_TRUE(
        api::add_address(stack_, now_, device_, {IpAddress(kClientLinkLocal, device_), 64}).ok());
    EXPECT_TRUE(client_.start(stack_, now_).ok());
    run_for(Duration::s(3));  // duplicate address detection
  }
  void poll_client() override { client_.poll(stack_, now_); }
  Instant client_deadline() const override { return client_.next_deadline(); }

  void on_frame(const Octets& frame) override {
    if (frame.size() < 62 || net::get16(frame, 12) != 0x86dd) return;
    if (frame[20] == 58 && frame[54] == 135 && is_taken_) object(frame);
    if (frame[20] != 17 || net::get16(frame, 56) != 547) return;
    heard_.push_back(net::tail(frame, 62));
    source_ = wire::load_ip6(&frame[22]);
    destination_ = wire::load_ip6(&frame[38]);
    if (is_silent_) return;
    const Dhcp6Type type = wire::Dhcp6View::parse(heard_.back())->type();
    const bool is_solicit = type == Dhcp6Type::kSolicit;
    reply(answer6(heard_.back(), is_solicit ? Dhcp6Type::kAdvertise : Dhcp6Type::kReply,
                  {.preference = 255}));
  }
  void reply(const Octets& payload) {
    Octets segment;
    net::put16(segment, 547);
    net::put16(segment, 546);
    net::put16(segment, static_cast<unsigned>(8 + payload.size()));
    net::put16(segment, 0);
    net::put(segment, payload);
    send_packet(17, kServerLinkLocal, kClientLinkLocal, segment, 6);
  }
  // Somebody else has the address that a neighbour solicitation asks for (RFC 4862 5.4.4).
  void object(const Octets& frame) {
    if (wire::load_ip6(&frame[62]) != kGranted6) return;
    Octets message{136, 0, 0, 0, 0x20, 0, 0, 0};
    message.insert(message.end(), kGranted6.octets.begin(), kGranted6.octets.end());
    for (const uint8_t b : {2, 1, 2, 0, 0, 0, 0, 0x99}) message.push_back(b);
    send_packet(58, kGranted6, Ip6Address::all_nodes(), message, 2);
  }
  // Fills the checksum at `checksum_at` and sends the packet to the client.
  void send_packet(uint8_t protocol, const Ip6Address& from, const Ip6Address& to, Octets segment,
                   size_t checksum_at) {
    Octets pseudo(from.octets.begin(), from.octets.end());
    pseudo.insert(pseudo.end(), to.octets.begin(), to.octets.end());
    net::put32(pseudo, static_cast<uint32_t>(segment.size()));
    net::put32(pseudo, protocol);
    net::put(pseudo, segment);
    net::set16(segment, checksum_at, net::checksum(pseudo));
    Octets packet{0x60, 0, 0, 0};
    net::put16(packet, static_cast<unsigned>(segment.size()));
    packet.push_back(protocol);
    packet.push_back(255);
    packet.insert(packet.end(), from.octets.begin(), from.octets.end());
    packet.insert(packet.end(), to.octets.begin(), to.octets.end());
    net::put(packet, segment);
    const MacAddress mac = to.is_multicast() ? MacAddress{{0x33, 0x33, 0, 0, 0, 1}} : kClientMac;
    send_frame(link::ethernet(mac, kServerMac, 0x86dd, packet));
  }
  Dhcp6Type last() const { return wire::Dhcp6View::parse(heard_.back())->type(); }

  Dhcp6 client_;
  std::vector<Octets> heard_;
  Ip6Address source_, destination_;
  bool is_silent_ = false, is_taken_ = false;
};

TEST_F(Dhcp6Test, AsksFromTheLinkLocalAddressAndUsesTheGrantOnceItIsUnique) {
  client_.set_mode(stack_, now_, Dhcp6Mode::kStateful);
  run_for(Duration::s(6));
  EXPECT_EQ(source_, kClientLinkLocal);  // RFC 8415 17
  EXPECT_EQ(destination_, wire::kDhcp6Servers);
  EXPECT_EQ(client_.state(), Dhcp6State::kBound);
  ASSERT_NE(client_.lease(), nullptr);
  EXPECT_TRUE(has_address(kGranted6));
  EXPECT_EQ(client_.information().dns.items[0], kDns6);
}

TEST_F(Dhcp6Test, AnAddressThatAnotherHostHasIsDeclined) {  // RFC 8415 18.2.8
  is_taken_ = true;
  client_.set_mode(stack_, now_, Dhcp6Mode::kStateful);
  run_for(Duration::s(4));
  EXPECT_GE(client_.conflicts(), 1u);
  EXPECT_FALSE(has_address(kGranted6));
}

TEST_F(Dhcp6Test, AnExpiredAddressIsTakenAway) {  // RFC 8415 18.2.5
  client_.set_mode(stack_, now_, Dhcp6Mode::kStateful);
  run_for(Duration::s(6));
  is_silent_ = true;
  run_for(Duration::s(2000));
  EXPECT_EQ(client_.lease(), nullptr);
  EXPECT_FALSE(has_address(kGranted6));
  EXPECT_EQ(last(), Dhcp6Type::kSolicit);
}

TEST_F(Dhcp6Test, BeyondThePreferredLifetimeTheAddressIsDeprecated) {  // RFC 4862 5.5.4
  client_.set_mode(stack_, now_, Dhcp6Mode::kStateful);
  run_for(Duration::s(6));
  is_silent_ = true;
  run_for(Duration::s(1100));
  const auto state = api::address_state(stack_, device_, kGranted6);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(*state, api::AddressState::kDeprecated);
}

TEST_F(Dhcp6Test, ARenewalKeepsTheAddress) {  // RFC 8415 18.2.4
  client_.set_mode(stack_, now_, Dhcp6Mode::kStateful);
  run_for(Duration::s(1900));
  EXPECT_EQ(last(), Dhcp6Type::kRenew);
  EXPECT_TRUE(has_address(kGranted6));
}

TEST_F(Dhcp6Test, ReleasedItIsUsedNoMore) {  // RFC 8415 18.2.7
  client_.set_mode(stack_, now_, Dhcp6Mode::kStateful);
  run_for(Duration::s(6));
  client_.release(stack_, now_);
  EXPECT_FALSE(has_address(kGranted6));
  run_for(Duration::s(5));
  EXPECT_EQ(last(), Dhcp6Type::kRelease);
  EXPECT_EQ(client_.state(), Dhcp6State::kStopped);
}

TEST_F(Dhcp6Test, StatelessItLearnsWithoutAnAddress) {  // RFC 8415 18.2.6
  client_.set_mode(stack_, now_, Dhcp6Mode::kStateless);
  run_for(Duration::s(3));
  EXPECT_EQ(client_.state(), Dhcp6State::kInformed);
  EXPECT_EQ(client_.lease(), nullptr);
  EXPECT_EQ(client_.information().dns.items[0], kDns6);
}

TEST_F(Dhcp6Test, ALinkThatWasAwayHasTheAddressConfirmed) {  // RFC 8415 18.2.12
  client_.set_mode(stack_, now_, Dhcp6Mode::kStateful);
  run_for(Duration::s(6));
  api::InterfaceSettings settings = api::device_settings();
  settings.is_up = false;
  ASSERT_TRUE(api::change_interface(stack_, now_, device_, settings).ok());
  turn();
  heard_.clear();
  settings.is_up = true;
  ASSERT_TRUE(api::change_interface(stack_, now_, device_, settings).ok());
  run_for(Duration::s(6));
  ASSERT_FALSE(heard_.empty());
  EXPECT_EQ(wire::Dhcp6View::parse(heard_.front())->type(), Dhcp6Type::kConfirm);
  EXPECT_TRUE(has_address(kGranted6));
  EXPECT_EQ(client_.state(), Dhcp6State::kBound);
}

TEST_F(Dhcp6Test, ASavedLeaseIsConfirmedByTheNextProcess) {  // RFC 8415 18.2.3
  client_.set_mode(stack_, now_, Dhcp6Mode::kStateful);
  run_for(Duration::s(6));
  std::array<uint8_t, wire::kDhcp6StateBytes> saved;
  ASSERT_TRUE(client_.save(now_, 1'000'000, saved));
  client_.release(stack_, now_);
  run_for(Duration::s(5));
  heard_.clear();
  is_silent_ = true;
  EXPECT_FALSE(client_.restore(now_, 1'002'000, saved));  // expired by the wall's clock
  ASSERT_TRUE(client_.restore(now_, 1'000'100, saved));
  EXPECT_EQ(client_.information().dns.items[0], kDns6);
  client_.set_mode(stack_, now_, Dhcp6Mode::kStateful);
  run_for(Duration::s(15));
  ASSERT_FALSE(heard_.empty());
  EXPECT_EQ(last(), Dhcp6Type::kConfirm);
  EXPECT_TRUE(has_address(kGranted6));  // nobody answers: used for what is left of it
}

TEST_F(Dhcp6Test, WithoutALeaseThereIsNothingToSave) {
  std::array<uint8_t, wire::kDhcp6StateBytes> saved;
  EXPECT_FALSE(client_.save(now_, 1'000'000, saved));
}

TEST_F(Dhcp6Test, TheStateOfAnotherHostIsRefused) {
  client_.set_mode(stack_, now_, Dhcp6Mode::kStateful);
  run_for(Duration::s(6));
  std::array<uint8_t, wire::kDhcp6StateBytes> saved;
  ASSERT_TRUE(client_.save(now_, 1'000'000, saved));
  Dhcp6 other(device_, link::kOtherMac, std::array<uint8_t, 32>{1});
  EXPECT_FALSE(other.restore(now_, 1'000'001, saved));
}

}  // namespace
}  // namespace tapstack::app
