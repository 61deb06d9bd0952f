#include "shim/netlink/generic/generic_family.h"

#include <linux/genetlink.h>

#include "tests/unit/shim/netlink/netlink_program.h"

namespace tapstack::shim::netlink::generic {
namespace {

class Generic : public test::NetlinkProgram {
 protected:
  void SetUp() override {
    NetlinkProgram::SetUp();
    socket_ = open(NETLINK_GENERIC);
  }
  template <class Fill>
  void ask(Fill fill, uint8_t command = CTRL_CMD_GETFAMILY, uint16_t flags = 0,
           uint16_t type = GENL_ID_CTRL) {
    EXPECT_EQ(send(type, flags,
                   [&](Writer& out) {
                     out.fixed(genlmsghdr{command, 1, 0});
                     fill(out);
                   }),
              0);
  }
  static void nothing(Writer&) {}
};

TEST_F(Generic, TheControllerKnowsItself) {
  ask([](Writer& out) { out.text(CTRL_ATTR_FAMILY_NAME, "nlctrl"); });
  const auto messages = receive(socket_);
  ASSERT_EQ(messages.size(), 1u);
  const Attributes attributes = messages[0].attributes<genlmsghdr>();
  EXPECT_EQ(messages[0].fixed<genlmsghdr>().cmd, CTRL_CMD_NEWFAMILY);
  EXPECT_EQ(attributes.text(CTRL_ATTR_FAMILY_NAME), "nlctrl");
  EXPECT_EQ(attributes.number<uint16_t>(CTRL_ATTR_FAMILY_ID), GENL_ID_CTRL);
  EXPECT_EQ(attributes.nested(CTRL_ATTR_MCAST_GROUPS).nested(1).text(CTRL_ATTR_MCAST_GRP_NAME),
            "notify");
}

TEST_F(Generic, OtherFamiliesAreNotThere) {
  for (const char* name : {"nl80211", "ethtool", "tcp_metrics", "nlctr"}) {
    ask([&](Writer& out) { out.text(CTRL_ATTR_FAMILY_NAME, name); });
    EXPECT_EQ(acknowledged(), ENOENT) << name;
  }
  ask([](Writer& out) { out.number(CTRL_ATTR_FAMILY_ID, uint16_t{99}); });
  EXPECT_EQ(acknowledged(), ENOENT);
  ask(nothing, 1, 0, GENL_ID_CTRL + 9);
  EXPECT_EQ(acknowledged(), ENOENT) << "a message to one of them";
}

TEST_F(Generic, AQuestionMustNameAFamily) {
  ask(nothing);
  EXPECT_EQ(acknowledged(), EINVAL);
}

TEST_F(Generic, OtherCommandsAreNotSupported) {
  ask(nothing, CTRL_CMD_GETPOLICY);
  EXPECT_EQ(acknowledged(), EOPNOTSUPP);
}

TEST_F(Generic, AllFamiliesAreTheControllerAlone) {
  ask(nothing, CTRL_CMD_GETFAMILY, NLM_F_DUMP);
  const auto messages = receive(socket_);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].header.nlmsg_type, GENL_ID_CTRL);
  EXPECT_EQ(messages[1].header.nlmsg_type, NLMSG_DONE);
}

}  // namespace
}  // namespace tapstack::shim::netlink::generic
