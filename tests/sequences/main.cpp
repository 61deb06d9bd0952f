// frame_sequences: runs files of recorded frame sequences against the stack in virtual time.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/sequences/runner.h"

namespace {

using namespace tapstack::sequences;

struct Arguments {
  std::vector<std::string> files;
  std::string filter;
  bool is_verbose = false;
};

struct Count {
  int passed = 0, failed = 0;
};

std::string drawn(uint8_t draw) { return ", draw " + std::to_string(draw) + " of random times"; }

void run_file(const std::string& file, const Arguments& arguments, Count& count) {
  for (const Sequence& sequence : load_sequences(file)) {
    if (sequence.name.find(arguments.filter) == std::string::npos &&
        sequence.group.find(arguments.filter) == std::string::npos) {
      continue;
    }
    const Outcome outcome = run(sequence);
    ++(outcome.passed ? count.passed : count.failed);
    std::printf("%s %s (%s)%s%s%s\n", outcome.passed ? "pass" : "FAIL", sequence.name.c_str(),
                sequence.group.c_str(), outcome.draw > 1 ? drawn(outcome.draw).c_str() : "",
                outcome.passed ? "" : ": ", outcome.failure.c_str());
    if (arguments.is_verbose) std::printf("%s", outcome.trace.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Runs recorded frame sequences against the stack, in virtual time.");
  app.add_option("FILE", arguments.files, "JSON files of sequences")->required();
  app.add_option("--filter", arguments.filter, "only those with this in their name or group");
  app.add_flag("--verbose,-v", arguments.is_verbose, "also what happened at which time");
  CLI11_PARSE(app, argc, argv);
  Count count;
  for (const std::string& file : arguments.files) {
    try {
      run_file(file, arguments, count);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "frame_sequences: %s: %s\n", file.c_str(), error.what());
      return 2;
    }
  }
  std::printf("%d passed, %d failed\n", count.passed, count.failed);
  return count.failed == 0 ? 0 : 1;
}
