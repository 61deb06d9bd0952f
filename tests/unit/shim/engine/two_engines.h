// Two engines in one process, joined by a cable of AF_UNIX datagrams, and calls as hooks make them.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/engine/engine.h"

namespace tapstack::shim::test {

// One end of the cable. Each message is a frame.
class CableEnd final : public tapif::Device {
 public:
  CableEnd(int fd, uint8_t number) : fd_(fd) {
    info_.name = "ts0";
    info_.mac = {{2, 0, 0, 0, 0, number}};
  }
  ~CableEnd() override {
    ::close(fd_);
    ::close(status_);
  }
  const tapif::DeviceInfo& info() const override { return info_; }
  int fd() const override { return fd_; }
  // As a device that is deleted; comes back with reopen() when `may_return`.
  void vanish(bool may_return) {
    is_gone_ = true;
    may_return_ = may_return;
    const uint64_t one = 1;
    sys::write(status_, &one, sizeof one);
  }
  int status_fd() const override { return status_; }
  int check_status() override {
    uint64_t count = 0;
    sys::read(status_, &count, sizeof count);
    return is_gone_ ? -EBADFD : 0;
  }
  tapif::Failure reopen() override {
    ++reopened_;
    if (!may_return_) return {EPERM, "the test does not let it return"};
    is_gone_ = false;
    return {};
  }
  int times_reopened() const { return reopened_; }
  int read(Instant, std::span<const Bytes> spans, api::Offload& offload) override {
    if (is_gone_) return -EBADFD;
    offload = {};
    std::vector<iovec> parts;
    for (const Bytes& span : spans) parts.push_back({span.data(), span.size()});
    const long got = sys::readv(fd_, parts.data(), parts.size());
    return got == -EAGAIN ? 0 : static_cast<int>(got);
  }
  int write(Instant, std::span<const ConstBytes> spans, const api::Offload&) override {
    if (is_gone_) return -EBADFD;
    std::vector<iovec> parts;
    for (const ConstBytes& span : spans) {
      parts.push_back({const_cast<uint8_t*>(span.data()), span.size()});
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const long sent = sys::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? static_cast<int>(sent) : 0;
  }

 private:
  int fd_;
  int status_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::atomic<bool> is_gone_ = false, may_return_ = false;
  std::atomic<int> reopened_ = 0;
  tapif::DeviceInfo info_;
};

struct Socket {
  SlotId slot;
  int fd = -1;
};

// What a program on one engine does.
class Host {
 public:
  Host(int cable, uint8_t number) : Host(std::make_unique<CableEnd>(cable, number), number) {}
  Host(std::unique_ptr<tapif::Device> device, uint8_t number)
      : address_(Ip4Address::from(10, 0, 0, number)) {
    Settings settings;
    settings.addresses = {Prefix{address_, 24}};
    settings.seed = number;
    cable_ = dynamic_cast<CableEnd*>(device.get());
    Engine::Started started = Engine::start(settings, std::move(device));
    EXPECT_EQ(started.failure.error, 0) << started.failure.message;
    engine_ = std::move(started.engine);
  }
  // Its sockets are served by another from now on.
  std::unique_ptr<Engine> exchange(std::unique_ptr<Engine> next) {
    return std::exchange(engine_, std::move(next));
  }

  Engine& engine() { return *engine_; }
  CableEnd& cable() { return *cable_; }
  Ip4Address address() const { return address_; }

