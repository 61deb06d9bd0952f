// The runner itself: that it notices what it is there to notice.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/sequences/runner.h"

namespace tapstack::sequences {
namespace {

// The packets of these sequences are IPv6 headers with no next header, to and from nobody.
std::string frame_hex(int hop_limit) {
  char text[128];
  std::snprintf(text, sizeof text, "00112233445600000000010086dd6000000000003b%02x%032x%032x",
                hop_limit, 1, 2);
  return "\"frame\":\"" + std::string(text) + "\"";
}
Outcome run_steps(const std::string& steps) {
  return run(parse_sequences(R"([{"name":"x","group":"g","steps":[)" + steps + "]}]").front());
}

TEST(SequenceRunner, NoticesThatAPacketDoesNotCome) {
  const Outcome outcome = run_steps(R"({"op":"CHECK","seconds":1,)" + frame_hex(7) + "}");
  EXPECT_FALSE(outcome.passed);
  EXPECT_EQ(outcome.failure.substr(0, 14), "step 1 (CHECK)") << outcome.failure;
}

TEST(SequenceRunner, JudgesNothingBehindCleanup) {
  EXPECT_TRUE(
      run_steps(R"({"op":"CLEANUP"},{"op":"CHECK","seconds":1,)" + frame_hex(7) + "}").passed);
}

TEST(SequenceRunner, TakesTheFirstHopLimitFromTheRecording) {
  const auto sequences = parse_sequences(R"([{"name":"x","steps":[{"op":"CHECK","seconds":1,)" +
                                         frame_hex(7) + "}]}]");
  EXPECT_EQ(initial_hop_limit(sequences.front()), 7);
}

TEST(SequenceFile, SaysWhereItIsMalformed) {
  const auto problem_of = [](const std::string& steps) -> std::string {
    try {
      run_steps(steps);
    } catch (const FormatError& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_EQ(problem_of(R"({"op":"DUMP"},{"op":"SING"})"), "x, step 2: unknown op 'SING'");
  EXPECT_EQ(problem_of(R"({"op":"INJECT","frame":"0g"})"), "x, step 1: a frame with '0g' in it");
  EXPECT_EQ(problem_of(R"({"op":"INJECT","frame":"00"})"), "x, step 1: a frame without a packet");
  EXPECT_EQ(problem_of(R"({"op":"WAIT","seconds":-1})"), "x, step 1: seconds below 0");
}

}  // namespace
}  // namespace tapstack::sequences
