#include "socket/options.h"

#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

class Options : public SocketTest {
 protected:
  Error set(SocketId id, Option option, int64_t value) {
    return set_option(env(), id, option, value).error();
  }
  int64_t get(SocketId id, Option option) {
    const auto value = get_option(view(), id, ctx_.now, option);
    return value.ok() ? *value : -1000;
  }
};

TEST_F(Options, EveryKindOfSocketHasTheGeneralOnes) {
  for (const SocketId id : {tcp(), open(SocketKind::kUdp), open(SocketKind::kPing)}) {
    for (const Option flag : {Option::kReuseAddress, Option::kReusePort, Option::kBroadcast,
                              Option::kKeepAlive, Option::kOobInline}) {
      EXPECT_EQ(get(id, flag), 0);
      EXPECT_EQ(set(id, flag, 5), Error::kNone);
      EXPECT_EQ(get(id, flag), 1);
    }
    EXPECT_EQ(get(id, Option::kLingerS), -1);
    EXPECT_EQ(set(id, Option::kLingerS, 3), Error::kNone);
    EXPECT_EQ(get(id, Option::kLingerS), 3);
    EXPECT_EQ(set(id, Option::kLingerS, -2), Error::kInvalid);
  }
}

TEST_F(Options, LowWaterOfZeroMeansOne) {
  const SocketId id = tcp();
  EXPECT_EQ(set(id, Option::kReceiveLowWater, 0), Error::kNone);
  EXPECT_EQ(get(id, Option::kReceiveLowWater), 1);
}

// inet_create: SK_CAN_REUSE.
TEST_F(Options, RawSocketsMayShareTheirAddressFromTheStart) {
  EXPECT_EQ(get(open(SocketKind::kRaw, 1), Option::kReuseAddress), 1);
}

TEST_F(Options, AnInterfaceMustExistToBeBoundTo) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_EQ(set(id, Option::kBindInterface, 1), Error::kNone);
  EXPECT_EQ(get(id, Option::kBindInterface), 1);
  EXPECT_EQ(set(id, Option::kBindInterface, 2), Error::kNoDevice);
  EXPECT_EQ(set(id, Option::kBindInterface, 257), Error::kNoDevice);
  EXPECT_EQ(set(id, Option::kBindInterface, 0), Error::kNone);
}

}  // namespace
}  // namespace tapstack::socket
