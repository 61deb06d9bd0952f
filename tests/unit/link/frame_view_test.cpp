#include "link/frame_view.h"

#include "tests/unit/link/link_test.h"

namespace tapstack::link {
namespace {

class FrameViewTest : public LinkTest {
 protected:
  FrameViewTest() { id_ = table_.add(device_settings()).value(); }

  FrameView view(const Frame& frame) {
    return view_frame(*memory_, *table_.find(id_), *packet_of(frame));
  }

  InterfaceTable table_;
  InterfaceId id_;
};

TEST_F(FrameViewTest, ReadsAnEthernetHeader) {
  const FrameView seen = view(ethernet(kOurMac, kPeerMac, 0x0806, {1, 2}));
  EXPECT_EQ(seen.protocol, 0x0806);
  EXPECT_EQ(seen.header_bytes, 14);
  EXPECT_EQ(seen.destination, kOurMac);
  EXPECT_EQ(seen.source, kPeerMac);
  EXPECT_FALSE(seen.is_made_up);
}

TEST_F(FrameViewTest, NamesIeee8023AsLinuxDoes) {
  EXPECT_EQ(view(ethernet(kOurMac, kPeerMac, 38, {0x42, 0x42, 3})).protocol, 4);
  EXPECT_EQ(view(ethernet(kOurMac, kPeerMac, 38, {0xff, 0xff, 3})).protocol, 1);
}

TEST_F(FrameViewTest, AFrameTooShortForAHeaderHasNone) {
  const FrameView seen = view(Frame(13, 0));
  EXPECT_EQ(seen.protocol, 0);
  EXPECT_EQ(seen.header_bytes, 0);
}

TEST_F(FrameViewTest, LoopbackHasAHeaderOfZeroAddressesMadeUp) {
  const FrameView seen = view_frame(*memory_, *table_.find(kLoopback), *packet_of({0x60, 0}));
  EXPECT_TRUE(seen.is_made_up);
  EXPECT_EQ(Frame(seen.header.begin(), seen.header.end()),
            test::hex("000000000000 000000000000 86dd"));
}

TEST_F(FrameViewTest, RawIpHasNoLinkHeader) {
  InterfaceSettings tun = device_settings("tun0");
  tun.layer = LinkLayer::kRawIp;
  const InterfaceId id = table_.add(tun).value();
  const FrameView seen = view_frame(*memory_, *table_.find(id), *packet_of({0x45, 0}));
  EXPECT_EQ(seen.protocol, 0x0800);
  EXPECT_EQ(seen.header_bytes, 0);
}

}  // namespace
}  // namespace tapstack::link
