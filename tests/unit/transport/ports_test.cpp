#include "transport/ports.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace tapstack::transport {
namespace {

const Ip4Address kHere = Ip4Address::from(10, 0, 0, 1);
const Ip4Address kOther = Ip4Address::from(10, 0, 0, 2);

class PortsTest : public ::testing::Test {
 protected:
  PortsTest() { ports->start(random); }
  BindRequest request(Ip4Address address, uint16_t port, bool reuse = false) {
    return {{address, {port}}, {}, reuse, false};
  }
  Result<BindingId> bind(const BindRequest& r) { return ports->bind(r, random); }

  Random random;
  std::unique_ptr<TcpPorts> ports = std::make_unique<TcpPorts>();
};

TEST_F(PortsTest, TheSamePortTwiceIsInUse) {
  ASSERT_TRUE(bind(request(kHere, 80)).ok());
  EXPECT_EQ(bind(request(kHere, 80)).error(), Error::kAddressInUse);
}

TEST_F(PortsTest, AnyAddressConflictsWithEveryAddress) {
  ASSERT_TRUE(bind(request(Ip4Address::any(), 80)).ok());
  EXPECT_EQ(bind(request(kHere, 80)).error(), Error::kAddressInUse);
}

TEST_F(PortsTest, DifferentAddressesDoNotConflict) {
  ASSERT_TRUE(bind(request(kHere, 80)).ok());
  EXPECT_TRUE(bind(request(kOther, 80)).ok());
}

// RFC 3493 5.3, and Linux's ipv6_rcv_saddr_equal().
TEST_F(PortsTest, ASocketOfBothFamiliesConflictsWithIp4UnlessItIsIp6Only) {
  BindRequest dual;
  dual.local = {Ip6Address::any(), {80}};
  ASSERT_TRUE(bind(request(kHere, 80)).ok());
  EXPECT_EQ(bind(dual).error(), Error::kAddressInUse);
  dual.ip6_only = true;
  EXPECT_TRUE(bind(dual).ok());
  EXPECT_TRUE(bind(request(kOther, 80)).ok());
  EXPECT_EQ(bind(request(kHere, 80)).error(), Error::kAddressInUse);
}

TEST_F(PortsTest, DifferentInterfacesDoNotConflict) {
  BindRequest one = request(kHere, 80), two = request(kHere, 80);
  one.interface = {1};
  two.interface = {2};
  ASSERT_TRUE(bind(one).ok());
  EXPECT_TRUE(bind(two).ok());
}

TEST_F(PortsTest, ReuseAddressOnBothSharesWhileNobodyListens) {
  const auto first = bind(request(kHere, 80, true));
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(bind(request(kHere, 80, true)).ok());
  EXPECT_EQ(bind(request(kHere, 80, false)).error(), Error::kAddressInUse);
}

TEST_F(PortsTest, ReuseAddressDoesNotHelpAgainstAListener) {
  const auto first = bind(request(kHere, 80, true));
  ASSERT_TRUE(ports->start_listening(*first).ok());
  EXPECT_EQ(bind(request(kHere, 80, true)).error(), Error::kAddressInUse);
}

TEST_F(PortsTest, TwoBoundWithReuseAddressCannotBothListen) {
  const auto first = bind(request(kHere, 80, true));
  const auto second = bind(request(kHere, 80, true));
  ASSERT_TRUE(ports->start_listening(*first).ok());
  EXPECT_EQ(ports->start_listening(*second).error(), Error::kAddressInUse);
}

TEST_F(PortsTest, ReusePortOnBothSharesEvenWithAListener) {
  BindRequest r = request(kHere, 80);
  r.reuse_port = true;
  const auto first = bind(r);
  ASSERT_TRUE(ports->start_listening(*first).ok());
  EXPECT_TRUE(bind(r).ok());
}

TEST_F(PortsTest, AServerRestartsOverItsTimeWaitsOnlyWithReuseAddress) {
  ASSERT_TRUE(ports->join(request(kHere, 80, true)).ok());  // what an accepted connection left
  EXPECT_EQ(bind(request(Ip4Address::any(), 80, false)).error(), Error::kAddressInUse);
  EXPECT_TRUE(bind(request(Ip4Address::any(), 80, true)).ok());
}

TEST_F(PortsTest, ABindingLivesUntilItsLastUserLetsGo) {
  const auto b = bind(request(kHere, 80));
  ports->hold(*b);
  ports->release(*b);
  EXPECT_EQ(bind(request(kHere, 80)).error(), Error::kAddressInUse);
  ports->release(*b);
  EXPECT_TRUE(bind(request(kHere, 80)).ok());
}

TEST_F(PortsTest, EqualImplicitBindingsAreOne) {
  const auto one = ports->join(request(kHere, 80));
  const auto two = ports->join(request(kHere, 80));
  EXPECT_EQ(*one, *two);
  EXPECT_EQ(ports->used(), 1u);
}

TEST_F(PortsTest, PortZeroChoosesInTheEphemeralRange) {
  const auto b = bind(request(kHere, 0));
  const uint16_t port = ports->get(*b)->claim.local.port.value;
  EXPECT_GE(port, 32768);
  EXPECT_LE(port, 60999);
}

TEST_F(PortsTest, OutgoingConnectionsToOneEndGetDifferentPorts) {
  std::set<uint16_t> seen;
  const PortChoice choice{kHere, {kOther, {80}}, {}};
  for (int i = 0; i < 50; ++i) {
    const auto b = ports->choose(choice, random, [&](Port p) { return seen.count(p.value) == 0; });
    ASSERT_TRUE(b.ok());
    EXPECT_TRUE(seen.insert(ports->get(*b)->claim.local.port.value).second);
  }
}

// RFC 6056 3.3.4: whoever is connected to learns nothing about the ports towards others.
TEST_F(PortsTest, EachRemoteEndHasASequenceOfPortsOfItsOwn) {
  std::set<uint16_t> first;
  for (uint8_t n = 1; n <= 40; ++n) {
    const PortChoice choice{kHere, {Ip4Address::from(10, 0, 1, n), {80}}, {}};
    const auto b = ports->choose(choice, random, [](Port) { return true; });
    first.insert(ports->get(*b)->claim.local.port.value);
  }
  EXPECT_GE(first.size(), 38u);
  EXPECT_GE(*first.rbegin() - *first.begin(), 20'000) << "over the whole range";
}

// RFC 6056 3.3.5: nor how many connections were made between two of its own.
TEST_F(PortsTest, StepsFromPortToPortVary) {
  const PortChoice choice{kHere, {kOther, {80}}, {}};
  std::set<int> steps;
  int last = 0;
  for (int i = 0; i < 20; ++i) {
    const auto b = ports->choose(choice, random, [](Port) { return true; });
    const int port = ports->get(*b)->claim.local.port.value;
    if (i > 0) steps.insert(port - last);
    last = port;
  }
  EXPECT_GE(steps.size(), 5u);
}

TEST_F(PortsTest, OutgoingConnectionsSkipPortsThatAreBound) {
  const PortChoice choice{kHere, {kOther, {80}}, {}};
  const auto b = ports->choose(choice, random, [](Port) { return true; });
  const uint16_t port = ports->get(*b)->claim.local.port.value;
  EXPECT_EQ(bind(request(kHere, port)).error(), Error::kAddressInUse);
}

TEST_F(PortsTest, NoFreePortIsAddressNotAvailable) {
  const PortChoice choice{kHere, {kOther, {80}}, {}};
  const auto b = ports->choose(choice, random, [](Port) { return false; });
  EXPECT_EQ(b.error(), Error::kAddressNotAvailable);
  EXPECT_EQ(ports->used(), 0u);
}

}  // namespace
}  // namespace tapstack::transport
