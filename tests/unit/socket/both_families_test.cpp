// Sockets of both families (RFC 3493 3.7): one that is opened for IPv6 talks IPv4, too.
#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

Endpoint any6(uint16_t port) { return {Ip6Address::any(), Port{port}}; }
Endpoint mapped_local(uint16_t port) {
  return {Ip6Address::mapped(Ip4Address::loopback()), Port{port}};
}

DatagramInfo to(const Endpoint& peer) {
  DatagramInfo info;
  info.peer = peer;
  return info;
}

class BothFamilies : public SocketTest {
 protected:
  SocketId open6(SocketKind kind, uint8_t protocol = 0) {
    const auto id = socket::open(env(), {Family::kIp6, kind, protocol});
    EXPECT_TRUE(id.ok());
    return *id;
  }
  SocketId udp6(uint16_t port) {
    const SocketId id = open6(SocketKind::kUdp);
    EXPECT_TRUE(bind(env(), id, any6(port)).ok());
    return id;
  }
};

Endpoint local6(uint16_t port) { return {Ip6Address::loopback(), Port{port}}; }

TEST_F(BothFamilies, AStreamOverIp6CarriesItsBytes) {
  const SocketId server = open6(SocketKind::kTcp);
  ASSERT_TRUE(bind(env(), server, any6(80)).ok());
  ASSERT_TRUE(listen(env(), server, 4).ok());
  const SocketId client = open6(SocketKind::kTcp);
  EXPECT_EQ(connect(env(), client, local6(80)).error(), Error::kInProgress);
  run();
  const auto accepted = accept(env(), server);
  ASSERT_TRUE(accepted.ok());
  EXPECT_EQ(remote_endpoint(view(), client)->address, IpAddress(Ip6Address::loopback()));
  ASSERT_TRUE(send(client, text("six")).ok());
  run();
  EXPECT_EQ(read(*accepted), text("six"));
}

// Linux: the unspecified address as a peer means this host.
TEST_F(BothFamilies, ConnectToTheUnspecifiedAddressIsToTheLoopbackOfItsFamily) {
  const SocketId six = open6(SocketKind::kUdp);
  ASSERT_TRUE(connect(env(), six, any6(53)).ok());
  EXPECT_EQ(*remote_endpoint(view(), six), local6(53));
  const SocketId four = open6(SocketKind::kUdp);
  const Endpoint mapped_any{Ip6Address::mapped(Ip4Address::any()), Port{53}};
  ASSERT_TRUE(connect(env(), four, mapped_any).ok());
  EXPECT_EQ(*remote_endpoint(view(), four), local_port(53));
}

// RFC 3493 5.1: the hop limit is the socket's for IPv6.
TEST_F(BothFamilies, ADatagramOverIp6SaysWhereItCameFrom) {
  const SocketId server = udp6(53);
  const SocketId client = open6(SocketKind::kUdp);
  ASSERT_TRUE(set_option(env(), client, Option::kIp6HopLimit, 9).ok());
  ASSERT_TRUE(set_option(env(), client, Option::kIp6TrafficClass, 0x20).ok());
  ASSERT_TRUE(set_option(env(), client, Option::kTtl, 5).ok());
  ASSERT_TRUE(send(client, text("six"), to(local6(53))).ok());
  run();
  Frame bytes(10);
  const mem::Bytes parts[] = {bytes};
  DatagramInfo info;
  ASSERT_TRUE(socket::receive(env(), server, {.parts = parts, .info = &info}).ok());
  EXPECT_EQ(info.peer.address, IpAddress(Ip6Address::loopback()));
  EXPECT_EQ(info.ttl, 9);
  EXPECT_EQ(info.tos, 0x20);
}

