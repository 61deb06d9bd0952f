// Every sequence of the recorded file, compared with the table of those known to end otherwise; and
// the runner itself: that it notices what it is there to notice.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/sequences/runner.h"

namespace tapstack::sequences {
namespace {

namespace fs = std::filesystem;

fs::path recorded_file() {
  const char* set = std::getenv("TAPSTACK_FRAME_SEQUENCES");
  return set != nullptr ? fs::path(set)
                        : fs::path(TAPSTACK_SOURCE_DIR) / "../shared/facts/ipv6_core_visible.json";
}

// Lines of tests/sequences/departures.tsv: name, tab, reason. Lines with # are remarks.
std::map<std::string, std::string> departures() {
  std::map<std::string, std::string> reasons;
  std::ifstream file(fs::path(TAPSTACK_SOURCE_DIR) / "tests/sequences/departures.tsv");
  for (std::string line; std::getline(file, line);) {
    const size_t tab = line.find('\t');
    if (line.starts_with("#") || tab == std::string::npos) continue;
    reasons[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return reasons;
}

TEST(RecordedSequences, EndAsTheTableOfDeparturesHasIt) {
  const fs::path path = recorded_file();
  if (!fs::exists(path)) GTEST_SKIP() << path << " is not there";
  const auto reasons = departures();
  for (const Sequence& sequence : load_sequences(path)) {
    const Outcome outcome = run(sequence);
    const auto departs = reasons.find(sequence.name);
    if (departs == reasons.end()) {
      EXPECT_TRUE(outcome.passed) << sequence.name << ": " << outcome.failure;
    } else {
      EXPECT_FALSE(outcome.passed) << sequence.name << " passes: it stands in departures.tsv";
    }
  }
}

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
