#include "shim/netlink/message.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <array>
#include <vector>

#include "shim/netlink/writer.h"

namespace tapstack::shim::netlink {
namespace {

// What a Writer makes is what the reader reads.
class NetlinkMessage : public ::testing::Test {
 protected:
  NetlinkMessage() {
    out_.begin(RTM_NEWLINK, NLM_F_MULTI);
    out_.fixed(ifinfomsg{0, 0, 1, 2, 3, 4});
    out_.number(IFLA_MTU, uint32_t{1500});
    out_.text(IFLA_IFNAME, "ts0");
    const size_t nest = out_.begin_nest(IFLA_AF_SPEC);
    out_.number(10, uint8_t{7});
    out_.end_nest(nest);
    EXPECT_TRUE(out_.end());
  }
  Message message() {
    ConstBytes rest = out_.written();
    return *take_message(rest);
  }

  alignas(4) std::array<uint8_t, 256> room_{};
  Writer out_{Bytes(room_), {99, 5, 0}};
};

TEST_F(NetlinkMessage, CarriesHeaderFixedPartAndAttributes) {
  const Message message = this->message();
  EXPECT_EQ(message.header.nlmsg_type, RTM_NEWLINK);
  EXPECT_EQ(message.header.nlmsg_flags, NLM_F_MULTI);
  EXPECT_EQ(message.header.nlmsg_seq, 5u);
  EXPECT_EQ(message.header.nlmsg_pid, 99u);
  EXPECT_EQ(message.fixed<ifinfomsg>().ifi_index, 2);
  const Attributes attributes = message.attributes<ifinfomsg>();
  EXPECT_EQ(attributes.number<uint32_t>(IFLA_MTU), 1500u);
  EXPECT_EQ(attributes.text(IFLA_IFNAME), "ts0");
  EXPECT_EQ(attributes.nested(IFLA_AF_SPEC).number<uint8_t>(10), 7);
  EXPECT_FALSE(attributes.has(IFLA_ADDRESS));
  EXPECT_EQ(attributes.first_above(IFLA_IFNAME), IFLA_MTU);
}

TEST_F(NetlinkMessage, ANumberThatIsTooShortIsNone) {
  EXPECT_EQ(message().attributes<ifinfomsg>().number<uint64_t>(IFLA_MTU), std::nullopt);
}

TEST_F(NetlinkMessage, OneThatDoesNotFitIsTakenBackAsAWhole) {
  const size_t before = out_.written().size();
  out_.begin(RTM_NEWLINK);
  out_.number(IFLA_ADDRESS, std::array<uint8_t, 200>{});
  EXPECT_FALSE(out_.end());
  EXPECT_EQ(out_.written().size(), before);
  out_.begin(NLMSG_DONE);
  EXPECT_TRUE(out_.end()) << "a shorter one has room";
}

TEST_F(NetlinkMessage, NoPrefixOfAMessageIsOne) {
  const ConstBytes whole = out_.written();
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    // In memory of its own, so that a sanitizer sees a look behind its end.
    const std::vector<uint8_t> copy(whole.begin(), whole.begin() + static_cast<long>(bytes));
    ConstBytes rest(copy);
    EXPECT_FALSE(take_message(rest)) << bytes;
  }
}

TEST_F(NetlinkMessage, LengthsThatLieEndTheAttributes) {
  std::vector<uint8_t> copy(out_.written().begin(), out_.written().end());
  const size_t first = NLMSG_HDRLEN + sizeof(ifinfomsg);
  for (const uint8_t length : {0, 3, 255}) {
    copy[first] = length;
    ConstBytes rest(copy);
    const Message message = *take_message(rest);
    EXPECT_FALSE(message.attributes<ifinfomsg>().has(IFLA_IFNAME)) << int{length};
  }
}

TEST_F(NetlinkMessage, WhatItIsTooShortForIsZero) {
  out_.clear();
  out_.begin(RTM_GETLINK);
  out_.fixed(uint8_t{17});
  ASSERT_TRUE(out_.end());
  const Message message = this->message();
  EXPECT_FALSE(message.has<ifinfomsg>());
  EXPECT_EQ(message.fixed<ifinfomsg>().ifi_family, 17);
  EXPECT_EQ(message.fixed<ifinfomsg>().ifi_index, 0);
  EXPECT_FALSE(message.attributes<ifinfomsg>().has(IFLA_MTU));
}

}  // namespace
}  // namespace tapstack::shim::netlink