// RFC 3542 6.1, as on Linux: whether there is such an interface shows when something is sent by it,
// and IPv4 has nothing to do with it.
TEST_F(BothFamilies, WhatIp6SendsLeavesByTheInterfaceOfThePacketInformation) {
  udp6(53);
  const SocketId client = open6(SocketKind::kUdp);
  const auto leave_by = [&](int64_t interface) {
    return set_option(env(), client, Option::kIp6PacketInterface, interface).error();
  };
  const Error no_way = Error::kNetworkUnreachable;
  for (const int64_t missing : {int64_t{77}, int64_t{1'000'000}}) {
    EXPECT_EQ(leave_by(missing), Error::kNone);
    EXPECT_EQ(send(client, text("six"), to(local6(53))).error(), no_way);
    EXPECT_TRUE(send(client, text("four"), to(mapped_local(53))).ok());
  }
  EXPECT_EQ(leave_by(link::kLoopback.value), Error::kNone);
  EXPECT_TRUE(send(client, text("six"), to(local6(53))).ok());
  EXPECT_EQ(leave_by(-1), Error::kInvalid);
  ASSERT_TRUE(set_option(env(), client, Option::kBindInterface, link::kLoopback.value).ok());
  EXPECT_EQ(leave_by(0), Error::kInvalid);
  const SocketId raw = open6(SocketKind::kRaw, wire::ip_protocol::kUdp);
  EXPECT_EQ(set_option(env(), raw, Option::kIp6PacketInterface, 1).error(),
            Error::kNoProtocolOption);
}

// RFC 6437 3: a label that the program chose, or none, or one of ours.
TEST_F(BothFamilies, TheFlowLabelIsThePrograms) {
  const SocketId server = udp6(53);
  const SocketId client = open6(SocketKind::kUdp);
  const auto label_of_next = [&](uint32_t asked) {
    DatagramInfo request = to(local6(53));
    request.flow_label = asked;
    EXPECT_TRUE(send(client, text("six"), request).ok());
    run();
    Frame bytes(10);
    const mem::Bytes parts[] = {bytes};
    DatagramInfo info;
    EXPECT_TRUE(socket::receive(env(), server, {.parts = parts, .info = &info}).ok());
    return info.flow_label;
  };
  EXPECT_NE(label_of_next(0), 0u);
  EXPECT_NE(label_of_next(0xabcde), 0xabcdeu);  // nobody said that it counts
  ASSERT_TRUE(set_option(env(), client, Option::kIp6FlowInfoSend, 1).ok());
  EXPECT_EQ(label_of_next(0xabcde), 0xabcdeu);
  ASSERT_TRUE(set_option(env(), client, Option::kIp6AutoFlowLabel, 0).ok());
  EXPECT_EQ(label_of_next(0), 0u);
}

// Linux has these for each family.
TEST_F(BothFamilies, OptionsOfMulticastAreThoseOfOneFamily) {
  constexpr std::pair<Option, Option> kPairs[] = {
      {Option::kMulticastLoop, Option::kIp6MulticastLoop},
      {Option::kMulticastAll, Option::kIp6MulticastAll},
      {Option::kMulticastInterface, Option::kIp6MulticastInterface},
      {Option::kUnicastInterface, Option::kIp6UnicastInterface},
      {Option::kMinTtl, Option::kIp6MinHops},
  };
  for (const auto& [four, six] : kPairs) {
    const SocketId id = open6(SocketKind::kUdp);
    const int64_t before = *get_option(view(), id, ctx_.now, four);
    const int64_t other = before == 0 ? 1 : 0;
    ASSERT_TRUE(set_option(env(), id, six, other).ok());
    EXPECT_EQ(*get_option(view(), id, ctx_.now, four), before);
    EXPECT_EQ(*get_option(view(), id, ctx_.now, six), other);
  }
}

// RFC 3542 11.1.
TEST_F(BothFamilies, AProgramMayLowerTheMtuButNotBelowThatOfEveryLink) {
  const SocketId id = open6(SocketKind::kUdp);
  EXPECT_EQ(set_option(env(), id, Option::kIp6Mtu, 1279).error(), Error::kInvalid);
  ASSERT_TRUE(set_option(env(), id, Option::kIp6Mtu, 1280).ok());
  ASSERT_TRUE(set_option(env(), id, Option::kIp6DontFragment, 1).ok());
  EXPECT_EQ(send(id, Frame(1280 - 48 + 1), to(local6(53))).error(), Error::kMessageTooLong);
  EXPECT_TRUE(send(id, Frame(1280 - 48), to(local6(53))).ok());
}

