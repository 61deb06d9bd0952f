#include "tapif/capture.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <ctime>

#include "frames.h"
#include "tapif/memory_pair.h"
#include "tapif/os.h"
#include "tapif/pcap_library.h"

namespace tapstack::tapif {
namespace {

using testing::checksums_are_right;
using testing::tcp4_frame;
using testing::tcp4_offload;

constexpr size_t kFileHeader = 24, kRecordHeader = 16;  // draft-ietf-opsawg-pcap

class CaptureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (load_pcap_library() == nullptr) GTEST_SKIP() << "libpcap is not installed";
    char name[] = "/tmp/tapstack-capture-XXXXXX";
    os::close(::mkstemp(name));
    path_ = name;
  }
  void TearDown() override { ::unlink(path_.c_str()); }

  void open(bool cut) {
    auto [near, far] = make_memory_pair({}, {});
    far_ = std::move(far);
    Opened opened = open_capture(std::move(near), {path_, cut});
    ASSERT_TRUE(opened) << opened.failure.message;
    device_ = std::move(opened.device);
  }

  static void write(Device& device, const std::vector<uint8_t>& frame,
                    const api::Offload& offload) {
    // In two parts, as the engine does it.
    const ConstBytes spans[] = {ConstBytes(frame).first(54), ConstBytes(frame).subspan(54)};
    ASSERT_EQ(device.write({}, spans, offload), 0);
  }

  // The frames in the file, which is still open.
  std::vector<std::vector<uint8_t>> frames() const {
    const std::string file = os::read_file(path_.c_str());
    std::vector<std::vector<uint8_t>> result;
    for (size_t at = kFileHeader; at + kRecordHeader <= file.size();) {
      uint32_t bytes = 0;
      std::memcpy(&bytes, file.data() + at + 8, sizeof bytes);
      at += kRecordHeader;
      result.emplace_back(file.begin() + static_cast<long>(at),
                          file.begin() + static_cast<long>(at + bytes));
      at += bytes;
    }
    return result;
  }

  std::string path_;
  std::unique_ptr<Device> device_, far_;
};

TEST_F(CaptureTest, FileHeaderSaysNanosecondsAndEthernet) {
  open(false);
  const std::string file = os::read_file(path_.c_str());
  ASSERT_EQ(file.size(), kFileHeader);
  uint32_t magic = 0;
  std::memcpy(&magic, file.data(), sizeof magic);
  EXPECT_EQ(magic, 0xa1b23c4du);
  EXPECT_EQ(file[20], 1);  // LINKTYPE_ETHERNET
}

TEST_F(CaptureTest, FrameSentIsInTheFileAtOnceWithItsChecksumComplete) {
  open(false);
  write(*device_, tcp4_frame(100, 0x18), tcp4_offload(0));
  const auto all = frames();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].size(), 154u);
  EXPECT_TRUE(checksums_are_right(all[0]));
}

TEST_F(CaptureTest, FrameReceivedIsInTheFileAndReachesTheReaderUnchanged) {
  open(false);
  const auto frame = tcp4_frame(100, 0x18);
  write(*far_, frame, tcp4_offload(0));
  std::vector<uint8_t> read(1000);
  const Bytes span(read);
  api::Offload offload;
  ASSERT_EQ(device_->read({}, {&span, 1}, offload), 154);
  read.resize(154);
  EXPECT_EQ(read, frame);
  EXPECT_EQ(offload.checksum, api::ChecksumState::kPartial);
  ASSERT_EQ(frames().size(), 1u);
  EXPECT_TRUE(checksums_are_right(frames()[0]));
}

TEST_F(CaptureTest, SuperframeIsOneRecordWithRightChecksums) {
  open(false);
  write(*device_, tcp4_frame(60000, 0x10), tcp4_offload(1448));
  const auto all = frames();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].size(), 60054u);
  EXPECT_TRUE(checksums_are_right(all[0]));
}

TEST_F(CaptureTest, SuperframeIsCutWhenAsked) {
  open(true);
  write(*device_, tcp4_frame(3000, 0x10), tcp4_offload(1448));
  const auto all = frames();
  ASSERT_EQ(all.size(), 3u);
  for (const auto& packet : all) EXPECT_TRUE(checksums_are_right(packet));
}

TEST_F(CaptureTest, TimeStampsAreRealTimeInNanoseconds) {
  open(false);
  const auto before = std::time(nullptr);
  write(*device_, tcp4_frame(0, 0x10), tcp4_offload(0));
  const std::string file = os::read_file(path_.c_str());
  uint32_t stamp[2];
  std::memcpy(stamp, file.data() + kFileHeader, sizeof stamp);
  EXPECT_GE(stamp[0], before);
  EXPECT_LE(stamp[0], std::time(nullptr));
  EXPECT_LT(stamp[1], 1'000'000'000u);
}

TEST_F(CaptureTest, FileThatCannotBeWrittenIsNamed) {
  const Opened opened = open_capture(make_null_device({}), {"/nonexistent/x.pcap"});
  EXPECT_EQ(opened.failure.error, ENOENT);
  EXPECT_NE(opened.failure.message.find("/nonexistent/x.pcap"), std::string::npos);
}

TEST_F(CaptureTest, DescriptorLiesAboveTheFloorAndIsClosedOnExec) {
  Opened opened = open_capture(make_null_device({}), {path_, false, 200});
  ASSERT_TRUE(opened);
  int found = -1;
  for (int fd = 200; fd < 260; ++fd) {
    if (::fcntl(fd, F_GETFD) == FD_CLOEXEC) found = fd;
  }
  EXPECT_GE(found, 200);
}

}  // namespace
}  // namespace tapstack::tapif
