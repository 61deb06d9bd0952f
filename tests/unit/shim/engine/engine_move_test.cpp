// An engine that moves: here within a process, as if it were to another, with sockets that talk
// over the stack's loopback.
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cstddef>
#include <string>

#include "shim/engine/engine_image.h"
#include "tapif/memory_pair.h"
#include "tests/unit/shim/engine/two_engines.h"

namespace tapstack::shim {
namespace {

using namespace test;

std::unique_ptr<tapif::Device> silent_device() {
  tapif::DeviceInfo info;
  info.name = "ts0";
  info.mac = {{2, 0, 0, 0, 0, 1}};
  return tapif::make_null_device(info);
}

tapif::Opened open_silent(const tapif::DeviceSettings&) { return silent_device(); }

std::string rising_text(size_t bytes) {
  std::string text(bytes, ' ');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(i * 31 + i / 253);
  return text;
}

class EngineMove : public ::testing::Test {
 protected:
  void SetUp() override {
    private_fds::prepare();
    host_ = std::make_unique<Host>(silent_device(), uint8_t{1});
  }

  // The first half: what the process does that has the engine.
  int write_image() {
    host_->engine().stop_thread();
    host_->engine().lock();
    const int image = host_->engine().write_image();
    EXPECT_GE(image, 0);
    return image;
  }
  // It stays after all.
  void stay(int image) {
    private_fds::close(image);
    host_->engine().resume();
    host_->engine().unlock();
    EXPECT_EQ(host_->engine().start_thread().error, 0);
  }
  void move() {
    const int image = write_image();
    host_->engine().abandon();
    host_->engine().unlock();
    Engine::Started started = Engine::take_over({}, image, open_silent);
    ASSERT_EQ(started.failure.error, 0) << started.failure.message;
    // What would be another process's memory: it must not close what both have.
    static std::vector<std::unique_ptr<Engine>>& left = *new std::vector<std::unique_ptr<Engine>>;
    left.push_back(host_->exchange(std::move(started.engine)));
  }

  struct Connection {
    Socket client, server;
  };
  Socket listener(uint16_t port) {
    Socket socket = host_->open();
    EXPECT_EQ(host_->bind(socket, port), 0);
    EXPECT_EQ(host_->listen(socket, 5), 0);
    return socket;
  }
  Socket connecting(uint16_t port) {
    Socket socket = host_->open();
    const int error = host_->connect(socket, host_->address(), port);
    EXPECT_TRUE(error == 0 || error == EINPROGRESS) << error;
    return socket;
  }
  Connection connection() {
    Socket listening = listener(80);
    Connection made;
    made.client = connecting(80);
    made.server = host_->accept(listening);
    EXPECT_TRUE(ready(made.client, POLLOUT) & POLLOUT);
    host_->close(listening);
    return made;
  }
  void exchange_octets(const Connection& c) {
    char byte = 0;
    ASSERT_EQ(::send(c.client.fd, "x", 1, MSG_NOSIGNAL), 1);
    ASSERT_TRUE(ready(c.server, POLLIN) & POLLIN);
    EXPECT_EQ(::recv(c.server.fd, &byte, 1, 0), 1);
    EXPECT_EQ(byte, 'x');
  }