TEST_F(BothFamilies, TheLargestDatagramOverIp6IsTwentyBytesMoreThanIp4s) {
  const SocketId id = open6(SocketKind::kUdp);
  EXPECT_EQ(send(id, Frame(65'528), to(local6(53))).error(), Error::kMessageTooLong);
  EXPECT_EQ(send(id, Frame(65'508), to(mapped_local(53))).error(), Error::kMessageTooLong);
  EXPECT_EQ(*send(id, Frame(65'508), to(local6(53))), 65'508u);
}

TEST_F(BothFamilies, PortUnreachableOfIp6RefusesAConnectedDatagramSocket) {
  const SocketId id = open6(SocketKind::kUdp);
  ASSERT_TRUE(connect(env(), id, local6(9)).ok());
  ASSERT_TRUE(send(id, text("x")).ok());
  run();
  EXPECT_EQ(take_error(env(), id), Error::kConnectionRefused);
}

// RFC 4443 4: types 128 and 129; the stack owns identifier and checksum.
TEST_F(BothFamilies, APingSocketOfIp6IsAnswered) {
  const SocketId id = open6(SocketKind::kPing);
  const Frame request{128, 0, 0, 0, 0, 0, 0, 7, 'd', 'a', 't', 'a'};
  ASSERT_TRUE(send(id, request, to(local6(0))).ok());
  run();
  const Frame reply = read(id);
  ASSERT_EQ(reply.size(), request.size());
  EXPECT_EQ(reply[0], 129);
  EXPECT_EQ(reply[7], 7);
}

TEST_F(BothFamilies, APingSocketOfIp6SendsNoRequestOfIp4) {
  const SocketId id = open6(SocketKind::kPing);
  EXPECT_EQ(send(id, Frame{8, 0, 0, 0, 0, 0, 0, 7}, to(local6(0))).error(), Error::kInvalid);
}

// RFC 3542 3: no header in front of what is read, and the checksum of ICMPv6 is the stack's.
TEST_F(BothFamilies, ARawIcmp6SocketSeesMessagesWithoutHeader) {
  const SocketId id = open6(SocketKind::kRaw, wire::ip_protocol::kIcmp6);
  const Frame request{128, 0, 0xde, 0xad, 0, 1, 0, 7};
  ASSERT_TRUE(send(id, request, to(local6(0))).ok());
  run();
  EXPECT_EQ(read(id)[0], 128);
  EXPECT_EQ(read(id)[0], 129) << "answered, so the checksum was right";
}

// RFC 3542 3.2.
TEST_F(BothFamilies, FilteredTypesOfIcmp6DoNotReachARawSocket) {
  const SocketId id = open6(SocketKind::kRaw, wire::ip_protocol::kIcmp6);
  transport::Icmp6Filter filter{};
  filter[128 / 32] = 1u << 128 % 32;
  ASSERT_TRUE(set_icmp6_filter(env(), id, filter).ok());
  ASSERT_TRUE(send(id, Frame{128, 0, 0, 0, 0, 1, 0, 7}, to(local6(0))).ok());
  run();
  EXPECT_EQ(read(id)[0], 129);
  EXPECT_EQ(receive_error(id), Error::kWouldBlock);
}

TEST_F(BothFamilies, ARawSocketWithAChecksumOffsetSendsAndTakesGoodOnesOnly) {
  const SocketId with = open6(SocketKind::kRaw, 200);
  const SocketId without = open6(SocketKind::kRaw, 200);
  ASSERT_TRUE(set_option(env(), with, Option::kIp6Checksum, 2).ok());
  ASSERT_TRUE(send(without, Frame{1, 2, 3, 4, 5}, to(local6(0))).ok());
  run();
  EXPECT_EQ(receive_error(with), Error::kWouldBlock) << "3, 4 is no checksum of it";
  EXPECT_EQ(read(without).size(), 5u);
  ASSERT_TRUE(send(with, Frame{1, 2, 0, 0, 5}, to(local6(0))).ok());
  run();
  EXPECT_EQ(read(with).size(), 5u);
  EXPECT_EQ(send(with, Frame{1, 2, 3}, to(local6(0))).error(), Error::kInvalid);
}

TEST_F(BothFamilies, ARawSocketOfOneFamilySeesNothingOfTheOther) {
  const SocketId four = open(SocketKind::kRaw, 200);
  const SocketId six = open6(SocketKind::kRaw, 200);
  ASSERT_TRUE(send(six, text("six"), to(local6(0))).ok());
  run();
  EXPECT_EQ(receive_error(four), Error::kWouldBlock);
  EXPECT_EQ(read(six), text("six"));
}

TEST_F(BothFamilies, AFreshSocketIsAtTheUnspecifiedIp6Address) {
  EXPECT_EQ(*local_endpoint(view(), open6(SocketKind::kTcp)), any6(0));
  EXPECT_EQ(*local_endpoint(view(), open6(SocketKind::kUdp)), any6(0));
}

TEST_F(BothFamilies, AListenerAtAnyAcceptsAnIp4Peer) {
  const SocketId server = open6(SocketKind::kTcp);
  ASSERT_TRUE(bind(env(), server, any6(80)).ok());
  ASSERT_TRUE(listen(env(), server, 4).ok());
  const SocketId client = tcp();
  EXPECT_EQ(connect(env(), client, local_port(80)).error(), Error::kInProgress);
  run();
  const auto accepted = accept(env(), server);
  ASSERT_TRUE(accepted.ok());
  EXPECT_EQ(*local_endpoint(view(), *accepted), local_port(80));
  EXPECT_EQ(remote_endpoint(view(), *accepted)->address, IpAddress(Ip4Address::loopback()));
}

TEST_F(BothFamilies, AnIp6OnlyListenerRefusesAnIp4Peer) {
  const SocketId server = open6(SocketKind::kTcp);
  ASSERT_TRUE(set_option(env(), server, Option::kIp6Only, 1).ok());
  ASSERT_TRUE(bind(env(), server, any6(80)).ok());
  ASSERT_TRUE(listen(env(), server, 4).ok());
  const SocketId client = tcp();
  EXPECT_EQ(connect(env(), client, local_port(80)).error(), Error::kInProgress);
  run();
  EXPECT_EQ(take_error(env(), client), Error::kConnectionRefused);
}

TEST_F(BothFamilies, ConnectToAMappedAddressIsAnIp4Connection) {
  const SocketId server = listener(80);
  const SocketId client = open6(SocketKind::kTcp);
  EXPECT_EQ(connect(env(), client, mapped_local(80)).error(), Error::kInProgress);
  run();
  EXPECT_TRUE(accept(env(), server).ok());
  EXPECT_EQ(*remote_endpoint(view(), client), local_port(80));
}

TEST_F(BothFamilies, AListenerOfTheFamilyComesBeforeOneOfBoth) {
  const SocketId both = open6(SocketKind::kTcp);
  const SocketId four = tcp();
  for (const SocketId id : {both, four}) {
    ASSERT_TRUE(set_option(env(), id, Option::kReusePort, 1).ok());
  }
  ASSERT_TRUE(bind(env(), four, {Ip4Address::any(), Port{80}}).ok());
  ASSERT_TRUE(listen(env(), four, 4).ok());
  ASSERT_TRUE(bind(env(), both, any6(80)).ok());
  ASSERT_TRUE(listen(env(), both, 4).ok());
  const SocketId client = tcp();
  EXPECT_EQ(connect(env(), client, local_port(80)).error(), Error::kInProgress);
  run();
  EXPECT_TRUE(accept(env(), four).ok());
  EXPECT_EQ(accept(env(), both).error(), Error::kWouldBlock);
}

TEST_F(BothFamilies, DatagramsComeFromEitherFamilyInTheirOwnForm) {
  const SocketId server = udp6(53);
  const SocketId client = open(SocketKind::kUdp);
  ASSERT_TRUE(send(client, text("four"), to(local_port(53))).ok());
  run();
  Frame bytes(10);
  const mem::Bytes parts[] = {bytes};
  DatagramInfo info;
  ASSERT_TRUE(socket::receive(env(), server, {.parts = parts, .info = &info}).ok());
  EXPECT_EQ(info.peer.address, IpAddress(Ip4Address::loopback()));
  EXPECT_EQ(info.local, IpAddress(Ip4Address::loopback()));
}

TEST_F(BothFamilies, AnIp6OnlySocketHasNoWayToIp4) {
  const SocketId id = open6(SocketKind::kUdp);
  ASSERT_TRUE(set_option(env(), id, Option::kIp6Only, 1).ok());
  EXPECT_EQ(connect(env(), id, mapped_local(53)).error(), Error::kNetworkUnreachable);
  EXPECT_EQ(send(id, text("x"), to(mapped_local(53))).error(), Error::kNetworkUnreachable);
  EXPECT_EQ(bind(env(), id, mapped_local(53)).error(), Error::kInvalid);
}

TEST_F(BothFamilies, BoundToAnIp4AddressThereIsNoWayToIp6) {
  const SocketId udp = open6(SocketKind::kUdp);
  ASSERT_TRUE(bind(env(), udp, mapped_local(0)).ok());
  const Endpoint six{Ip6Address::loopback(), Port{53}};
  EXPECT_EQ(connect(env(), udp, six).error(), Error::kNetworkUnreachable);
  const SocketId stream = open6(SocketKind::kTcp);
  ASSERT_TRUE(bind(env(), stream, mapped_local(0)).ok());
  EXPECT_EQ(connect(env(), stream, six).error(), Error::kNetworkUnreachable);
}

TEST_F(BothFamilies, DisconnectedASocketIsAtTheUnspecifiedIp6AddressAgain) {
  const SocketId id = open6(SocketKind::kUdp);
  ASSERT_TRUE(connect(env(), id, mapped_local(53)).ok());
  EXPECT_EQ(local_endpoint(view(), id)->address, IpAddress(Ip4Address::loopback()));
  ASSERT_TRUE(connect(env(), id, {}).ok());
  EXPECT_EQ(local_endpoint(view(), id)->address, IpAddress(Ip6Address::any()));
}

// RFC 3493 5.3, Linux.
TEST_F(BothFamilies, Ip6OnlyIsSetBeforeThereIsAPort) {
  const SocketId id = udp6(53);
  EXPECT_EQ(set_option(env(), id, Option::kIp6Only, 1).error(), Error::kInvalid);
  EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kIp6Only), 0);
}

TEST_F(BothFamilies, AnIp4SocketHasNoneOfIp6sOptions) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_EQ(set_option(env(), id, Option::kIp6HopLimit, 3).error(), Error::kNoProtocolOption);
  EXPECT_EQ(get_option(view(), id, ctx_.now, Option::kIp6Only).error(), Error::kNoProtocolOption);
}

// RFC 3493 5.2: [0, 255], -1 is 1 again.
TEST_F(BothFamilies, MulticastsHaveAHopLimitOfTheirOwn) {
  const SocketId id = open6(SocketKind::kUdp);
  EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kIp6MulticastHops), 1);
  ASSERT_TRUE(set_option(env(), id, Option::kIp6MulticastHops, 0).ok());
  EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kIp6MulticastHops), 0);
  ASSERT_TRUE(set_option(env(), id, Option::kIp6MulticastHops, -1).ok());
  EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kIp6MulticastHops), 1);
}

