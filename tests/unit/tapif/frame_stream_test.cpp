#include "tapif/frame_stream.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <thread>
#include <vector>

namespace tapstack::tapif {
namespace {

constexpr size_t kFrameMax = 65'535;

// One side of a connection is the stream's, the other the test's.
class FrameStreamTest : public ::testing::Test {
 protected:
  FrameStreamTest() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_), 0);
    stream_.emplace(fds_[0], kFrameMax);
  }
  ~FrameStreamTest() override {
    for (const int fd : fds_) ::close(fd);
  }
  void come(const std::vector<uint8_t>& bytes) {
    ASSERT_EQ(::send(fds_[1], bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  int read(size_t room = kFrameMax) {
    frame_.assign(room, 0);
    const Bytes whole(frame_);
    const Bytes spans[] = {whole.first(room / 2), whole.subspan(room / 2)};
    return stream_->read(spans);
  }
  int write(size_t bytes) {
    const std::vector<uint8_t> frame(bytes, 0x42);
    const ConstBytes span(frame);
    return stream_->write({&span, 1});
  }
  // All that has been sent.
  std::vector<uint8_t> taken() {
    std::vector<uint8_t> all(1 << 20);
    const ssize_t n = ::recv(fds_[1], all.data(), all.size(), 0);
    all.resize(n > 0 ? static_cast<size_t>(n) : 0);
    return all;
  }
  void close_other_side() { ::shutdown(fds_[1], SHUT_RDWR); }

  int fds_[2] = {-1, -1};
  std::optional<FrameStream> stream_;
  std::vector<uint8_t> frame_;
};

TEST_F(FrameStreamTest, LengthGoesBeforeTheFrameInNetworkByteOrder) {
  ASSERT_EQ(write(258), 0);
  const std::vector<uint8_t> sent = taken();
  ASSERT_EQ(sent.size(), 4u + 258);
  EXPECT_EQ(std::vector(sent.begin(), sent.begin() + 5), (std::vector<uint8_t>{0, 0, 1, 2, 0x42}));
}

TEST_F(FrameStreamTest, FramesThatCameTogetherAreReadOneByOne) {
  come({0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 2, 4, 5});
  ASSERT_EQ(read(100), 3);
  EXPECT_EQ(frame_[2], 3);
  ASSERT_EQ(read(100), 2);
  EXPECT_EQ(frame_[1], 5);
  EXPECT_EQ(read(100), 0);
}

TEST_F(FrameStreamTest, FrameMayComeInPartsOfAnySize) {
  std::vector<uint8_t> bytes = {0, 0, 0, 20};
  for (uint8_t i = 0; i < 20; ++i) bytes.push_back(i);
  for (size_t i = 0; i + 1 < bytes.size(); ++i) {
    come({bytes[i]});
    ASSERT_EQ(read(100), 0) << "byte " << i;
  }
  come({bytes.back()});
  ASSERT_EQ(read(100), 20);
  for (uint8_t i = 0; i < 20; ++i) EXPECT_EQ(frame_[i], i);
}

TEST_F(FrameStreamTest, FrameThatBreaksOffBehindTheFirstSpanIsPutTogether) {
  come({0, 0, 0, 6, 1, 2, 3});
  EXPECT_EQ(read(8), 0);
  come({4, 5, 6, 0, 0, 0, 1, 9});
  ASSERT_EQ(read(8), 6);
  EXPECT_EQ(std::vector(frame_.begin(), frame_.begin() + 6),
            (std::vector<uint8_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(read(8), 1);
}

TEST_F(FrameStreamTest, LongerFrameThanTheRoomIsCutAndTheNextIsWhole) {
  come({0, 0, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0, 1, 9});
  EXPECT_EQ(read(4), 4);
  ASSERT_EQ(read(4), 1);
  EXPECT_EQ(frame_[0], 9);
}

TEST_F(FrameStreamTest, LengthBeyondAnyFrameIsGarbage) {
  come({0, 1, 0, 0, 1, 2, 3});
  EXPECT_EQ(read(), -EBADFD);
}

TEST_F(FrameStreamTest, GarbageLengthThatComesInPartsIsNoticedToo) {
  come({0xff});
  EXPECT_EQ(read(), 0);
  come({0xff, 0xff, 0xff});
  EXPECT_EQ(read(), -EBADFD);
}

TEST_F(FrameStreamTest, EndOfTheOtherSideIsToldBehindWhatItSent) {
  come({0, 0, 0, 1, 7});
  close_other_side();
  EXPECT_EQ(read(), 1);
  EXPECT_EQ(read(), -ENODEV);
  EXPECT_EQ(write(60), -ENODEV);
}

TEST_F(FrameStreamTest, FullSocketTakesAFrameInPartAndTheRestGoesBeforeTheNext) {
  size_t accepted = 0;
  while (write(60'000) == 0) ++accepted;
  ASSERT_GT(accepted, 0u);
  EXPECT_EQ(write(60'000), -EAGAIN);
  std::vector<uint8_t> all;
  for (std::vector<uint8_t> part = taken(); !part.empty(); part = taken()) {
    all.insert(all.end(), part.begin(), part.end());
    EXPECT_EQ(stream_->flush(), 0);
  }
  EXPECT_FALSE(stream_->has_unsent());
  EXPECT_EQ(all.size(), accepted * 60'004);
}

TEST_F(FrameStreamTest, SettlingDropsTheFrameThatCameInPartSoThatTheNextIsWhole) {
  come({0, 0, 0, 3, 1});
  EXPECT_EQ(read(), 0);
  std::thread later([this] { come({2, 3, 0, 0, 0, 1, 9}); });
  EXPECT_TRUE(stream_->settle(Duration::s(10)));
  later.join();
  FrameStream next(fds_[0], kFrameMax);
  uint8_t octet = 0;
  const Bytes span(&octet, 1);
  EXPECT_EQ(next.read({&span, 1}), 1);
  EXPECT_EQ(octet, 9);
}

TEST_F(FrameStreamTest, SettlingGivesUpOnASilentSide) {
  come({0, 0, 0, 3, 1});
  EXPECT_EQ(read(), 0);
  EXPECT_FALSE(stream_->settle(Duration::ms(1)));
}

}  // namespace
}  // namespace tapstack::tapif
