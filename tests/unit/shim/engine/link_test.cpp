#include "shim/engine/link.h"

#include "tests/unit/api/peer.h"
#include "tests/unit/shim/engine/two_engines.h"

namespace tapstack::shim {
namespace {

using namespace test;

class LinkTest : public TwoEngines {
 protected:
  int open_error() {
    Request request;
    request.op = Op::kOpen;
    request.args[0] = AF_INET;
    Reply reply;
    int fd = -1;
    const int error = a_->ask(request, reply, fd);
    if (fd >= 0) ::close(fd);
    return error;
  }
};

TEST_F(LinkTest, ADeviceThatVanishesWakesAReaderAndEndsItsConnection) {
  Socket listening = listener();
  Connection c = connect(listening);
  std::thread reader([&] {
    char byte;
    EXPECT_EQ(::recv(c.client.fd, &byte, 1, 0), 0);
    EXPECT_EQ(a_->take_error(c.client), ENETDOWN);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  a_->cable().vanish(false);
  reader.join();
  EXPECT_EQ(::send(c.client.fd, "x", 1, MSG_NOSIGNAL), -1);
}

TEST_F(LinkTest, AConnectionOnLoopbackOutlivesTheDevice) {
  Socket listening = listener();
  Socket client = b_->open();
  EXPECT_EQ(b_->connect(client, Ip4Address::loopback(), 80), EINPROGRESS);
  EXPECT_TRUE(ready(client, POLLOUT) & POLLOUT);
  Socket server = b_->accept(listening);
  b_->cable().vanish(false);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(::send(client.fd, "x", 1, 0), 1);
  char byte;
  EXPECT_EQ(::recv(server.fd, &byte, 1, 0), 1);
}

TEST_F(LinkTest, ADatagramSocketIsWokenWithAnError) {
  Socket socket = a_->open(SocketKind::kUdp);
  EXPECT_EQ(a_->bind(socket, 53), 0);
  a_->cable().vanish(false);
  EXPECT_TRUE(ready(socket, POLLIN) & POLLIN);
  EXPECT_EQ(a_->take_error(socket), ENETDOWN);
}

TEST_F(LinkTest, NewSocketsAreRefusedAndTheDeviceIsTriedOnceASecondAtMost) {
  a_->cable().vanish(false);
  EXPECT_TRUE(eventually([&] { return open_error() == ENETDOWN; }));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(open_error(), ENETDOWN);
  EXPECT_LE(a_->cable().times_reopened(), 2);
}

TEST_F(LinkTest, ADeviceThatComesBackServesNewConnections) {
  Socket listening = listener();
  Connection before = connect(listening);
  a_->cable().vanish(true);
  EXPECT_TRUE(ready(before.client, POLLRDHUP) & POLLHUP);
  Connection after = connect(listening);
  EXPECT_EQ(a_->cable().times_reopened(), 1);
  ASSERT_EQ(::send(after.client.fd, "x", 1, 0), 1);
  char byte;
  EXPECT_EQ(::recv(after.server.fd, &byte, 1, 0), 1);
}

// A wire as the engine's device.
class WireDevice final : public tapif::Device {
 public:
  explicit WireDevice(api::Wire& wire) : wire_(wire) {}
  const tapif::DeviceInfo& info() const override { return info_; }
  int fd() const override { return -1; }
  int read(Instant, std::span<const Bytes> spans, api::Offload&) override {
    if (wire_.received.empty()) return 0;
    const int bytes = static_cast<int>(wire_.received.front().size());
    wire_.read(spans);
    return bytes;
  }
  int write(Instant, std::span<const ConstBytes> spans, const api::Offload&) override {
    wire_.write(spans);
    return 0;
  }

 private:
  api::Wire& wire_;
  tapif::DeviceInfo info_;
};

class LinkToPeer : public api::ApiTest {
 protected:
  LinkToPeer() {
    LinkImage image;
    image.interface = device_;
    EXPECT_EQ(link_.restore(image, watch_), 0);
  }

  api::Wire wire_;
  Watch watch_;
  Link link_{std::make_unique<WireDevice>(wire_)};
};

TEST_F(LinkToPeer, AnAckThatTellsOfAHoleIsAnsweredBeforeTheNext) {  // RFC 3042
  const Instant now = api::lose_a_segment(stack_, wire_, [&](Instant at) {
    link_.input(stack_, watch_, at);
    link_.output(stack_, watch_, at);
  });
  const size_t acks = wire_.received.size();
  EXPECT_TRUE(link_.input(stack_, watch_, now));
  EXPECT_EQ(wire_.received.size(), acks - 1);
  link_.output(stack_, watch_, now);
  EXPECT_EQ(wire_.written.size(), 1u) << "new text";
}

}  // namespace
}  // namespace tapstack::shim