  int ask(const Request& request, Reply& reply, int& fd) {
    engine_->call(request, reply, fd);
    return reply.error;
  }
  int ask(Op op, const Socket& socket, int64_t a = 0, int64_t b = 0) {
    Request request = about(op, socket);
    request.args[0] = a;
    request.args[1] = b;
    Reply reply;
    int fd = -1;
    return ask(request, reply, fd);
  }
  Socket open(SocketKind kind = SocketKind::kTcp) {
    Request request;
    request.op = Op::kOpen;
    request.args[0] = AF_INET;
    request.args[1] = static_cast<int64_t>(kind);
    Reply reply;
    Socket socket;
    EXPECT_EQ(ask(request, reply, socket.fd), 0);
    socket.slot = reply.slot;
    return socket;
  }
  int bind(const Socket& socket, uint16_t port) {
    return with_endpoint(Op::kBind, socket, {Ip4Address::any(), Port{port}});
  }
  int listen(const Socket& socket, int backlog) {
    return ask(Op::kListen, socket, backlog, socket.fd);
  }
  int connect(const Socket& socket, Ip4Address to, uint16_t port) {
    return with_endpoint(Op::kConnect, socket, {to, Port{port}});
  }
  int take_error(const Socket& socket) {
    Reply reply;
    int fd = -1;
    EXPECT_EQ(ask(about(Op::kTakeError, socket), reply, fd), 0);
    return static_cast<int>(reply.value);
  }
  SlotStatus status(const Socket& socket) {
    Reply reply;
    int fd = -1;
    SlotStatus status;
    EXPECT_EQ(ask(about(Op::kStatus, socket), reply, fd), 0);
    std::memcpy(&status, reply.payload, sizeof status);
    return status;
  }
  // As the hook does: a token, then the connection.
  Socket accept(const Socket& listener, int* error = nullptr) {
    char token[kAcceptTokenBytes];
    EXPECT_EQ(::recv(listener.fd, token, sizeof token, 0), static_cast<ssize_t>(sizeof token));
    Reply reply;
    Socket socket;
    const int result = ask(about(Op::kAccept, listener), reply, socket.fd);
    if (error != nullptr) *error = result;
    socket.slot = reply.slot;
    return socket;
  }
  void close(Socket& socket) {
    ask(Op::kClose, socket);
    ::close(socket.fd);
    socket.fd = -1;
  }

  static Request about(Op op, const Socket& socket) {
    Request request;
    request.op = op;
    request.slot = socket.slot;
    return request;
  }

 private:
  int with_endpoint(Op op, const Socket& socket, const Endpoint& endpoint) {
    Request request = about(op, socket);
    request.endpoint = endpoint;
    request.args[0] = socket.fd;
    Reply reply;
    int fd = -1;
    return ask(request, reply, fd);
  }

  Ip4Address address_;
  CableEnd* cable_ = nullptr;  // the engine's, if its device is one
  std::unique_ptr<Engine> engine_;
};

// What the kernel shows on a handle now, or within five seconds if `wanted` is awaited.
inline short ready(const Socket& socket, short wanted = 0) {
  pollfd entry{socket.fd, POLLIN | POLLOUT | POLLRDHUP | POLLPRI, 0};
  if (wanted != 0) entry.events = wanted;
  ::poll(&entry, 1, wanted != 0 ? 5000 : 0);
  if (wanted == 0) return entry.revents;
  return ready(socket);
}

// Waits until `condition` holds; false after five seconds.
template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 5000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

class TwoEngines : public ::testing::Test {
 protected:
  void SetUp() override {
    private_fds::prepare();
    int cable[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, cable), 0);
    a_ = std::make_unique<Host>(cable[0], 1);
    b_ = std::make_unique<Host>(cable[1], 2);
  }

  Socket listener(uint16_t port = 80, int backlog = 5) {
    Socket socket = b_->open();
    EXPECT_EQ(b_->bind(socket, port), 0);
    EXPECT_EQ(b_->listen(socket, backlog), 0);
    return socket;
  }
  struct Connection {
    Socket client, server;
  };
  Connection connect(const Socket& listening, uint16_t port = 80) {
    Connection made;
    made.client = a_->open();
    EXPECT_EQ(a_->connect(made.client, b_->address(), port), EINPROGRESS);
    EXPECT_TRUE(ready(made.client, POLLOUT) & POLLOUT);
    EXPECT_EQ(a_->take_error(made.client), 0);
    made.server = b_->accept(listening);
    return made;
  }

  std::unique_ptr<Host> a_, b_;
};

}  // namespace tapstack::shim::test
