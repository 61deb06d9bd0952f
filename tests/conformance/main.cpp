// Every script below tests/conformance/scripts is a test; --script=FILE runs one with its trace.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "tests/conformance/runner.h"
#include "tests/conformance/text.h"

namespace tapstack::conformance {
namespace {

namespace fs = std::filesystem;

class ScriptTest : public testing::Test {
 public:
  explicit ScriptTest(fs::path path) : path_(std::move(path)) {}
  void TestBody() override {
    try {
      const Outcome outcome = run(load_script(path_));
      EXPECT_TRUE(outcome.ok) << outcome.failure << "\n trace:\n" << outcome.trace;
    } catch (const SyntaxError& error) {
      FAIL() << error.what();
    }
  }

 private:
  fs::path path_;
};

std::vector<fs::path> find_scripts(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".pkt") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// The test of scripts/tcp/zero_window.pkt is tcp.zero_window.
void add_test(const fs::path& root, const fs::path& path) {
  std::string suite = fs::relative(path.parent_path(), root).generic_string();
  std::replace(suite.begin(), suite.end(), '/', '_');
  testing::RegisterTest(suite.c_str(), path.stem().c_str(), nullptr, nullptr, path.c_str(), 1,
                        [path]() -> ScriptTest* { return new ScriptTest(path); });
}

int run_one(const fs::path& path) {
  try {
    const Outcome outcome = run(load_script(path));
    std::printf("%s%s\n", outcome.trace.c_str(), outcome.ok ? "passed" : outcome.failure.c_str());
    return outcome.ok ? 0 : 1;
  } catch (const SyntaxError& error) {
    std::printf("%s\n", error.what());
    return 2;
  }
}

}  // namespace
}  // namespace tapstack::conformance

int main(int argc, char** argv) {
  constexpr std::string_view kScriptOption = "--script=";
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(kScriptOption)) {
      return tapstack::conformance::run_one(argument.substr(kScriptOption.size()));
    }
    std::printf("usage: conformance [--gtest_...] [--script=FILE]\n");
    return 2;
  }
  const std::filesystem::path root =
      std::filesystem::path(TAPSTACK_SOURCE_DIR) / "tests/conformance/scripts";
  for (const auto& path : tapstack::conformance::find_scripts(root)) {
    tapstack::conformance::add_test(root, path);
  }
  return RUN_ALL_TESTS();
}
