#include "transport/datagram_endpoint.h"

#include "tests/unit/transport/transport_test.h"

namespace tapstack::transport {
namespace {

class DatagramEndpointTest : public TransportTest {
 protected:
  DatagramEndpointTest() {
    endpoint_.protocol = 17;
    endpoint_.local.address = Ip4Address::any();
    learn_peer();
  }
  Result<Target> target(const DatagramInfo& info) {
    return choose_target(ctx_, *network_, endpoint_, info);
  }
  DatagramEndpoint endpoint_;
};

TEST_F(DatagramEndpointTest, ADestinationIsTheDatagramsOrThePeers) {
  EXPECT_EQ(target({}).error(), Error::kDestinationRequired);
  EXPECT_EQ(target(to(kPeer, 5))->to, (Endpoint{kPeer, Port{5}}));
  endpoint_.is_connected = true;
  endpoint_.remote = {kAbsent, Port{6}};
  EXPECT_EQ(target({})->to, (Endpoint{kAbsent, Port{6}}));
  EXPECT_EQ(target(to(kPeer, 5))->to, (Endpoint{kPeer, Port{5}}));
}

TEST_F(DatagramEndpointTest, ASourceOfTheOtherFamilyReachesNoDestination) {
  DatagramInfo info = to(kPeer);
  info.local = Ip6Address::loopback();
  EXPECT_EQ(target(info).error(), Error::kNetworkUnreachable);
}

TEST_F(DatagramEndpointTest, TheSourceIsTheOneAskedForIfItCanBeOne) {
  DatagramInfo info = to(kPeer);
  info.local = kOurs;
  EXPECT_EQ(target(info)->route.source, IpAddress(kOurs));
  info.local = kAbsent;
  EXPECT_EQ(target(info).error(), Error::kAddressNotAvailable);
  info.local = IpAddress();
  endpoint_.local.address = Ip4Address::limited_broadcast();  // bound to receive broadcasts
  EXPECT_EQ(target(info)->route.source, IpAddress(kOurs));
}

TEST_F(DatagramEndpointTest, DontRouteRefusesWhatIsNotOnLink) {
  DatagramInfo info = to(net::kFar);
  EXPECT_TRUE(target(info).ok());
  info.dont_route = true;
  EXPECT_EQ(target(info).error(), Error::kNetworkUnreachable);
  info.peer.address = kPeer;
  EXPECT_TRUE(target(info).ok());
}

TEST_F(DatagramEndpointTest, MulticastHasATtlOfItsOwn) {
  endpoint_.settings.ttl = 40;
  endpoint_.settings.multicast_ttl = 7;
  EXPECT_EQ(target(to(Ip4Address::from(239, 1, 2, 3)))->params.ttl, 7);
  EXPECT_EQ(target(to(kPeer))->params.ttl, 40);
}

TEST_F(DatagramEndpointTest, PathMtuDiscoveryFollowsTheSetting) {
  endpoint_.settings.mtu_discover = MtuDiscover::kDont;
  EXPECT_FALSE(target(to(kPeer))->params.discover_path_mtu);
  EXPECT_FALSE(target(to(kPeer))->params.dont_fragment);
  endpoint_.settings.mtu_discover = MtuDiscover::kWant;
  EXPECT_TRUE(target(to(kPeer))->params.discover_path_mtu);
  endpoint_.settings.mtu_discover = MtuDiscover::kDo;
  EXPECT_TRUE(target(to(kPeer))->params.dont_fragment);
  endpoint_.settings.mtu_discover = MtuDiscover::kProbe;
  EXPECT_TRUE(target(to(kPeer))->params.ignore_path_mtu);
}

TEST_F(DatagramEndpointTest, APendingErrorComesBeforeDataAndOnce) {
  ASSERT_TRUE(endpoint_.received.push(ctx_, packet_of(text("data")), 100'000,
                                      DropReason::kUdpReceiveQueueFull));
  endpoint_.pending_error = Error::kConnectionRefused;
  Frame bytes;
  EXPECT_EQ(read(endpoint_, bytes).error(), Error::kConnectionRefused);
  EXPECT_EQ(read(endpoint_), text("data"));
}

TEST_F(DatagramEndpointTest, EachQueuedErrorMakesTheNextOnePending) {
  DatagramEndpoint endpoint;
  QueuedError error;
  error.error = Error::kHostUnreachable;
  for (int n = 0; n < 2; ++n) endpoint.errors.push(ctx_, error);
  endpoint.pending_error = Error::kHostUnreachable;
  EXPECT_EQ(take_error(endpoint), Error::kHostUnreachable);
  ASSERT_TRUE(take_queued_error(*memory_, endpoint).ok());
  EXPECT_EQ(take_error(endpoint), Error::kHostUnreachable);
  ASSERT_TRUE(take_queued_error(*memory_, endpoint).ok());
  EXPECT_EQ(take_error(endpoint), Error::kNone);
  EXPECT_EQ(take_queued_error(*memory_, endpoint).error(), Error::kWouldBlock);
}

TEST_F(DatagramEndpointTest, FragmentationNeededIsForThoseWhoDiscover) {
  net::IcmpError error = icmp_error(17, udp(1, 2, {}), 4);
  error.error = Error::kMessageTooLong;
  error.mtu_bytes = 1400;
  endpoint_.is_connected = true;
  endpoint_.settings.mtu_discover = MtuDiscover::kDont;
  EXPECT_FALSE(on_icmp_error(ctx_, endpoint_, error, 8, Port{2}));
  endpoint_.settings.mtu_discover = MtuDiscover::kDo;
  EXPECT_TRUE(on_icmp_error(ctx_, endpoint_, error, 8, Port{2}));
  EXPECT_EQ(take_error(endpoint_), Error::kMessageTooLong);
}

TEST_F(DatagramEndpointTest, BindingIsForOwnBroadcastAndMulticastAddresses) {
  for (const Ip4Address good :
       {Ip4Address::any(), kOurs, Ip4Address::loopback(), Ip4Address::limited_broadcast(),
        Ip4Address::from(10, 10, 10, 255), Ip4Address::from(224, 0, 0, 251)}) {
    EXPECT_TRUE(check_bind_address(*network_, endpoint_, good).ok());
  }
  EXPECT_EQ(check_bind_address(*network_, endpoint_, kPeer).error(), Error::kAddressNotAvailable);
  EXPECT_EQ(check_bind_address(*network_, endpoint_, IpAddress()).error(),
            Error::kAddressFamilyNotSupported);
}

TEST_F(DatagramEndpointTest, APacketIsMadeOfAllPartsOrNotAtAll) {
  const Frame a = text("ab"), b = text("cde");
  const mem::ConstBytes parts[] = {a, {}, b};
  EXPECT_EQ(total_bytes(parts), 5u);
  const auto index = packet_from(ctx_, parts);
  ASSERT_TRUE(index.ok());
  EXPECT_EQ(bytes_of(*memory_->adopt(*index)), text("abcde"));
  const Frame huge(kConfig.blocks * kConfig.block_bytes);
  const mem::ConstBytes too_much[] = {a, huge};
  EXPECT_EQ(packet_from(ctx_, too_much).error(), Error::kNoBuffers);
  expect_nothing_held();
}

}  // namespace
}  // namespace tapstack::transport