TEST_F(BothFamilies, EachFamilyHasItsOwnHopLimit) {
  for (const SocketKind kind : {SocketKind::kTcp, SocketKind::kUdp}) {
    const SocketId id = open6(kind);
    ASSERT_TRUE(set_option(env(), id, Option::kIp6HopLimit, 3).ok());
    ASSERT_TRUE(set_option(env(), id, Option::kTtl, 4).ok());
    EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kIp6HopLimit), 3);
    EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kTtl), 4);
    ASSERT_TRUE(set_option(env(), id, Option::kIp6HopLimit, -1).ok());
    EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kIp6HopLimit), kConfig.ip_ttl_default);
    EXPECT_EQ(set_option(env(), id, Option::kIp6HopLimit, 256).error(), Error::kInvalid);
  }
}

TEST_F(BothFamilies, TheTrafficClassOfAStreamLeavesEcnAlone) {
  const SocketId id = open6(SocketKind::kTcp);
  ASSERT_TRUE(set_option(env(), id, Option::kIp6TrafficClass, 0xff).ok());
  EXPECT_EQ(*get_option(view(), id, ctx_.now, Option::kIp6TrafficClass), 0xfc);
}

TEST_F(BothFamilies, OnlyRawSocketsHaveAChecksumOffset) {
  EXPECT_EQ(set_option(env(), open6(SocketKind::kUdp), Option::kIp6Checksum, 2).error(),
            Error::kNoProtocolOption);
  const SocketId raw = open6(SocketKind::kRaw, 200);
  EXPECT_EQ(*get_option(view(), raw, ctx_.now, Option::kIp6Checksum), -1);
  EXPECT_TRUE(set_option(env(), raw, Option::kIp6Checksum, 4).ok());
  EXPECT_EQ(set_option(env(), raw, Option::kIp6Checksum, 5).error(), Error::kInvalid);
  EXPECT_EQ(*get_option(view(), raw, ctx_.now, Option::kIp6Checksum), 4);
}

