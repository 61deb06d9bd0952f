// Requests of a hostile program: whatever their bytes say, the engine lives, answers within its own
// memory (the sanitizers look on by night) and serves the next honest one.
#include <linux/if_addr.h>
#include <linux/neighbour.h>

#include <random>

#include "tests/unit/shim/netlink/netlink_program.h"

namespace tapstack::shim::netlink {
namespace {

class NetlinkHostile : public test::NetlinkProgram {
 protected:
  // A request with all kinds of attributes, nested ones among them.
  std::vector<uint8_t> honest(uint16_t type, uint16_t flags) {
    alignas(4) std::array<uint8_t, 1024> room{};
    Writer out(Bytes(room), {0, kSequence, 0});
    out.begin(type, static_cast<uint16_t>(flags | NLM_F_REQUEST));
    const uint8_t family = random_() % 2 == 0 ? AF_INET : AF_INET6;
    out.fixed(rtmsg{family, 24, 0, 0, RT_TABLE_MAIN, 0, 0, RTN_UNICAST, 0});
    for (uint16_t attribute = 1; attribute < 12; ++attribute) {
      if (random_() % 2 == 0) out.number(attribute, std::array<uint8_t, 16>{10, 0, 0, 9});
      if (random_() % 4 == 0) out.number(attribute, static_cast<uint32_t>(random_() % 4));
    }
    const size_t nest = out.begin_nest(RTA_METRICS);
    out.number(RTAX_MTU, uint32_t{1400});
    out.end_nest(nest);
    EXPECT_TRUE(out.end());
    return {out.written().begin(), out.written().end()};
  }
  std::vector<uint8_t> spoiled(std::vector<uint8_t> bytes) {
    const size_t changes = random_() % 8;
    for (size_t i = 0; i < changes; ++i) {
      bytes[random_() % bytes.size()] = static_cast<uint8_t>(random_());
    }
    if (random_() % 4 == 0) bytes.resize(1 + random_() % bytes.size());
    return bytes;
  }

  std::minstd_rand random_{7};
};

TEST_F(NetlinkHostile, SpoiledRequestsHarmNobody) {
  constexpr uint16_t kFlags[] = {0, NLM_F_ACK, NLM_F_DUMP, NLM_F_CREATE | NLM_F_REPLACE,
                                 NLM_F_CREATE | NLM_F_EXCL};
  for (int i = 0; i < 5'000; ++i) {
    const auto type = static_cast<uint16_t>(RTM_BASE + random_() % (RTM_MAX - RTM_BASE + 2));
    send_bytes(spoiled(honest(type, kFlags[random_() % std::size(kFlags)])));
    while (!receive(socket_).empty()) {
    }
  }
  socket_ = open();
  send(RTM_GETLINK, 0, [](Writer& out) { out.fixed(ifinfomsg{0, 0, 0, 1, 0, 0}); });
  EXPECT_EQ(receive(socket_).at(0).header.nlmsg_type, RTM_NEWLINK);
}

TEST_F(NetlinkHostile, ASendThatIsNoMessageIsAnsweredByNothing) {
  const std::vector<uint8_t> nonsense(3, 0xff);
  EXPECT_EQ(send_bytes(nonsense), 0);
  EXPECT_TRUE(receive(socket_).empty());
}

TEST_F(NetlinkHostile, ADumpThatNobodyReadsWaitsAndTheNextIsBusy) {
  // What lies in front of the program is bounded; requests go on being answered.
  for (int i = 0; i < 200; ++i) {
    send(RTM_GETLINK, NLM_F_DUMP, [](Writer& out) { out.fixed(ifinfomsg{}); });
  }
  int datagrams = 0;
  while (!receive(socket_).empty()) ++datagrams;
  EXPECT_GT(datagrams, 0);
  EXPECT_LT(datagrams, 400);
}

}  // namespace
}  // namespace tapstack::shim::netlink
