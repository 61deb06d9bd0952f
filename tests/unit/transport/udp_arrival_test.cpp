#include "transport/udp_arrival.h"

#include "tests/unit/transport/transport_test.h"

namespace tapstack::transport {
namespace {

constexpr uint8_t kLite = 136;

// From port 4000 to 5000; the checksum over the pseudo header, whose length is that of all, and
// the first `covered` bytes of header and data (RFC 3828 3.1), computed the slow way.
Frame lite(const Frame& data, uint16_t coverage, size_t covered) {
  Frame segment = udp(4000, 5000, data);
  net::set16(segment, 4, coverage);
  Frame all;
  link::put32(all, kPeer.value);
  link::put32(all, kOurs.value);
  link::put16(all, kLite);
  link::put16(all, static_cast<unsigned>(segment.size()));
  link::put(all, Frame(segment.begin(), segment.begin() + static_cast<std::ptrdiff_t>(covered)));
  net::set16(segment, 6, net::checksum(all));
  return segment;
}

class UdpArrivalTest : public TransportTest {
 protected:
  bool read(const Frame& segment, uint8_t protocol) {
    net::Delivery delivery = input(net::ip4({.protocol = protocol}, segment));
    EXPECT_TRUE(delivery);
    const bool is_good = read_arrival(ctx_, *delivery.packet, arrival_, refusal_);
    bytes_left_ = delivery.packet->size() - delivery.packet->info.ip_header_bytes;
    return is_good;
  }

  UdpArrival arrival_;
  UdpRefusal refusal_{};
  size_t bytes_left_ = 0;
};

TEST_F(UdpArrivalTest, TellsWhoSentAndForWhom) {
  ASSERT_TRUE(read(udp(4000, 5000, text("data")), 17));
  EXPECT_EQ(arrival_.flow, (Flow{{kOurs, Port{5000}}, {kPeer, Port{4000}}}));
  EXPECT_EQ(arrival_.protocol, 17);
  EXPECT_EQ(arrival_.covered_bytes, 0);
}

TEST_F(UdpArrivalTest, LeavesThePacketAsLongAsUdpSays) {
  Frame segment = udp(4000, 5000, text("data"));
  link::put(segment, text("trailer"));
  ASSERT_TRUE(read(segment, 17));
  EXPECT_EQ(bytes_left_, 12u);
}

TEST_F(UdpArrivalTest, TellsHowMuchOfUdpLiteIsCovered) {
  ASSERT_TRUE(read(lite(text("some data"), 10, 10), kLite));
  EXPECT_EQ(arrival_.protocol, kLite);
  EXPECT_EQ(arrival_.covered_bytes, 10);
  EXPECT_EQ(bytes_left_, 17u);
}

TEST_F(UdpArrivalTest, ACoverageOfAllOrOfZeroIsAll) {
  ASSERT_TRUE(read(lite(text("data"), 12, 12), kLite));
  EXPECT_EQ(arrival_.covered_bytes, 0);
  ASSERT_TRUE(read(lite(text("data"), 0, 12), kLite));
  EXPECT_EQ(arrival_.covered_bytes, 0);
}

// What UDP-Lite is for: "damaged data ... is delivered rather than discarded".
TEST_F(UdpArrivalTest, DamageBeyondTheCoverageIsNoneOfOurs) {
  Frame segment = lite(text("some data"), 10, 10);
  segment[10] ^= 0xff;
  EXPECT_TRUE(read(segment, kLite));
  segment[9] ^= 0xff;
  EXPECT_FALSE(read(segment, kLite));
  EXPECT_EQ(refusal_.reason, DropReason::kUdpBadChecksum);
}

TEST_F(UdpArrivalTest, UdpLiteMustHaveAChecksum) {
  Frame segment = lite(text("data"), 8, 8);
  net::set16(segment, 6, 0);
  EXPECT_FALSE(read(segment, kLite));
  EXPECT_EQ(refusal_.reason, DropReason::kUdpBadChecksum);
}

TEST_F(UdpArrivalTest, ACoverageOfPartOfTheHeaderIsRefused) {
  EXPECT_FALSE(read(lite(text("data"), 7, 7), kLite));
  EXPECT_EQ(refusal_.reason, DropReason::kUdpBadLength);
}

}  // namespace
}  // namespace tapstack::transport
