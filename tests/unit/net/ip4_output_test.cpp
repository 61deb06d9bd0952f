#include "net/ip4_output.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

class Ip4OutputTest : public NetTest {
 protected:
  Ip4OutputTest() { learn_peer(); }

  void lower_path_mtu(uint32_t mtu) { parts().path_mtus.lower(kFar, mtu, ctx_.now); }
};

// RFC 1122 3.2.1.6 and 3.2.1.7.
TEST_F(Ip4OutputTest, HeaderOfAnAtomicDatagramIsThisToTheByte) {
  ASSERT_TRUE(
      send(test::hex("0102030405060708"), kPeer, {.ttl = 9, .tos = 0x10, .dont_fragment = true})
          .ok());
  EXPECT_EQ(sent(), test::hex("020000000001 020000000002 0800"
                              "45 10 001c 0000 4000 09 11 49ab 0a0a0a02 0a0a0a01"
                              "0102030405060708"));
}

TEST_F(Ip4OutputTest, TtlDefaultsTo64) {
  ASSERT_TRUE(send(Frame(8), kPeer).ok());
  EXPECT_EQ(sent_packet()[8], 64);
}

TEST_F(Ip4OutputTest, DatagramsThatMayBeFragmentedHaveIdentificationsOfTheirOwn) {
  ASSERT_TRUE(send(Frame(8), kPeer).ok());
  ASSERT_TRUE(send(Frame(8), kPeer).ok());
  const Frame first = sent_packet();
  const Frame second = sent_packet();
  EXPECT_EQ(get16(first, 6), 0u) << "DF clear";
  EXPECT_NE(get16(first, 4), get16(second, 4));
}

TEST_F(Ip4OutputTest, ExactlyTheMtuIsNotFragmented) {
  ASSERT_TRUE(send(Frame(1480), kPeer).ok());
  EXPECT_EQ(get16(sent_packet(), 6), 0u);
  EXPECT_TRUE(sent().empty());
  ASSERT_TRUE(send(Frame(1481), kPeer).ok());
  EXPECT_EQ(get16(sent_packet(), 6), kMf);
  EXPECT_EQ(sent_packet().size(), 21u);
}

TEST_F(Ip4OutputTest, DontFragmentRefusesWhatThePathDoesNotTake) {
  lower_path_mtu(1400);
  EXPECT_TRUE(send(Frame(1380), kFar, {.dont_fragment = true}).ok());
  EXPECT_EQ(send(Frame(1381), kFar, {.dont_fragment = true}).error(), Error::kMessageTooLong);
  EXPECT_EQ(get16(sent_packet(), 6), kDf);
  EXPECT_TRUE(sent().empty());
}

TEST_F(Ip4OutputTest, ProbesIgnoreThePathMtuButNotTheInterfaces) {
  lower_path_mtu(1400);
  const SendParams probe{.dont_fragment = true, .ignore_path_mtu = true};
  EXPECT_TRUE(send(Frame(1480), kFar, probe).ok());
  EXPECT_EQ(send(Frame(1481), kFar, probe).error(), Error::kMessageTooLong);
}

TEST_F(Ip4OutputTest, DiscoverySetsDontFragmentOnlyOnWhatFits) {
  lower_path_mtu(1400);
  ASSERT_TRUE(send(Frame(1380), kFar, {.discover_path_mtu = true}).ok());
  EXPECT_EQ(get16(sent_packet(), 6), kDf);
  ASSERT_TRUE(send(Frame(1381), kFar, {.discover_path_mtu = true}).ok());
  const Frame first = sent_packet();
  EXPECT_EQ(get16(first, 6), kMf);
  EXPECT_LE(first.size(), 1400u);
}

TEST_F(Ip4OutputTest, DatagramBeyond65535BytesIsRefused) {
  EXPECT_TRUE(send(test::pattern(65'515), kPeer).ok());
  EXPECT_EQ(send(test::pattern(65'516), kPeer).error(), Error::kMessageTooLong);
}

TEST_F(Ip4OutputTest, SegmentsOfASuperframeMustFitThePath) {
  link::InterfaceSettings settings = link::device_settings();
  settings.can_segment = settings.can_checksum = true;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  const auto try_with = [&](uint16_t segment_bytes) {
    mem::PacketPtr segment = packet_of(test::pattern(20'000));
    segment->info.offload.segmentation = mem::Segmentation::kTcp4;
    segment->info.offload.header_bytes = 32;
    segment->info.offload.segment_bytes = segment_bytes;
    const auto route = network_->route(kPeer, {}, {}, ctx_.now);
    return network_->send(ctx_, std::move(segment), *route, {.protocol = 6, .dont_fragment = true});
  };
  EXPECT_TRUE(try_with(1448).ok());
  EXPECT_EQ(try_with(1449).error(), Error::kMessageTooLong);
}

TEST_F(Ip4OutputTest, SendingOverAnInterfaceThatWentAwayFails) {
  const auto route = network_->route(kPeer, {}, {}, ctx_.now);
  link::InterfaceSettings settings = link::device_settings();
  settings.is_up = false;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  EXPECT_EQ(network_->send(ctx_, packet_of(Frame(8)), *route, {}).error(), Error::kNetworkDown);
  ASSERT_TRUE(remove_interface(ctx_, *network_, ts0_).ok());
  EXPECT_EQ(network_->send(ctx_, packet_of(Frame(8)), *route, {}).error(), Error::kNoDevice);
  expect_nothing_held();
}

class HeaderIncluded : public Ip4OutputTest {
 protected:
  Status send_raw(const Frame& packet) { return send(packet, kPeer, {.header_included = true}); }
};

TEST_F(HeaderIncluded, LengthAndChecksumAreAlwaysFilledIn) {
  Frame packet =
      ip4({.source = kOurs, .destination = kPeer, .protocol = 99, .id = 7, .ttl = 3}, Frame(8));
  const Frame whole = packet;
  set16(packet, 2, 0);
  set16(packet, 10, 0xdead);
  ASSERT_TRUE(send_raw(packet).ok());
  EXPECT_EQ(sent_packet(), whole);
}

TEST_F(HeaderIncluded, OptionsAreLeftAlone) {
  learn_peer();
  const Frame packet =
      ip4({.source = kOurs, .destination = kPeer, .options = {148, 4, 0, 0}}, Frame(8));
  ASSERT_TRUE(send_raw(packet).ok());
  EXPECT_EQ(sent_packet(), packet);
}

TEST_F(HeaderIncluded, ZeroSourceAndIdentificationAreFilledIn) {
  ASSERT_TRUE(send_raw(ip4({.source = {}, .destination = kPeer, .id = 0}, Frame(8))).ok());
  const Frame packet = sent_packet();
  EXPECT_EQ(get32(packet, 12), kOurs.value);
  EXPECT_EQ(checksum(head(packet, 20)), 0);
}

TEST_F(HeaderIncluded, WrongHeadersAreRefused) {
  EXPECT_EQ(send_raw(Frame(19, 0x45)).error(), Error::kInvalid);
  EXPECT_EQ(send_raw(Frame(20, 0x65)).error(), Error::kInvalid);
  EXPECT_EQ(send_raw(Frame(20, 0x44)).error(), Error::kInvalid);
  EXPECT_EQ(send_raw(Frame(20, 0x46)).error(), Error::kInvalid);
  EXPECT_EQ(send_raw(ip4({}, Frame(1481))).error(), Error::kMessageTooLong);
  EXPECT_TRUE(sent().empty());
  expect_nothing_held();
}

}  // namespace
}  // namespace tapstack::net