  std::unique_ptr<Host> host_;
};

TEST_F(EngineMove, AnImageOfAnotherVersionIsRefusedAndTheEngineGoesOnWhereItIs) {
  const Connection c = connection();
  const int image = write_image();
  const uint32_t other = kProtocolVersion + 1;
  ASSERT_EQ(::pwrite(image, &other, sizeof other, offsetof(EngineImage, version)), 4);
  const Engine::Started started = Engine::take_over({}, image, open_silent);
  EXPECT_EQ(started.failure.error, EPROTO);
  EXPECT_EQ(started.engine, nullptr);
  stay(image);
  exchange_octets(c);
}

TEST_F(EngineMove, AnImageThatLacksASlotIsRefused) {
  const Connection c = connection();
  const int image = write_image();
  ASSERT_EQ(::ftruncate(image, static_cast<off_t>(sizeof(EngineImage) + sizeof(Slot))), 0);
  EXPECT_EQ(Engine::take_over({}, image, open_silent).failure.error, EPROTO);
  stay(image);
  exchange_octets(c);
}

TEST_F(EngineMove, WhatIsNoImageIsRefused) {
  const int image = write_image();
  ASSERT_EQ(::ftruncate(image, 3), 0);
  EXPECT_EQ(Engine::take_over({}, image, open_silent).failure.error, EPROTO);
  stay(image);
}

TEST_F(EngineMove, ConnectionsLiveOnUnderTheirNames) {
  const Connection c = connection();
  const EngineToken token = host_->engine().token();
  move();
  EXPECT_EQ(host_->engine().token(), token);
  EXPECT_TRUE(host_->status(c.client).is_connected);
  exchange_octets(c);
  move();
  exchange_octets(c);
}

// Asks for interface 1 as a program would; the type of the answer, 0 if there is none.
uint16_t ask_for_loopback(Host& host, const Socket& socket) {
  struct {
    DatagramHeader header;
    nlmsghdr head{sizeof(nlmsghdr) + sizeof(ifinfomsg), RTM_GETLINK, NLM_F_REQUEST, 1, 0};
    ifinfomsg body{0, 0, 0, 1, 0, 0};
  } request;
  const size_t bytes = sizeof request.header + request.head.nlmsg_len;
  EXPECT_EQ(::send(socket.fd, &request, bytes, 0), static_cast<ssize_t>(bytes));
  EXPECT_EQ(host.ask(Op::kFlush, socket), 0);
  std::array<uint8_t, 8192> answer{};
  const long got = ::recv(socket.fd, answer.data(), answer.size(), MSG_DONTWAIT);
  nlmsghdr head{};
  if (got < static_cast<long>(sizeof(DatagramHeader) + sizeof head)) return 0;
  std::memcpy(&head, answer.data() + sizeof(DatagramHeader), sizeof head);
  return head.nlmsg_type;
}

TEST_F(EngineMove, NetlinkSocketsKeepTheirNamesAndGroups) {
  Request open;
  open.op = Op::kOpen;
  open.args[0] = AF_NETLINK;
  open.args[1] = SOCK_RAW;
  open.args[2] = NETLINK_ROUTE;
  Reply reply;
  Socket socket;
  ASSERT_EQ(host_->ask(open, reply, socket.fd), 0);
  socket.slot = reply.slot;
  ASSERT_EQ(host_->ask(Op::kBind, socket, 77, RTMGRP_LINK), 0);
  move();
  ASSERT_EQ(host_->ask(Op::kBind, socket, 77, RTMGRP_LINK), 0) << "it has that port";
  int fd = -1;
  ASSERT_EQ(host_->ask(Host::about(Op::kLocalEndpoint, socket), reply, fd), 0);
  NetlinkName name;
  std::memcpy(&name, reply.payload, sizeof name);
  EXPECT_EQ(name.port, 77u);
  EXPECT_EQ(name.groups, uint32_t{RTMGRP_LINK});
  EXPECT_EQ(ask_for_loopback(*host_, socket), RTM_NEWLINK);
  host_->close(socket);
  EXPECT_EQ(host_->engine().open_sockets(), 0u);
}

TEST_F(EngineMove, WhatIsUnsentAndUnreadArrives) {
  Connection c = connection();
  const std::string text = rising_text(1 << 20);
  size_t sent = 0;
  const auto fill = [&] {
    long taken;
    while (sent < text.size() &&
           (taken = ::send(c.client.fd, text.data() + sent, text.size() - sent,
                           MSG_DONTWAIT | MSG_NOSIGNAL)) > 0) {
      sent += static_cast<size_t>(taken);
    }
  };
  fill();
  ASSERT_GT(sent, 0u);
  move();
  std::string got;
  char block[65536];
  while (got.size() < text.size()) {
    fill();
    ASSERT_TRUE(ready(c.server, POLLIN) & POLLIN) << got.size();
    const long n = ::recv(c.server.fd, block, sizeof block, MSG_DONTWAIT);
    ASSERT_GT(n, 0);
    got.append(block, static_cast<size_t>(n));
  }
  EXPECT_EQ(got, text);
}

TEST_F(EngineMove, ACloseThatComesAfterIsTheEndOfTheConnection) {
  Connection c = connection();
  move();
  ::close(c.client.fd);
  char byte = 0;
  EXPECT_TRUE(ready(c.server, POLLIN) & POLLIN);
  EXPECT_EQ(::recv(c.server.fd, &byte, 1, 0), 0);
}

TEST_F(EngineMove, AListenerAndWhoWaitsThereLiveOn) {
  Socket listening = listener(80);
  const Socket before = connecting(80);
  ASSERT_TRUE(ready(listening, POLLIN) & POLLIN);
  move();
  const Connection first{before, host_->accept(listening)};
  exchange_octets(first);
  const Socket after = connecting(80);
  const Connection second{after, host_->accept(listening)};
  exchange_octets(second);
}

TEST_F(EngineMove, TimersGoOn) {
  Socket socket = host_->open();
  Request request = Host::about(Op::kSetOption, socket);
  request.args[0] = static_cast<int64_t>(Option::kUserTimeoutMs);
  request.args[1] = 300;
  Reply reply;
  int fd = -1;
  ASSERT_EQ(host_->ask(request, reply, fd), 0);
  ASSERT_EQ(host_->connect(socket, Ip4Address::from(10, 0, 0, 9), 80), EINPROGRESS);
  move();
  EXPECT_TRUE(ready(socket, POLLIN) & POLLIN);  // nobody is there, and somebody says so
  EXPECT_NE(host_->take_error(socket), 0);
}

TEST_F(EngineMove, WhatHooksKeepAtASocketComesAlong) {
  Socket socket = host_->open(SocketKind::kUdp);
  ASSERT_EQ(host_->ask(Op::kSetWanted, socket, 5), 0);
  ASSERT_EQ(host_->bind(socket, 5000), 0);
  move();
  EXPECT_EQ(host_->status(socket).wanted, 5u);
  EXPECT_TRUE(host_->status(socket).is_bound);
  Socket other = host_->open(SocketKind::kUdp);
  EXPECT_EQ(host_->bind(other, 5000), EADDRINUSE);
}

}  // namespace
}  // namespace tapstack::shim
