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

// A run changes the packets of its script, so each reads it anew.
Outcome run_over(const fs::path& path, Family family) {
  Script script = load_script(path);
  script.options.family = family;
  return run(script);
}

class ScriptTest : public testing::Test {
 public:
  ScriptTest(fs::path path, Family family) : path_(std::move(path)), family_(family) {}
  void TestBody() override {
    try {
      const Outcome outcome = run_over(path_, family_);
      EXPECT_TRUE(outcome.ok) << outcome.failure << "\n trace:\n" << outcome.trace;
    } catch (const SyntaxError& error) {
      FAIL() << error.what();
    }
  }

 private:
  fs::path path_;
  Family family_;
};

std::vector<fs::path> find_scripts(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".pkt") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// The test of scripts/tcp/zero_window.pkt is tcp.zero_window, over IPv6 tcp_ip6.zero_window.
void add_test(const fs::path& root, const fs::path& path, Family family) {
  std::string suite = fs::relative(path.parent_path(), root).generic_string();
  std::replace(suite.begin(), suite.end(), '/', '_');
  if (family == Family::kIp6) suite += "_ip6";
  testing::RegisterTest(suite.c_str(), path.stem().c_str(), nullptr, nullptr, path.c_str(), 1,
                        [=]() -> ScriptTest* { return new ScriptTest(path, family); });
}

// False: the script is malformed.
bool add_tests(const fs::path& root, const fs::path& path) {
  try {
    const Script script = load_script(path);
    for (const Family family : {Family::kIp4, Family::kIp6}) {
      if (is_for(script, family)) add_test(root, path, family);
    }
    return true;
  } catch (const SyntaxError& error) {
    std::printf("%s\n", error.what());
    return false;
  }
}

int run_one(const fs::path& path, Family family) {
  try {
    const Outcome outcome = run_over(path, family);
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
  tapstack::Family family = tapstack::Family::kIp4;
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--ip6") {
      family = tapstack::Family::kIp6;
      continue;
    }
    if (argument.starts_with(kScriptOption)) {
      return tapstack::conformance::run_one(argument.substr(kScriptOption.size()), family);
    }
    std::printf("usage: conformance [--gtest_...] [[--ip6] --script=FILE]\n");
    return 2;
  }
  const std::filesystem::path root =
      std::filesystem::path(TAPSTACK_SOURCE_DIR) / "tests/conformance/scripts";
  for (const auto& path : tapstack::conformance::find_scripts(root)) {
    if (!tapstack::conformance::add_tests(root, path)) return 2;
  }
  return RUN_ALL_TESTS();
}