// As on Linux, where the port of an IPv6 name given to a raw socket is the protocol.
TEST_F(BothFamilies, ThePortOfARawSocketsNameIsItsProtocolOrNothing) {
  const SocketId raw = open6(SocketKind::kRaw, 200);
  EXPECT_TRUE(send(raw, text("x"), to(local6(0))).ok());
  EXPECT_TRUE(send(raw, text("x"), to(local6(200))).ok());
  EXPECT_EQ(send(raw, text("x"), to(local6(201))).error(), Error::kInvalid);
  const SocketId any = open6(SocketKind::kRaw, wire::ip_protocol::kRaw);
  Frame header(40);
  header[0] = 6 << 4;
  EXPECT_TRUE(send(any, header, to(local6(201))).ok());
  EXPECT_EQ(send(any, header, to(local6(256))).error(), Error::kInvalid);
}

TEST_F(BothFamilies, APingGoesToIp6AddressesThatSomebodyMayHave) {
  const SocketId id = open6(SocketKind::kPing);
  const Frame request = {128, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_TRUE(send(id, request, to(local6(0))).ok());
  EXPECT_EQ(send(id, request, to({Ip6Address::any(), Port{0}})).error(),
            Error::kNetworkUnreachable);
  EXPECT_EQ(send(id, request, to(mapped_local(0))).error(), Error::kInvalid);
}

// RFC 3542 3.1.
TEST_F(BothFamilies, TheChecksumOfIcmp6IsNotTheProgramsToSet) {
  const SocketId raw = open6(SocketKind::kRaw, wire::ip_protocol::kIcmp6);
  EXPECT_EQ(set_option(env(), raw, Option::kIp6Checksum, 2).error(), Error::kInvalid);
}

TEST_F(BothFamilies, OnlyRawIcmp6SocketsHaveItsFilter) {
  const SocketId raw = open6(SocketKind::kRaw, wire::ip_protocol::kIcmp6);
  transport::Icmp6Filter filter{};
  filter[4] = 1;
  EXPECT_TRUE(set_icmp6_filter(env(), raw, filter).ok());
  EXPECT_EQ(*icmp6_filter(view(), raw), filter);
  EXPECT_EQ(set_icmp6_filter(env(), open6(SocketKind::kUdp), filter).error(), Error::kNotSupported);
}

}  // namespace
}  // namespace tapstack::socket
