// Plays inputs to a fuzz target without a fuzzer: files, all files of folders, and a number of
// random inputs that are the same in every run.
//
//   fuzz_<target> [--random=N] [--first=M] [file or folder...]
//
// On a crash it says which one it was: play a random one again with --first=M --random=1.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "tests/sim/dice.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Bytes = std::vector<uint8_t>;
using tapstack::sim::Dice;

constexpr uint64_t kRandomInputs = 2'000;
constexpr uint64_t kRandomBytesMax = 1'000;

std::vector<Bytes> read_all(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::filesystem::path> files;
  for (const auto& path : paths) {
    if (std::filesystem::is_directory(path)) {
      for (const auto& entry : std::filesystem::directory_iterator(path)) {
        files.push_back(entry.path());
      }
    } else if (std::filesystem::exists(path)) {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<Bytes> inputs;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return inputs;
}

// What is being played, for the handler of a crash.
char current[256] = "nothing";

void say_what_crashed(int signal_number) {
  // write() only: this runs in a signal handler.
  const char* const texts[] = {"crashed on ", current, "\n"};
  for (const char* text : texts) {
    if (write(STDERR_FILENO, text, std::strlen(text)) < 0) break;
  }
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

// Random bytes, or a stored input with some of its bytes changed, taken out or doubled.
Bytes make(Dice& dice, const std::vector<Bytes>& stored) {
  if (stored.empty() || dice.chance(0.5)) {
    Bytes bytes(dice.below(kRandomBytesMax));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(dice.next());
    return bytes;
  }
  Bytes bytes = stored[dice.below(stored.size())];
  for (uint64_t n = dice.between(1, 8); n > 0 && !bytes.empty(); --n) {
    const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(dice.below(bytes.size()));
    switch (dice.below(4)) {
      case 0:
        bytes.erase(at);
        break;
      case 1:
        bytes.insert(at, static_cast<uint8_t>(dice.next()));
        break;
      case 2:
        *at = static_cast<uint8_t>(*at ^ (1u << dice.below(8)));
        break;
      default:
        *at = static_cast<uint8_t>(dice.next());
        break;
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t first = 0;
  uint64_t random_inputs = kRandomInputs;
  std::vector<std::filesystem::path> paths;
  for (int i = 1; i < argc; ++i) {
    constexpr std::string_view kRandom = "--random=";
    constexpr std::string_view kFirst = "--first=";
    const std::string_view argument(argv[i]);
    if (argument.starts_with(kRandom)) {
      random_inputs = std::strtoull(argv[i] + kRandom.size(), nullptr, 0);
    } else if (argument.starts_with(kFirst)) {
      first = std::strtoull(argv[i] + kFirst.size(), nullptr, 0);
    } else {
      paths.emplace_back(argument);
    }
  }
  const std::vector<Bytes> stored = read_all(paths);
  for (const int signal_number : {SIGABRT, SIGSEGV, SIGFPE}) {
    std::signal(signal_number, say_what_crashed);
  }
  for (size_t n = 0; n < stored.size(); ++n) {
    std::snprintf(current, sizeof current, "stored input %zu", n);
    LLVMFuzzerTestOneInput(stored[n].data(), stored[n].size());
  }
  for (uint64_t seed = first; seed < first + random_inputs; ++seed) {
    Dice dice(seed);
    const Bytes input = make(dice, stored);
    std::snprintf(current, sizeof current, "random input %llu",
                  static_cast<unsigned long long>(seed));
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu stored and %llu random inputs\n", stored.size(),
              static_cast<unsigned long long>(random_inputs));
  return 0;
}
