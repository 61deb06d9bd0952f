#include "transport/error_queue.h"

#include "tests/unit/transport/transport_test.h"

namespace tapstack::transport {
namespace {

class ErrorQueueTest : public TransportTest {
 protected:
  ErrorQueue queue_;
};

TEST_F(ErrorQueueTest, KeepsEverythingAboutAnError) {
  QueuedError error;
  error.error = Error::kHostUnreachable;
  error.type = 3;
  error.code = 1;
  error.hop_limit = 61;
  error.is_local = true;
  error.info = 1400;
  error.reporter = kPeer;
  error.destination = {kAbsent, Port{99}};
  error.received_at = Instant::from_us(77);
  error.payload_bytes = 64;
  error.payload[63] = 0xab;
  queue_.push(ctx_, error);
  const auto out = queue_.pop(*memory_);
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->error, Error::kHostUnreachable);
  EXPECT_EQ(out->type, 3);
  EXPECT_EQ(out->code, 1);
  EXPECT_EQ(out->hop_limit, 61);
  EXPECT_TRUE(out->is_local);
  EXPECT_EQ(out->info, 1400u);
  EXPECT_EQ(out->reporter, IpAddress(kPeer));
  EXPECT_EQ(out->destination, (Endpoint{kAbsent, Port{99}}));
  EXPECT_EQ(out->received_at, Instant::from_us(77));
  EXPECT_EQ(out->payload_bytes, 64);
  EXPECT_EQ(out->payload[63], 0xab);
  EXPECT_EQ(queue_.pop(*memory_).error(), Error::kWouldBlock);
  expect_nothing_held();
}

TEST_F(ErrorQueueTest, TellsTheErrorInFrontOnlyIfAMessageBroughtIt) {
  EXPECT_EQ(queue_.front_reported(*memory_), Error::kNone);
  QueuedError local;
  local.error = Error::kMessageTooLong;
  local.is_local = true;
  QueuedError reported;
  reported.error = Error::kHostUnreachable;
  queue_.push(ctx_, local);
  queue_.push(ctx_, reported);
  EXPECT_EQ(queue_.front_reported(*memory_), Error::kNone);
  ASSERT_TRUE(queue_.pop(*memory_).ok());
  EXPECT_EQ(queue_.front_reported(*memory_), Error::kHostUnreachable);
  queue_.clear(*memory_);
}

TEST_F(ErrorQueueTest, IsBounded) {
  for (size_t n = 0; n < kConfig.error_queue_max + 5; ++n) queue_.push(ctx_, QueuedError{});
  EXPECT_EQ(memory_->packets_used(), kConfig.error_queue_max);
  queue_.clear(*memory_);
  EXPECT_TRUE(queue_.is_empty());
  expect_nothing_held();
}

TEST_F(ErrorQueueTest, QuotesWhatLiesBehindTheTransportHeader) {
  net::IcmpError error = icmp_error(17, udp(1, 2, text("data")));
  error.mtu_bytes = 1300;
  const QueuedError out = queued_error_from(error, 8, Port{2}, ctx_.now);
  EXPECT_EQ(Frame(out.payload, out.payload + out.payload_bytes), text("data"));
  EXPECT_EQ(out.info, 1300u);
  EXPECT_EQ(out.received_at, ctx_.now);
  EXPECT_EQ(queued_error_from(icmp_error(17, Frame(8)), 8, Port{}, ctx_.now).payload_bytes, 0);
}

}  // namespace
}  // namespace tapstack::transport
