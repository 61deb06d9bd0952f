// A keeper under clients that do not keep to the protocol: none of it harms another client.
#include "shim/keeper/server.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <thread>

#include "shim/common/message.h"
#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "tapif/memory_pair.h"

namespace tapstack::shim {
namespace {

size_t open_descriptors() {
  size_t count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

// One end of a channel to the keeper.
class Client {
 public:
  explicit Client(int channel) : channel_(channel) {}
  ~Client() { leave(); }
  void leave() {
    if (channel_ >= 0) ::close(channel_);
    channel_ = -1;
  }
  int channel() const { return channel_; }

  int ask(Op op, Reply& reply, int& fd, SlotId slot = {}) {
    Request request;
    request.op = op;
    request.slot = slot;
    request.args[0] = op == Op::kOpen ? int64_t{AF_INET} : int64_t{kProtocolVersion};
    const int error = send_request(channel_, request, -1);
    return error != 0 ? error : receive_reply(channel_, reply, fd);
  }
  // A socket comes and goes.
  bool is_served() {
    Reply reply;
    int fd = -1;
    if (ask(Op::kOpen, reply, fd) != 0 || reply.error != 0 || fd < 0) return false;
    const SlotId slot = reply.slot;
    ::close(fd);
    return ask(Op::kClose, reply, fd, slot) == 0;
  }
  bool is_dropped() {
    pollfd one{channel_, POLLIN, 0};
    return ::poll(&one, 1, 2000) == 1 && (one.revents & POLLHUP) != 0;
  }

 private:
  int channel_;
};

class KeeperServer : public ::testing::Test {
 protected:
  void SetUp() override {
    private_fds::prepare();
    tapif::DeviceInfo info;
    info.name = "ts0";
    info.mac = {{2, 0, 0, 0, 0, 1}};
    Settings settings;
    settings.addresses = {Prefix{Ip4Address::from(10, 0, 0, 1), 24}};
    Engine::Started started = Engine::start(settings, tapif::make_null_device(info));
    ASSERT_EQ(started.failure.error, 0);
    engine_ = std::move(started.engine);
    server_ = std::make_unique<Server>(*engine_, 100);
    int fds[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
    good_ = std::make_unique<Client>(fds[0]);
    server_->add_client(fds[1]);
    thread_ = std::thread([this] { server_->run(); });
    ASSERT_TRUE(good_->is_served());
  }
  void TearDown() override {
    EXPECT_TRUE(good_->is_served());
    good_.reset();
    thread_.join();  // the last client is gone: the keeper ends
  }
  // Another client, greeted in the way of a forked process.
  std::unique_ptr<Client> join() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
    Request request;
    request.args[0] = kProtocolVersion;
    EXPECT_EQ(send_request(good_->channel(), request, fds[1]), 0);
    ::close(fds[1]);
    Reply reply;
    int fd = -1;
    EXPECT_EQ(receive_reply(fds[0], reply, fd), 0);
    return std::make_unique<Client>(fds[0]);
  }
  // Everything that was opened since `before` is closed again.
  void expect_no_more_descriptors_than(size_t before) {
    for (int i = 0; i < 2000 && open_descriptors() > before; ++i) usleep(1000);
    EXPECT_LE(open_descriptors(), before);
  }

  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> good_;
  std::thread thread_;
};

TEST_F(KeeperServer, AMessageThatIsNoneCostsItsSenderTheChannel) {
  const size_t before = open_descriptors();
  std::minstd_rand random(1);
  for (size_t bytes : {1, 7, 8, 40, 79, 80, 500, 2047, 2128, 4096, 60'000}) {
    const std::unique_ptr<Client> bad = join();
    std::vector<uint8_t> text(bytes);
    for (uint8_t& byte : text) byte = static_cast<uint8_t>(random() >> 8);
    if (bytes >= 4) text[3] = 0xff;  // the length of the payload fits none
    ASSERT_EQ(::send(bad->channel(), text.data(), text.size(), 0), static_cast<ssize_t>(bytes));
    EXPECT_TRUE(bad->is_dropped()) << bytes;
    EXPECT_TRUE(good_->is_served());
  }
  expect_no_more_descriptors_than(before);
}

// Requests whose form is right and whose content is chance: any operation on sockets that are there
// and on others, any payload, and beside it the handle of some socket, or something else, or
// nothing.
class Nonsense {
 public:
  explicit Nonsense(unsigned seed) : random_(seed) {}
  ~Nonsense() {
    for (const Opened& one : opened_) ::close(one.fd);
  }

  Request request() {
    Request request;
    request.op = static_cast<Op>(below(static_cast<unsigned>(Op::kDrain)));
    request.slot = {below(4), below(4)};
    if (!opened_.empty() && below(4) != 0) request.slot = any().slot;
    for (int64_t& argument : request.args) {
      argument =
          below(2) == 0 ? int64_t{below(40)} - 4 : static_cast<int64_t>(below(~0u)) << (below(33));
    }
    if (request.op == Op::kOpen && below(2) == 0) {
      request.args[0] = below(2) == 0 ? AF_INET : AF_INET6;
      request.args[1] = below(4);
    }
    request.endpoint = {Ip4Address{below(~0u)}, Port{static_cast<uint16_t>(below(65536))}};
    if (below(4) == 0) request.endpoint.address = Ip4Address::from(127, 0, 0, 1);
    if (below(4) == 0) request.endpoint.address = Ip6Address::loopback();
    request.interface = {static_cast<uint8_t>(below(256))};
    request.payload_bytes = static_cast<uint16_t>(below(3) == 0 ? below(2049) : 0);
    for (size_t i = 0; i < request.payload_bytes; ++i)
      request.payload[i] = static_cast<uint8_t>(below(256));
    return request;
  }
  int descriptor(Op op) {
    if (op == Op::kHello) return -1;  // would be another client
    if (below(8) == 0) return STDERR_FILENO;
    return !opened_.empty() && below(2) == 0 ? any().fd : -1;
  }
  void keep(SlotId slot, int fd) {
    constexpr size_t kMost = 20;
    if (opened_.size() < kMost) {
      opened_.push_back({slot, fd});
    } else {
      Opened& replaced = any();
      ::close(replaced.fd);
      replaced = {slot, fd};
    }
  }

 private:
  uint32_t below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  struct Opened {
    SlotId slot;
    int fd;
  };
  Opened& any() { return opened_[below(static_cast<unsigned>(opened_.size()))]; }

  std::mt19937 random_;
  std::vector<Opened> opened_;
};

TEST_F(KeeperServer, WellFormedNonsenseIsAnswered) {
  const size_t before = open_descriptors();
  {
    const std::unique_ptr<Client> bad = join();
    Nonsense nonsense(2);
    for (int i = 0; i < 20'000; ++i) {
      const Request request = nonsense.request();
      ASSERT_EQ(send_request(bad->channel(), request, nonsense.descriptor(request.op)), 0);
      Reply reply;
      int fd = -1;
      ASSERT_EQ(receive_reply(bad->channel(), reply, fd), 0);
      if (fd >= 0) nonsense.keep(reply.slot, fd);
    }
    EXPECT_TRUE(good_->is_served());
  }
  expect_no_more_descriptors_than(before);
  EXPECT_EQ(engine_->open_sockets(), 0u);
}

TEST_F(KeeperServer, StrayDescriptorsAreClosed) {
  constexpr int kStray = STDERR_FILENO;
  const size_t before = open_descriptors();
  for (int count : {1, 2, 5}) {
    const std::unique_ptr<Client> bad = join();
    for (int i = 0; i < 50; ++i) {
      Request request;
      request.op = Op::kTakeHangUps;
      iovec part{&request, offsetof(Request, payload)};
      alignas(cmsghdr) char control[CMSG_SPACE(5 * sizeof(int))] = {};
      msghdr message{};
      message.msg_iov = &part;
      message.msg_iovlen = 1;
      message.msg_control = control;
      const auto length = static_cast<size_t>(count) * sizeof(int);
      message.msg_controllen = CMSG_SPACE(length);
      cmsghdr* rights = CMSG_FIRSTHDR(&message);
      rights->cmsg_level = SOL_SOCKET;
      rights->cmsg_type = SCM_RIGHTS;
      rights->cmsg_len = CMSG_LEN(length);
      for (int n = 0; n < count; ++n) {
        std::memcpy(CMSG_DATA(rights) + static_cast<size_t>(n) * sizeof(int), &kStray, sizeof(int));
      }
      ASSERT_GT(::sendmsg(bad->channel(), &message, 0), 0);
      Reply reply;
      int fd = -1;
      ASSERT_EQ(receive_reply(bad->channel(), reply, fd), 0);
    }
  }
  expect_no_more_descriptors_than(before);
}

TEST_F(KeeperServer, ADescriptorThatIsNoChannelMakesNoClient) {
  const size_t before = open_descriptors();
  const std::unique_ptr<Client> bad = join();
  Request request;
  request.args[0] = kProtocolVersion;
  ASSERT_EQ(send_request(bad->channel(), request, STDERR_FILENO), 0);
  EXPECT_TRUE(bad->is_dropped());
  bad->leave();
  expect_no_more_descriptors_than(before);
}

TEST_F(KeeperServer, WhoFloodsWithoutListeningIsDropped) {
  const size_t before = open_descriptors();
  const std::unique_ptr<Client> bad = join();
  Request request;
  request.op = Op::kOpen;
  request.args[0] = AF_INET;
  while (send_request(bad->channel(), request, -1) == 0) {
  }
  EXPECT_TRUE(good_->is_served());
  bad->leave();
  expect_no_more_descriptors_than(before);
  EXPECT_EQ(engine_->open_sockets(), 0u);
}

TEST_F(KeeperServer, ADeathInTheMiddleOfARequestLeavesNothing) {
  const size_t before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    const std::unique_ptr<Client> dying = join();
    Request request;
    request.op = Op::kOpen;
    request.args[0] = AF_INET;
    ASSERT_EQ(send_request(dying->channel(), request, -1), 0);
  }
  expect_no_more_descriptors_than(before);
  EXPECT_TRUE(good_->is_served());
  EXPECT_EQ(engine_->open_sockets(), 0u);
}

}  // namespace
}  // namespace tapstack::shim
