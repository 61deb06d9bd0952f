#include "shim/trace/names.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <cerrno>
#include <string>

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "shim/trace/option_names.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace tapstack::shim::trace {
namespace {

std::string name(Names names, int64_t value) {
  Line line;
  append_name(line, names, value);
  return std::string(line.view());
}

std::string flags(Names names, uint64_t value) {
  Line line;
  append_flags(line, names, value);
  return std::string(line.view());
}

std::string option(int level, int number) {
  Line line;
  append_level(line, level);
  line.text(" ");
  append_option(line, level, number);
  return std::string(line.view());
}

std::string control(int level, int type) {
  Line line;
  append_control_type(line, level, type);
  return std::string(line.view());
}

TEST(TraceNames, WhatHasNoNameIsANumber) {
  EXPECT_EQ(name(kFamilies, AF_INET6), "AF_INET6");
  EXPECT_EQ(name(kFamilies, 99), "99");
}

TEST(TraceNames, IoctlsThatChangeTheNetworkHaveNames) {
  EXPECT_EQ(name(kIoctls, SIOCADDRT), "SIOCADDRT");
  EXPECT_EQ(name(kIoctls, SIOCSARP), "SIOCSARP");
  EXPECT_EQ(name(kIoctls, SIOCSIFHWADDR), "SIOCSIFHWADDR");
  EXPECT_EQ(name(kIoctls, SIOCDIFADDR), "SIOCDIFADDR");
}

TEST(TraceNames, FlagsAreJoinedAndTheRestIsANumber) {
  EXPECT_EQ(flags(kMessageFlags, 0), "0");
  EXPECT_EQ(flags(kMessageFlags, MSG_PEEK | MSG_NOSIGNAL), "MSG_PEEK|MSG_NOSIGNAL");
  EXPECT_EQ(flags(kMessageFlags, MSG_PEEK | 0x100000), "MSG_PEEK|0x100000");
  EXPECT_EQ(flags(kEpollEvents, EPOLLIN | EPOLLET), "EPOLLIN|EPOLLET");
}

TEST(TraceNames, AHighestBitIsOneFlagOfFour) {
  EXPECT_EQ(flags(kMessageFlags, static_cast<uint32_t>(MSG_CMSG_CLOEXEC)), "MSG_CMSG_CLOEXEC");
  EXPECT_EQ(flags(kEpollEvents, static_cast<uint32_t>(EPOLLET)), "EPOLLET");
}

TEST(TraceNames, ErrorsAreNamedOrNumbers) {
  Line line;
  append_error(line, ECONNREFUSED);
  line.text(" ");
  append_error(line, 5000);
  EXPECT_EQ(line.view(), "ECONNREFUSED 5000");
}

TEST(TraceNames, OptionsAreNamedByLevel) {
  EXPECT_EQ(option(SOL_SOCKET, SO_REUSEADDR), "SOL_SOCKET SO_REUSEADDR");
  EXPECT_EQ(option(IPPROTO_TCP, TCP_NODELAY), "SOL_TCP TCP_NODELAY");
  EXPECT_EQ(option(IPPROTO_IP, IP_TTL), "SOL_IP IP_TTL");
  EXPECT_EQ(option(IPPROTO_IPV6, IPV6_V6ONLY), "SOL_IPV6 IPV6_V6ONLY");
  EXPECT_EQ(option(IPPROTO_TCP, 999), "SOL_TCP 999");
  EXPECT_EQ(option(777, 1), "777 1");
}

TEST(TraceNames, ControlMessagesAreCalledOtherwiseThanOptions) {
  EXPECT_EQ(control(SOL_SOCKET, SCM_RIGHTS), "SCM_RIGHTS");
  EXPECT_EQ(control(SOL_SOCKET, SO_TIMESTAMP), "SCM_TIMESTAMP");
  EXPECT_EQ(control(IPPROTO_IP, IP_PKTINFO), "IP_PKTINFO");
  EXPECT_EQ(control(IPPROTO_IPV6, IPV6_HOPLIMIT), "IPV6_HOPLIMIT");
  EXPECT_EQ(control(SOL_SOCKET, 555), "SOL_SOCKET:555");
}

}  // namespace
}  // namespace tapstack::shim::trace
