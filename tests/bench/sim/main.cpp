// Measures congestion control in virtual time; prints one JSON object a cell, in the order of the
// grid. tests/bench/sim/report.py draws them.
//
//   bench_sim [--full] [--group=NAME] [--algorithm=NAME] [--seed=N] [--threads=N] [--out=FILE]
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/sim/grid.h"
#include "tests/bench/sim/response.h"
#include "tests/bench/sim/transfer.h"

namespace {

using namespace tapstack::bench;

struct Options {
  bool full = false;
  std::string group, algorithm, out;
  uint64_t seed = 0;  // of the only cell that is wanted
  unsigned threads = std::max(1u, std::thread::hardware_concurrency());
};

template <class T, class Text>
std::string list(const std::vector<T>& items, Text text) {
  std::string joined;
  for (const T& item : items) joined += (joined.empty() ? "" : ",") + text(item);
  return "[" + joined + "]";
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

double expected(const Cell& cell) {
  ModelPath path;
  path.rate_bits_per_second = static_cast<double>(cell.rate_bits_per_second) * kPayloadShare;
  path.round_trip_s = static_cast<double>(cell.round_trip.us()) * 1e-6;
  path.loss = cell.loss;
  return expected_bits_per_second(cell.algorithms[0], path);
}

std::string to_json(const Cell& cell, const Outcome& outcome, double cpu_s) {
  std::string text = "{\"group\":" + quoted(cell.group);
  const auto add = [&](const char* key, const std::string& value) {
    text += ",\"" + std::string(key) + "\":" + value;
  };
  const auto add_number = [&](const char* key, double value) { add(key, number(value)); };
  add("algorithms", list(cell.algorithms, quoted));
  add_number("rate", static_cast<double>(cell.rate_bits_per_second));
  add_number("round_trip_s", static_cast<double>(cell.round_trip.us()) * 1e-6);
  add_number("buffer_bdps", cell.buffer_bdps);
  add_number("queue_bytes", static_cast<double>(queue_bytes(cell)));
  add_number("loss", cell.loss);
  add_number("reorder", cell.reorder);
  add_number("reorder_delay_s", static_cast<double>(cell.reorder_delay.us()) * 1e-6);
  add_number("duration_s", static_cast<double>(cell.duration.us()) * 1e-6);
  add_number("stagger_s", static_cast<double>(cell.stagger.us()) * 1e-6);
  add_number("seed", static_cast<double>(cell.seed));
  add_number("expected", expected(cell));
  add("goodput", list(outcome.goodput_bits_per_second, number));
  add_number("utilisation", outcome.utilisation);
  add_number("jain", outcome.jain_index);
  add_number("convergence_s", outcome.convergence_s);
  add_number("retransmitted", outcome.retransmitted);
  add_number("timeouts", static_cast<double>(outcome.timeouts));
  add_number("overflowed", static_cast<double>(outcome.overflowed));
  add_number("queue_delay_ms", outcome.queue_delay_ms);
  add_number("start_up_s", outcome.start_up_s);
  if (cell.algorithms.size() > 1) {
    add("shares", list(outcome.shares, [](const auto& flow) { return list(flow, number); }));
  }
  add("problem", quoted(outcome.problem));
  add_number("cpu_s", cpu_s);
  return text + "}";
}

const char* value_of(const char* argument, std::string_view name) {
  const std::string_view text(argument);
  return text.substr(0, name.size()) == name ? argument + name.size() : nullptr;
}

bool parse(int argc, char** argv, Options& options) {
  for (int n = 1; n < argc; ++n) {
    if (const char* group = value_of(argv[n], "--group=")) {
      options.group = group;
    } else if (const char* algorithm = value_of(argv[n], "--algorithm=")) {
      options.algorithm = algorithm;
    } else if (const char* threads = value_of(argv[n], "--threads=")) {
      options.threads = static_cast<unsigned>(std::max(1, std::atoi(threads)));
    } else if (const char* seed = value_of(argv[n], "--seed=")) {
      options.seed = std::strtoull(seed, nullptr, 10);
    } else if (const char* out = value_of(argv[n], "--out=")) {
      options.out = out;
    } else if (std::string_view(argv[n]) == "--full") {
      options.full = true;
    } else {
      return false;
    }
  }
  return true;
}

std::vector<Cell> wanted_cells(const Options& options) {
  std::vector<std::string> names = algorithms();
  if (!options.algorithm.empty()) names = {options.algorithm};
  std::vector<Cell> cells = grid(names, options.full);
  std::erase_if(cells, [&](const Cell& cell) {
    return (!options.group.empty() && cell.group != options.group) ||
           (options.seed != 0 && cell.seed != options.seed);
  });
  return cells;
}

// Cells in the order of the grid, several at a time.
std::vector<std::string> measure(const std::vector<Cell>& cells, unsigned threads) {
  std::vector<std::string> lines(cells.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t n = next++; n < cells.size(); n = next++) {
      const auto begin = std::chrono::steady_clock::now();
      const Outcome outcome = run(cells[n]);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      lines[n] = to_json(cells[n], outcome, took.count());
      std::fprintf(stderr, "\r%zu of %zu", n + 1, cells.size());
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned n = 0; n < threads; ++n) workers.emplace_back(work);
  workers.clear();
  std::fprintf(stderr, "\n");
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: bench_sim [--full] [--group=NAME] [--algorithm=NAME] [--seed=OF_ONE_CELL] "
                 "[--threads=N] [--out=FILE]\n");
    return EXIT_FAILURE;
  }
  std::FILE* out = options.out.empty() ? stdout : std::fopen(options.out.c_str(), "w");
  if (out == nullptr) {
    std::perror(options.out.c_str());
    return EXIT_FAILURE;
  }
  for (const std::string& line : measure(wanted_cells(options), options.threads)) {
    std::fprintf(out, "%s\n", line.c_str());
  }
  return EXIT_SUCCESS;
}
