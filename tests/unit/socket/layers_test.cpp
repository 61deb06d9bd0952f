#include "socket/layers.h"

#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

using LayersTest = SocketTest;

TEST_F(LayersTest, StartWithLoopbackAndNothingInUse) {
  EXPECT_TRUE(layers_->network.is_local_address(Ip4Address::loopback()));
  EXPECT_EQ(layers_->udp.used() + layers_->ping.used() + layers_->raw.used(), 0u);
  EXPECT_TRUE(layers_->tcp.is_drained(Instant{}));
}

TEST_F(LayersTest, DrawDifferentSecretsFromDifferentSeeds) {
  // The first ephemeral port is chosen at random: of two stacks that agree in it and in the next
  // one, the chance is one in 10^8.
  const auto two_ports = [](uint8_t seed_byte) {
    std::array<uint8_t, Random::kSeedBytes> seed{};
    seed.fill(seed_byte);
    Random random{Random::Seed(seed)};
    const auto layers = std::make_unique<Layers>(random);
    const auto memory = std::make_unique<mem::PacketMemory>();
    const auto timers = std::make_unique<timer::Timers>();
    Counters counters;
    Context ctx{Instant(), *memory, *timers, counters, random};
    std::pair<uint16_t, uint16_t> ports;
    for (uint16_t* port : {&ports.first, &ports.second}) {
      const auto id = *layers->udp.open(Family::kIp4, 17, 0);
      EXPECT_TRUE(layers->udp.bind(ctx, layers->network, id, {Ip4Address::any(), Port{}}).ok());
      *port = layers->udp.find(id)->local.port.value;
    }
    return ports;
  };
  EXPECT_EQ(two_ports(1), two_ports(1));
  EXPECT_NE(two_ports(1), two_ports(2));
}

}  // namespace
}  // namespace tapstack::socket
