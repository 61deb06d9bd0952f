// Buffers that grow by themselves (Linux's dynamic right-sizing): as far as a path needs it and a
// reader takes what comes, no further.
#include <gtest/gtest.h>

#include "tests/bench/sim/transfer.h"
#include "transport/tcp/receiver.h"

namespace tapstack::bench {
namespace {

// What a connection begins with.
constexpr uint64_t kFirstReceiveBytes = kConfig.tcp_receive_buffer_bytes;

// A window is offered in units of its scale; one more than the buffer holds is in the last offer.
uint64_t window_unit_bytes() {
  return uint64_t{1} << transport::tcp::window_shift_for(kConfig.tcp_receive_buffer_max_bytes);
}

PathSettings path_of(int64_t mbit, Duration round_trip) {
  PathSettings path;
  path.forward.rate_bits_per_second = mbit * kMbit;
  path.forward.delay = path.backward.delay = round_trip / 2;
  path.forward.queue_bytes = mbit * kMbit / 8 * round_trip.us() / 1'000'000;
  return path;
}

// 100 Mbit/s over 200 ms: 2.5 MB must be in flight, twenty times the buffer at the start.
TEST(WindowGrowth, ALongFatPathIsFilledWithTheBuffersOfTheStart) {
  Path path(path_of(100, Duration::ms(200)));
  Transfer stream(path, {.algorithm = "cubic"});
  stream.connect();
  path.run_until(path.now() + Duration::s(10));
  const uint64_t before = stream.received_bytes();
  path.run_until(path.now() + Duration::s(5));
  const double mbit = static_cast<double>(stream.received_bytes() - before) * 8 / 5 / kMbit;
  EXPECT_GE(mbit, 90);
  EXPECT_EQ(stream.problem(), "");
}

TEST(WindowGrowth, AReaderThatStopsHoldsNoMoreThanTheBufferOfTheStart) {
  Path path(path_of(100, Duration::ms(20)));
  Transfer stream(path, {.algorithm = "cubic"});
  stream.set_reading(false);
  stream.connect();
  path.run_until(path.now() + Duration::s(5));
  EXPECT_LE(stream.sender_info().bytes_acked, kFirstReceiveBytes + window_unit_bytes());
  stream.set_reading(true);
  path.run_until(path.now() + Duration::s(5));
  EXPECT_GT(stream.received_bytes(), 10 * kFirstReceiveBytes) << "and then it goes on";
}

// What was granted while the reader was quick is all that a halt can make it hold.
TEST(WindowGrowth, AReaderThatStopsLaterHoldsAtMostWhatThePathNeeded) {
  Path path(path_of(100, Duration::ms(20)));
  Transfer stream(path, {.algorithm = "cubic"});
  stream.connect();
  path.run_until(path.now() + Duration::s(5));
  const uint64_t read = stream.received_bytes();
  stream.set_reading(false);
  path.run_until(path.now() + Duration::s(5));
  const uint64_t product = 100 * kMbit / 8 / 50;
  EXPECT_LE(stream.sender_info().bytes_acked - read, 5 * product)
      << "twice what a round trip carries, the queue's share of it included";
}

}  // namespace
}  // namespace tapstack::bench
