// The simulation: its tests, or single seeds to look at.
//
//   sim                                    the tests, with GoogleTest's options
//   sim --seed=N [--count=M] [--trace] [--pcap=FILE]
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/sim/scenario.h"

namespace {

using tapstack::sim::run_seed;
using tapstack::sim::RunOptions;
using tapstack::sim::RunResult;

// The value of `argument` if it is --name=value; nullptr otherwise.
const char* value_of(const char* argument, std::string_view name) {
  const std::string_view text(argument);
  return text.substr(0, name.size()) == name ? argument + name.size() : nullptr;
}

int run_seeds(uint64_t first, uint64_t count, const RunOptions& options) {
  int failed = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const RunResult result = run_seed(seed, options);
    if (count == 1 || !result.problem.empty()) {
      std::printf("seed %llu: %s\n  %llu frames, %d conversations, trace %016llx\n  %s\n",
                  static_cast<unsigned long long>(seed), result.settings.c_str(),
                  static_cast<unsigned long long>(result.frames), result.conversations,
                  static_cast<unsigned long long>(result.hash),
                  result.problem.empty() ? "all well" : result.problem.c_str());
    }
    if (!result.problem.empty()) ++failed;
  }
  if (count > 1) {
    std::printf("%d of %llu seeds failed\n", failed, static_cast<unsigned long long>(count));
  }
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  RunOptions options;
  uint64_t seed = 0;
  uint64_t count = 0;
  for (int i = 1; i < argc; ++i) {
    if (const char* text = value_of(argv[i], "--seed=")) {
      seed = std::strtoull(text, nullptr, 0);
      if (count == 0) count = 1;
    } else if (const char* number = value_of(argv[i], "--count=")) {
      count = std::strtoull(number, nullptr, 0);
    } else if (const char* path = value_of(argv[i], "--pcap=")) {
      options.capture = path;
    } else if (std::string_view(argv[i]) == "--trace") {
      options.trace = stdout;
    } else {
      std::fprintf(stderr, "usage: sim [--seed=N [--count=M] [--trace] [--pcap=FILE]]\n");
      return EXIT_FAILURE;
    }
  }
  return count > 0 ? run_seeds(seed, count, options) : RUN_ALL_TESTS();
}
