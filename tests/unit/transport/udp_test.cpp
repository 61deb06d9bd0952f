#include "transport/udp.h"

#include "tests/unit/transport/udp_test.h"

namespace tapstack::transport {
namespace {

TEST_F(UdpTest, DeliversADatagramWithWhatIsKnownAboutIt) {
  const EndpointId id = bound(5000);
  arrive(udp(4000, 5000, text("hello")), {.ttl = 33, .tos = 8});
  DatagramInfo info;
  Frame bytes;
  ASSERT_TRUE(read(at(id), bytes, &info).ok());
  EXPECT_EQ(bytes, text("hello"));
  EXPECT_EQ(info.peer, (Endpoint{kPeer, Port{4000}}));
  EXPECT_EQ(info.local, IpAddress(kOurs));
  EXPECT_EQ(info.interface, ts0_);
  EXPECT_EQ(info.ttl, 33);
  EXPECT_EQ(info.tos, 8);
  EXPECT_EQ(info.full_bytes, 5u);
}

TEST_F(UdpTest, TellsTheOwnerOfNews) {
  bound(5000);
  mem::Index owner = 0;
  EXPECT_FALSE(udp_->take_news(owner));
  arrive(udp(4000, 5000, text("a")));
  arrive(udp(4000, 5000, text("b")));
  ASSERT_TRUE(udp_->take_news(owner));
  EXPECT_EQ(owner, 7u);
  EXPECT_FALSE(udp_->take_news(owner));
}

TEST_F(UdpTest, AcceptsADatagramWithoutChecksumAndOneWithTheRightOne) {
  const EndpointId id = bound(5000);
  arrive(udp(1, 5000, text("none"), 0));
  const Frame segment = udp(1, 5000, text("some"));
  arrive(udp(1, 5000, text("some"), udp_checksum(kPeer, kOurs, segment)));
  EXPECT_EQ(read(at(id)), text("none"));
  EXPECT_EQ(read(at(id)), text("some"));
}

TEST_F(UdpTest, DropsADatagramWithAWrongChecksum) {
  const EndpointId id = bound(5000);
  arrive(udp(1, 5000, text("bad"), 0x1234));
  EXPECT_TRUE(at(id).received.is_empty());
  EXPECT_EQ(drops(DropReason::kUdpBadChecksum), 1u);
  EXPECT_EQ(count(Mib::kUdpInCsumErrors), 1u);
}

TEST_F(UdpTest, CutsWhatIpCarriedBeyondTheUdpLength) {
  const EndpointId id = bound(5000);
  Frame segment = udp(1, 5000, text("four"));
  link::put(segment, text("trailer"));
  arrive(segment);
  EXPECT_EQ(read(at(id)), text("four"));
}

TEST_F(UdpTest, DropsALengthBeyondThePacketAndAHeaderThatIsCutOff) {
  bound(5000);
  Frame segment = udp(1, 5000, text("four"));
  net::set16(segment, 4, 100);
  arrive(segment);
  EXPECT_EQ(drops(DropReason::kUdpBadLength), 1u);
  arrive(Frame(7));
  EXPECT_EQ(drops(DropReason::kUdpTooShort), 1u);
}

TEST_F(UdpTest, AnswersPortUnreachableWhenNobodyListens) {
  arrive(udp(4000, 5000, text("x")));
  EXPECT_EQ(count(Mib::kUdpNoPorts), 1u);
  const Frame reply = sent_packet();
  ASSERT_GE(reply.size(), 28u);
  EXPECT_EQ(reply[9], 1);   // ICMP
  EXPECT_EQ(reply[20], 3);  // Destination Unreachable
  EXPECT_EQ(reply[21], 3);  // Port
}

TEST_F(UdpTest, ABroadcastThatNobodyWantsIsNotAnswered) {
  arrive(udp(4000, 5000, text("x")), {.destination = Ip4Address::limited_broadcast()});
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(drops(DropReason::kUdpNoPort), 1u);
}

TEST_F(UdpTest, ABroadcastReachesEveryoneOnThePort) {
  const EndpointId a = open();
  const EndpointId b = open();
  for (const EndpointId id : {a, b}) {
    at(id).settings.reuse_address = true;
    ASSERT_TRUE(udp_->bind(ctx_, *network_, id, {Ip4Address::any(), Port{5000}}).ok());
  }
  const EndpointId other = bound(5001);
  arrive(udp(1, 5000, text("all")), {.destination = Ip4Address::limited_broadcast()});
  EXPECT_EQ(read(at(a)), text("all"));
  EXPECT_EQ(read(at(b)), text("all"));
  EXPECT_TRUE(at(other).received.is_empty());
}

TEST_F(UdpTest, TheMoreIsFixedTheBetterTheMatch) {
  const EndpointId any = bound(5000);
  const EndpointId connected = open();
  at(connected).settings.reuse_address = true;
  at(any).settings.reuse_address = true;
  const Status status = udp_->bind(ctx_, *network_, connected, {kOurs, Port{5001}});
  ASSERT_TRUE(status.ok());
  ASSERT_TRUE(udp_->connect(ctx_, *network_, connected, {kPeer, Port{4000}}).ok());
  const EndpointId specific = open();
  ASSERT_EQ(udp_->bind(ctx_, *network_, specific, {kOurs, Port{5001}}).error(),
            Error::kAddressInUse);
  arrive(udp(4000, 5001, text("connected")));
  arrive(udp(4001, 5001, text("nobody")));
  arrive(udp(4000, 5000, text("any")));
  EXPECT_EQ(read(at(connected)), text("connected"));
  EXPECT_TRUE(at(connected).received.is_empty());
  EXPECT_EQ(read(at(any)), text("any"));
}

TEST_F(UdpTest, AHostThatAsksForItsAddressSendsFromNone) {  // RFC 2131 4.1
  const EndpointId id = bound(68);
  at(id).settings.broadcast = true;
  DatagramInfo where = to(Ip4Address::limited_broadcast(), 67);
  where.interface = ts0_;
  where.from_unspecified = true;
  ASSERT_TRUE(send(id, text("discover"), where).ok());
  const Frame packet = sent_packet(MacAddress::broadcast());
  EXPECT_EQ(net::get32(packet, 12), 0u);
  EXPECT_EQ(net::get32(packet, 16), 0xffffffffu);
}

TEST_F(UdpTest, FromNoneGoesByANamedInterfaceThatIsUpOnly) {
  const EndpointId id = bound(68);
  at(id).settings.broadcast = true;
  DatagramInfo where = to(Ip4Address::limited_broadcast(), 67);
  where.from_unspecified = true;
  EXPECT_EQ(send(id, text("x"), where).error(), Error::kNoDevice);
  where.interface = link::kLoopback;
  EXPECT_EQ(send(id, text("x"), where).error(), Error::kInvalid);
}

TEST_F(UdpTest, WhileConfiguringADatagramToAnOfferedAddressIsTaken) {  // RFC 2131 4.1
  const EndpointId id = bound(68);
  parts().interfaces.find(ts0_)->is_configuring = true;
  arrive(udp(67, 68, text("offer")), {.destination = kAbsent});
  EXPECT_EQ(read(at(id)), text("offer"));
  arrive(udp(67, 69, text("stray")), {.destination = kAbsent});
  EXPECT_TRUE(sent().empty());  // no Port Unreachable from an address that is not ours
}

TEST_F(UdpTest, SendsWithAChecksumThatCoversThePseudoHeader) {
  const EndpointId id = bound(5000);
  EXPECT_EQ(*send(id, text("hello"), to(kPeer, 4000)), 5u);
  const Frame packet = sent_packet();
  ASSERT_EQ(packet.size(), 20u + 8 + 5);
  EXPECT_EQ(net::get16(packet, 20), 5000u);
  EXPECT_EQ(net::get16(packet, 22), 4000u);
  EXPECT_EQ(net::get16(packet, 24), 13u);
  EXPECT_EQ(udp_checksum(kOurs, kPeer, net::tail(packet, 20)), 0);
  EXPECT_NE(net::get16(packet, 26), 0u);
}

TEST_F(UdpTest, SendsAChecksumOfZeroAsAllOnes) {
  const EndpointId id = bound(5000);
  // Two bytes that bring the sum to 0xffff: the complement would be 0, which means "none".
  const uint16_t without = udp_checksum(kOurs, kPeer, udp(5000, 4000, Frame{0, 0}));
  Frame data;
  link::put16(data, without);
  ASSERT_TRUE(send(id, data, to(kPeer, 4000)).ok());
  EXPECT_EQ(net::get16(sent_packet(), 26), 0xffffu);
}

TEST_F(UdpTest, SendsNoChecksumWhenAskedTo) {
  const EndpointId id = bound(5000);
  at(id).settings.no_checksum = true;
  ASSERT_TRUE(send(id, text("x"), to(kPeer, 4000)).ok());
  EXPECT_EQ(net::get16(sent_packet(), 26), 0u);
}

TEST_F(UdpTest, TheLargestDatagramGoesOutInFragments) {
  const EndpointId id = bound(5000);
  EXPECT_EQ(*send(id, test::pattern(udp_payload_max(Family::kIp4)), to(kPeer, 4000)), 65'507u);
  size_t bytes = 0;
  for (Frame packet = sent_packet(); !packet.empty(); packet = sent_packet()) {
    bytes += packet.size() - 20;
  }
  EXPECT_EQ(bytes, 65'515u);
  EXPECT_EQ(send(id, Frame(65'508), to(kPeer, 4000)).error(), Error::kMessageTooLong);
  expect_nothing_held();
}

TEST_F(UdpTest, WhatMustNotBeFragmentedIsTooLongAndSaysSoInTheErrorQueue) {
  const EndpointId id = bound(5000);
  at(id).settings.mtu_discover = MtuDiscover::kDo;
  at(id).settings.receive_errors = true;
  EXPECT_EQ(send(id, Frame(1473), to(kPeer, 4000)).error(), Error::kMessageTooLong);
  const auto error = at(id).errors.pop(*memory_);
  ASSERT_TRUE(error.ok());
  EXPECT_TRUE(error->is_local);
  EXPECT_EQ(error->error, Error::kMessageTooLong);
  EXPECT_EQ(error->info, 1500u);
  EXPECT_EQ(error->destination, (Endpoint{kPeer, Port{4000}}));
  ASSERT_TRUE(send(id, Frame(1472), to(kPeer, 4000)).ok());
  EXPECT_EQ(net::get16(sent_packet(), 6), net::kDf);
}

TEST_F(UdpTest, MoreToComeIsGatheredToOneDatagram) {  // MSG_MORE
  const EndpointId id = bound(5000);
  DatagramInfo more = to(kPeer, 4000);
  more.more = true;
  EXPECT_EQ(*send(id, text("one "), more), 4u);
  EXPECT_TRUE(sent_packet().empty());
  EXPECT_EQ(*send(id, text("two"), to(kAbsent, 1)), 3u);
  const Frame packet = sent_packet();
  EXPECT_EQ(net::get16(packet, 22), 4000u) << "where the first was for";
  EXPECT_EQ(net::get32(packet, 16), kPeer.value);
  EXPECT_EQ(net::tail(packet, 28), text("one two"));
  EXPECT_EQ(udp_checksum(kOurs, kPeer, net::tail(packet, 20)), 0);
  EXPECT_TRUE(sent_packet().empty());
  expect_nothing_held();
}

TEST_F(UdpTest, ACorkHoldsBackUntilItIsPushed) {  // UDP_CORK
  const EndpointId id = bound(5000);
  at(id).settings.cork = true;
  DatagramInfo first = to(kPeer, 4000);
  first.ttl = 9;
  ASSERT_TRUE(send(id, text("a"), first).ok());
  ASSERT_TRUE(send(id, text("b"), {}).ok());
  EXPECT_TRUE(sent_packet().empty());
  ASSERT_TRUE(udp_->push(ctx_, *network_, id).ok());
  const Frame packet = sent_packet();
  EXPECT_EQ(net::tail(packet, 28), text("ab"));
  EXPECT_EQ(packet[8], 9);
  ASSERT_TRUE(udp_->push(ctx_, *network_, id).ok());
  EXPECT_TRUE(sent_packet().empty());
}

TEST_F(UdpTest, WhatGetsTooLongIsThrownAway) {
  const EndpointId id = bound(5000);
  DatagramInfo more = to(kPeer, 4000);
  more.more = true;
  ASSERT_TRUE(send(id, Frame(65'500), more).ok());
  EXPECT_EQ(send(id, Frame(8), more).error(), Error::kMessageTooLong);
  ASSERT_TRUE(udp_->push(ctx_, *network_, id).ok());
  EXPECT_TRUE(sent_packet().empty());
  expect_nothing_held();
}

TEST_F(UdpTest, WhatIsHeldBackHasTheOptionsThatCameWithTheFirst) {
  const EndpointId id = bound(5000);
  net::PacketOptions options;
  ASSERT_TRUE(options.set(PacketHeader::kIp4Options, Frame{7, 7, 4, 0, 0, 0, 0, 0}).ok());
  DatagramInfo more = to(kPeer, 4000);
  more.more = true;
  more.options = &options;
  ASSERT_TRUE(send(id, text("a"), more).ok());
  ASSERT_TRUE(send(id, text("b"), {}).ok());
  const Frame packet = sent_packet();
  EXPECT_EQ(packet[0], 0x47);
  EXPECT_EQ(net::tail(packet, 36), text("ab"));
}

TEST_F(UdpTest, NothingIsHeldBackThatHasNowhereToGo) {
  const EndpointId id = bound(5000);
  DatagramInfo more;
  more.more = true;
  EXPECT_EQ(send(id, text("x"), more).error(), Error::kDestinationRequired);
  expect_nothing_held();
}

TEST_F(UdpTest, CloseThrowsAwayWhatIsHeldBack) {
  const EndpointId id = bound(5000);
  at(id).settings.cork = true;
  ASSERT_TRUE(send(id, text("x"), to(kPeer, 4000)).ok());
  udp_->close(ctx_, id);
  EXPECT_TRUE(sent_packet().empty());
  expect_nothing_held();
}

// As on Linux; here no more neighbours can be asked for (RFC 6583).
TEST_F(UdpTest, WhatIsLostOnItsWayOutIsToldToThoseWhoWantErrors) {
  const EndpointId id = bound(5000);
  const auto nth = [](size_t n) {
    return Ip4Address::from(10, 10, 10, static_cast<uint8_t>(100 + n));
  };
  for (size_t n = 0; n < kConfig.neighbours_unresolved; ++n) {
    ASSERT_TRUE(send(id, text("x"), to(nth(n), 4000)).ok());
  }
  EXPECT_EQ(count(Mib::kUdpSndbufErrors), 0u);
  EXPECT_EQ(*send(id, text("x"), to(kAbsent, 4000)), 1u);
  EXPECT_EQ(count(Mib::kUdpSndbufErrors), 1u);
  at(id).settings.receive_errors = true;
  EXPECT_EQ(send(id, text("x"), to(kAbsent, 4000)).error(), Error::kNoBuffers);
}

// udp_send_skb of Linux.
TEST_F(UdpTest, ASegmentIsNeverFragmentedAndHasAChecksum) {
  const EndpointId id = bound(5000);
  DatagramInfo segment = to(kPeer, 4000);
  segment.segmented_bytes = 3'000;
  EXPECT_EQ(send(id, Frame(1473), segment).error(), Error::kMessageTooLong);
  EXPECT_TRUE(send(id, Frame(1472), segment).ok());
  segment.segmented_bytes = 65'508;
  EXPECT_EQ(send(id, Frame(1472), segment).error(), Error::kMessageTooLong);
  segment.segmented_bytes = 20;
  at(id).settings.no_checksum = true;
  EXPECT_EQ(send(id, Frame(10), segment).error(), Error::kInvalid);
}

TEST_F(UdpTest, TtlAndTosAreTheDatagramsOrElseTheSockets) {
  const EndpointId id = bound(5000);
  at(id).settings.ttl = 9;
  at(id).settings.tos = 0x10;
  ASSERT_TRUE(send(id, text("x"), to(kPeer, 4000)).ok());
  Frame packet = sent_packet();
  EXPECT_EQ(packet[8], 9);
  EXPECT_EQ(packet[1], 0x10);
  DatagramInfo info = to(kPeer, 4000);
  info.ttl = 3;
  info.tos = 4;
  ASSERT_TRUE(send(id, text("x"), info).ok());
  packet = sent_packet();
  EXPECT_EQ(packet[8], 3);
  EXPECT_EQ(packet[1], 4);
}

TEST_F(UdpTest, BroadcastNeedsPermission) {
  const EndpointId id = bound(5000);
  const DatagramInfo everyone = to(Ip4Address::from(10, 10, 10, 255), 4000);
  EXPECT_EQ(send(id, text("x"), everyone).error(), Error::kAccess);
  at(id).settings.broadcast = true;
  EXPECT_TRUE(send(id, text("x"), everyone).ok());
}

TEST_F(UdpTest, SendingNeedsADestinationWithAPort) {
  const EndpointId id = open();
  EXPECT_EQ(send(id, text("x"), {}).error(), Error::kDestinationRequired);
  EXPECT_EQ(send(id, text("x"), to(kPeer, 0)).error(), Error::kInvalid);
}

TEST_F(UdpTest, SendingFromAnUnboundEndpointChoosesAPort) {
  const EndpointId id = open();
  ASSERT_TRUE(send(id, text("x"), to(kPeer, 4000)).ok());
  const uint16_t port = at(id).local.port.value;
  EXPECT_GE(port, kConfig.port_ephemeral_first);
  EXPECT_LE(port, kConfig.port_ephemeral_last);
  arrive(udp(4000, port, text("reply")));
  EXPECT_EQ(read(at(id)), text("reply"));
}

TEST_F(UdpTest, ConnectFixesBothEndsAndDisconnectUndoesIt) {
  const EndpointId id = open();
  ASSERT_TRUE(udp_->connect(ctx_, *network_, id, {kPeer, Port{4000}}).ok());
  EXPECT_EQ(at(id).local.address, IpAddress(kOurs));
  EXPECT_NE(at(id).local.port.value, 0);
  ASSERT_TRUE(send(id, text("x"), {}).ok());
  arrive(udp(4001, at(id).local.port.value, text("stranger")));
  EXPECT_TRUE(at(id).received.is_empty());
  udp_->disconnect(id);
  EXPECT_EQ(at(id).local, (Endpoint{Ip4Address::any(), Port{}}));
  EXPECT_EQ(send(id, text("x"), {}).error(), Error::kDestinationRequired);
}

TEST_F(UdpTest, DisconnectKeepsAPortThatWasBound) {
  const EndpointId id = bound(5000);
  ASSERT_TRUE(udp_->connect(ctx_, *network_, id, {kPeer, Port{4000}}).ok());
  udp_->disconnect(id);
  arrive(udp(4001, 5000, text("anyone")));
  EXPECT_EQ(read(at(id)), text("anyone"));
}

TEST_F(UdpTest, BindTwiceAndToForeignAddressesFails) {
  const EndpointId id = bound(5000);
  EXPECT_EQ(udp_->bind(ctx_, *network_, id, {Ip4Address::any(), Port{5001}}).error(),
            Error::kInvalid);
  const EndpointId other = open();
  EXPECT_EQ(udp_->bind(ctx_, *network_, other, {kPeer, Port{5001}}).error(),
            Error::kAddressNotAvailable);
  EXPECT_EQ(udp_->bind(ctx_, *network_, other, {Ip4Address::any(), Port{5000}}).error(),
            Error::kAddressInUse);
}

TEST_F(UdpTest, APortUnreachableReachesAConnectedEndpointOnce) {
  const EndpointId id = bound(5000);
  ASSERT_TRUE(udp_->connect(ctx_, *network_, id, {kPeer, Port{4000}}).ok());
  udp_->on_icmp_error(ctx_, icmp_error(17, udp(5000, 4000, text("x"))));
  EXPECT_EQ(send(id, text("x"), {}).error(), Error::kConnectionRefused);
  EXPECT_TRUE(send(id, text("x"), {}).ok());
  EXPECT_TRUE(at(id).errors.is_empty());
}

TEST_F(UdpTest, AnUnconnectedEndpointHearsOfErrorsOnlyInItsErrorQueue) {
  const EndpointId id = bound(5000);
  udp_->on_icmp_error(ctx_, icmp_error(17, udp(5000, 4000, text("x"))));
  EXPECT_EQ(at(id).pending_error, Error::kNone);
  at(id).settings.receive_errors = true;
  udp_->on_icmp_error(ctx_, icmp_error(17, udp(5000, 4000, text("data"))));
  EXPECT_EQ(take_error(at(id)), Error::kConnectionRefused);
  const auto error = at(id).errors.pop(*memory_);
  ASSERT_TRUE(error.ok());
  EXPECT_EQ(error->type, 3);
  EXPECT_EQ(error->code, 3);
  EXPECT_EQ(error->reporter, IpAddress(kPeer));
  EXPECT_EQ(error->destination, (Endpoint{kPeer, Port{4000}}));
  EXPECT_EQ(Frame(error->payload, error->payload + error->payload_bytes), text("data"));
}

TEST_F(UdpTest, AnErrorAboutADatagramThatNobodySentIsIgnored) {
  const EndpointId id = bound(5000);
  ASSERT_TRUE(udp_->connect(ctx_, *network_, id, {kPeer, Port{4000}}).ok());
  udp_->on_icmp_error(ctx_, icmp_error(17, udp(5000, 4001, text("x"))));
  udp_->on_icmp_error(ctx_, icmp_error(17, Frame(7)));
  EXPECT_EQ(at(id).pending_error, Error::kNone);
}

TEST_F(UdpTest, AFullQueueDropsAndCounts) {
  const EndpointId id = bound(5000);
  at(id).settings.receive_buffer_bytes = 10'000;
  for (int n = 0; n < 100; ++n) arrive(udp(1, 5000, Frame(200)));
  EXPECT_LT(at(id).received.count(), 10u);
  EXPECT_LE(at(id).received.charged_bytes(), 10'000u);
  EXPECT_EQ(at(id).received.count() + at(id).received.drops(), 100u);
  EXPECT_EQ(count(Mib::kUdpRcvbufErrors), at(id).received.drops());
}

TEST_F(UdpTest, DatagramsNeverTakeTheReserve) {
  const EndpointId id = bound(5000);
  at(id).settings.receive_buffer_bytes = 1u << 30;
  for (size_t n = 0; n < 2 * kConfig.packets; ++n) arrive(udp(1, 5000, Frame(200)));
  EXPECT_GE(kConfig.packets - memory_->packets_used(), kConfig.packets_reserved);
  EXPECT_GE(kConfig.blocks - memory_->blocks_used(), kConfig.blocks_reserved);
  udp_->close(ctx_, id);
  expect_nothing_held();
}

TEST_F(UdpTest, ADatagramLongerThanTheProgramsBufferIsCut) {
  const EndpointId id = bound(5000);
  arrive(udp(1, 5000, text("truncated")));
  Frame bytes;
  DatagramInfo info;
  ASSERT_EQ(*read(at(id), bytes, &info, true, 5), 5u);
  EXPECT_EQ(info.full_bytes, 9u);
  ASSERT_EQ(*read(at(id), bytes, &info, false, 5), 5u);
  EXPECT_EQ(bytes, text("trunc"));
  EXPECT_EQ(read(at(id), bytes).error(), Error::kWouldBlock);
}

TEST_F(UdpTest, ClosingGivesThePortBack) {
  udp_->close(ctx_, bound(5000));
  bound(5000);
  EXPECT_EQ(udp_->used(), 1u);
}

TEST_F(UdpTest, OpenFailsWhenThereAreNoMoreEndpoints) {
  for (size_t n = 0; n < kConfig.udp_endpoints; ++n) open();
  EXPECT_EQ(udp_->open(Family::kIp4, 17, 0).error(), Error::kNoBuffers);
}

TEST_F(UdpTest, TellsOfTheOptionsOfAPacketAndNotOfItsPayloadAlone) {
  const EndpointId id = bound(5000);
  const Frame route = {7, 7, 4, 0, 0, 0, 0, 0};
  arrive(udp(4000, 5000, text("hello")), {.options = route});
  EXPECT_EQ(at(id).received.front_bytes(*memory_), 5u);
  uint8_t room[40];
  DatagramInfo info;
  info.options_room = room;
  Frame bytes;
  ASSERT_TRUE(read(at(id), bytes, &info, true, 3).ok());
  EXPECT_EQ(bytes, text("hel"));
  ASSERT_TRUE(read(at(id), bytes, &info).ok());
  EXPECT_EQ(bytes, text("hello"));
  EXPECT_EQ(info.full_bytes, 5u);
  EXPECT_EQ(Frame(room, room + info.option_bytes), route);
}

TEST_F(UdpTest, SendsWithTheOptionsOfTheEndpointOrThoseOfTheDatagram) {
  const EndpointId id = bound(5000);
  const Frame none = {1, 1, 1, 0};
  const Frame route = {7, 7, 4, 0, 0, 0, 0, 0};
  ASSERT_TRUE(at(id).options.set(ctx_, PacketHeader::kIp4Options, none).ok());
  ASSERT_TRUE(send(id, text("a"), to(kPeer, 9)).ok());
  Frame packet = sent_packet();
  EXPECT_EQ(packet[0], 0x46);
  EXPECT_EQ(net::head(net::tail(packet, 20), 4), none);
  EXPECT_EQ(net::get16(packet, 24), 5000u) << "UDP begins behind the options";
  net::PacketOptions own;
  ASSERT_TRUE(own.set(PacketHeader::kIp4Options, route).ok());
  DatagramInfo info = to(kPeer, 9);
  info.options = &own;
  ASSERT_TRUE(send(id, text("a"), info).ok());
  packet = sent_packet();
  EXPECT_EQ(packet[0], 0x47);
  EXPECT_EQ(net::get32(packet, 23), kOurs.value);
}

TEST_F(UdpTest, EachOfThoseThatShareAPortGetsItsFlows) {
  EndpointId members[4];
  for (EndpointId& id : members) {
    id = open();
    at(id).settings.reuse_port = true;
    ASSERT_TRUE(udp_->bind(ctx_, *network_, id, {Ip4Address::any(), Port{5000}}).ok());
  }
  for (unsigned port = 1000; port < 1200; ++port) arrive(udp(port, 5000, text("x")));
  for (const EndpointId id : members) {
    unsigned got = 0;
    for (Frame bytes; read(at(id), bytes).ok();) ++got;
    EXPECT_GT(got, 25u);
  }
}

TEST_F(UdpTest, AFlowStaysWithItsMemberOfASharedPort) {
  EndpointId members[2];
  for (EndpointId& id : members) {
    id = open();
    at(id).settings.reuse_port = true;
    ASSERT_TRUE(udp_->bind(ctx_, *network_, id, {Ip4Address::any(), Port{5000}}).ok());
  }
  for (int i = 0; i < 8; ++i) arrive(udp(1000, 5000, text("x")));
  EXPECT_NE(at(members[0]).received.is_empty(), at(members[1]).received.is_empty());
}

}  // namespace
}  // namespace tapstack::transport
