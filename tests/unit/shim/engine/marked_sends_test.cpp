#include "shim/engine/marked_sends.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

#include "tests/unit/shim/engine/two_engines.h"

namespace tapstack::shim {
namespace {

using namespace test;

class MarkedSends : public TwoEngines {
 protected:
  void SetUp() override {
    TwoEngines::SetUp();
    listening_ = listener();
    c_ = connect(listening_);
  }
  // As the hook does; an errno.
  int send_marked(const std::string& text, bool ends_record, int64_t stamping = -1) {
    Request request = Host::about(Op::kSendMarked, c_.client);
    request.args[0] = ends_record ? 1 : 0;
    request.args[1] = stamping;
    request.payload_bytes = static_cast<uint16_t>(text.size());
    std::memcpy(request.payload, text.data(), text.size());
    Reply reply;
    int fd = -1;
    return a_->ask(request, reply, fd);
  }
  int next_notice(SendNotice& notice) {
    Reply reply;
    int fd = -1;
    const int error = a_->ask(Host::about(Op::kSendNotice, c_.client), reply, fd);
    if (error == 0) std::memcpy(&notice, reply.payload, sizeof notice);
    return error;
  }
  SendNotice await_notice() {
    SendNotice notice;
    EXPECT_TRUE(eventually([&] { return next_notice(notice) == 0; }));
    return notice;
  }
  uint64_t text_segments() {
    Reply reply;
    int fd = -1;
    EXPECT_EQ(a_->ask(Host::about(Op::kTcpInfo, c_.client), reply, fd), 0);
    TcpInfo info;
    std::memcpy(static_cast<void*>(&info), reply.payload, sizeof info);
    return info.text_segments_out;
  }
  std::string receive(size_t bytes) {
    std::string text(bytes, ' ');
    const long got = ::recv(c_.server.fd, text.data(), bytes, MSG_WAITALL);
    return text.substr(0, static_cast<size_t>(std::max(got, 0L)));
  }
  // Writes to the handle until neither it nor the core takes more. Bytes.
  size_t fill() {
    const std::string text(10'000, 'f');
    size_t bytes = 0;
    for (int quiet = 0; quiet < 20;) {
      const long sent = ::send(c_.client.fd, text.data(), text.size(), MSG_DONTWAIT);
      if (sent > 0) {
        bytes += static_cast<size_t>(sent);
        quiet = 0;
      } else {
        ++quiet;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
    }
    return bytes;
  }

  Socket listening_;
  Connection c_;
};

TEST_F(MarkedSends, ComeBehindWhatWasWrittenBefore) {
  ASSERT_EQ(::send(c_.client.fd, "written", 7, 0), 7);
  EXPECT_EQ(send_marked(" marked", true), 0);
  ASSERT_EQ(::send(c_.client.fd, " after", 6, 0), 6);
  EXPECT_EQ(receive(20), "written marked after");
}

TEST_F(MarkedSends, RecordsDoNotShareSegments) {
  a_->ask(Op::kSetOption, c_.client, static_cast<int64_t>(Option::kCork), 1);
  for (const char* record : {"a", "b", "c"}) EXPECT_EQ(send_marked(record, true), 0);
  a_->ask(Op::kSetOption, c_.client, static_cast<int64_t>(Option::kCork), 0);
  EXPECT_EQ(receive(3), "abc");
  EXPECT_EQ(text_segments(), 3u);
}

TEST_F(MarkedSends, WithoutRoomNothingIsTakenAndTheHandleCarriesTheRecord) {
  const size_t before = fill();
  EXPECT_EQ(send_marked("no room", true), EAGAIN);
  Connection& c = c_;
  std::thread writer([&] {
    ASSERT_EQ(::send(c.client.fd, "written", 7, 0), 7);
    EXPECT_EQ(a_->ask(Op::kMarkWritten, c.client, 1, -1), 0);
    ASSERT_EQ(::send(c.client.fd, "after", 5, 0), 5);
  });
  EXPECT_EQ(receive(before), std::string(before, 'f'));
  writer.join();
  EXPECT_EQ(receive(12), "writtenafter");
}

TEST_F(MarkedSends, AMarkInThePairIsReportedWhenThatIsAcknowledged) {
  const size_t before = fill();
  EXPECT_EQ(a_->ask(Op::kMarkWritten, c_.client, 0, SOF_TIMESTAMPING_TX_ACK), 0);
  SendNotice notice;
  EXPECT_EQ(next_notice(notice), EAGAIN);
  EXPECT_EQ(receive(before).size(), before);
  notice = await_notice();
  EXPECT_TRUE(notice.is_stamp);
  EXPECT_EQ(notice.info, static_cast<uint32_t>(SCM_TSTAMP_ACK));
}

TEST_F(MarkedSends, AreReportedAsTheSocketWants) {
  const int stamping = SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE |
                       SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_OPT_ID;
  ASSERT_EQ(send_marked("before", false), 0);
  EXPECT_EQ(receive(6), "before");
  ASSERT_TRUE(eventually([&] { return a_->ask(Op::kUnsent, c_.client) == 0; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // acknowledged
  a_->ask(Op::kKeep, c_.client, static_cast<int64_t>(Kept::kTimestamping), stamping);
  ASSERT_EQ(send_marked("text", false), 0);
  EXPECT_EQ(receive(4), "text");
  for (const unsigned kind : {SCM_TSTAMP_SCHED, SCM_TSTAMP_SND, SCM_TSTAMP_ACK}) {
    const SendNotice notice = await_notice();
    EXPECT_TRUE(notice.is_stamp);
    EXPECT_EQ(notice.info, kind);
    EXPECT_EQ(notice.data, 3u);
    EXPECT_LT(std::abs(notice.realtime_ns - time(nullptr) * 1'000'000'000LL), 5'000'000'000LL);
  }
  EXPECT_FALSE(a_->status(c_.client).has_queued_error);
}

TEST_F(MarkedSends, SaidToBeCopiedAreToldInOneRange) {
  EXPECT_EQ(a_->ask(Op::kZeroCopied, c_.client), 0);
  EXPECT_EQ(a_->ask(Op::kZeroCopied, c_.client), 0);
  EXPECT_TRUE(a_->status(c_.client).has_queued_error);
  SendNotice notice;
  ASSERT_EQ(next_notice(notice), 0);
  EXPECT_FALSE(notice.is_stamp);
  EXPECT_EQ(notice.info, 0u);
  EXPECT_EQ(notice.data, 1u);
  EXPECT_EQ(next_notice(notice), EAGAIN);
  EXPECT_FALSE(a_->status(c_.client).has_queued_error);
}

TEST_F(MarkedSends, AreRefusedWhereAStreamHasNoConnectionAndMeanNothingToDatagrams) {
  Socket fresh = a_->open();
  Request request = Host::about(Op::kSendMarked, fresh);
  request.payload_bytes = 1;
  Reply reply;
  int fd = -1;
  EXPECT_EQ(a_->ask(request, reply, fd), EAGAIN);
  request.payload_bytes = 0;
  EXPECT_EQ(a_->ask(request, reply, fd), EPROTO);
  Socket datagrams = a_->open(SocketKind::kUdp);
  request = Host::about(Op::kSendMarked, datagrams);
  request.payload_bytes = 1;
  EXPECT_EQ(a_->ask(request, reply, fd), EPROTO);
  EXPECT_EQ(a_->ask(Op::kMarkWritten, datagrams), EPROTO);
}

}  // namespace
}  // namespace tapstack::shim
