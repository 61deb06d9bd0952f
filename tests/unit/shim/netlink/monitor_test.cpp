#include "shim/netlink/route/monitor.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>

#include "tests/unit/shim/netlink/netlink_program.h"

namespace tapstack::shim::netlink {
namespace {

class NetlinkMonitor : public test::NetlinkProgram {
 protected:
  void SetUp() override {
    NetlinkProgram::SetUp();
    listener_ = open();
  }
  int join(int64_t groups) {
    Request request = test::Host::about(Op::kBind, listener_);
    request.args[1] = groups;
    Reply reply;
    int fd = -1;
    return host_->ask(request, reply, fd);
  }
  void change_address(uint16_t type) {
    send(type, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, [&](Writer& out) {
      out.fixed(ifaddrmsg{AF_INET, 24, 0, 0, 2});
      out.number(IFA_LOCAL, htonl(0xc0000201));
    });
    EXPECT_EQ(acknowledged(), 0);
  }
  // The types of what the listener hears next; 0: nothing (more).
  uint16_t heard(DatagramHeader* header = nullptr) {
    const auto messages = receive(listener_, header);
    return messages.empty() ? uint16_t{0} : messages.at(0).header.nlmsg_type;
  }

  test::Socket listener_;
};

TEST_F(NetlinkMonitor, MembersHearOfWhatAProgramChanges) {
  ASSERT_EQ(join(RTMGRP_IPV4_IFADDR), 0);
  change_address(RTM_NEWADDR);
  DatagramHeader header;
  EXPECT_EQ(heard(&header), RTM_NEWADDR);
  EXPECT_EQ(header.netlink_group, uint32_t{RTNLGRP_IPV4_IFADDR});
  EXPECT_EQ(heard(), 0) << "once, and of their groups only";
  change_address(RTM_DELADDR);
  EXPECT_EQ(heard(), RTM_DELADDR);
}

TEST_F(NetlinkMonitor, WithAnAddressItsRoutesAreNews) {
  ASSERT_EQ(join(RTMGRP_IPV4_ROUTE), 0);
  change_address(RTM_NEWADDR);
  for (const int what : {RT_TABLE_MAIN, RT_TABLE_LOCAL, RT_TABLE_LOCAL}) {
    const auto messages = receive(listener_);
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].header.nlmsg_type, RTM_NEWROUTE);
    EXPECT_EQ(messages[0].fixed<rtmsg>().rtm_table, what);
  }
  EXPECT_EQ(heard(), 0);
}

TEST_F(NetlinkMonitor, WhoIsNoMemberHearsNothing) {
  change_address(RTM_NEWADDR);
  EXPECT_EQ(heard(), 0);
  ASSERT_EQ(join(RTMGRP_LINK), 0);
  change_address(RTM_DELADDR);
  EXPECT_EQ(heard(), 0) << "another group";
}

TEST_F(NetlinkMonitor, WhatWasBeforeIsNoNews) {
  change_address(RTM_NEWADDR);
  ASSERT_EQ(join(RTMGRP_IPV4_IFADDR), 0);
  ASSERT_EQ(host_->ask(Op::kTakeHangUps, socket_), 0);
  EXPECT_EQ(heard(), 0);
}

TEST_F(NetlinkMonitor, AClosedMemberIsNone) {
  ASSERT_EQ(join(RTMGRP_IPV4_IFADDR), 0);
  host_->close(listener_);
  change_address(RTM_NEWADDR);
  listener_ = open();
  EXPECT_EQ(heard(), 0);
}

}  // namespace
}  // namespace tapstack::shim::netlink
