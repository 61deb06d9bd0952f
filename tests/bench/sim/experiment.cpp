#include "tests/bench/sim/experiment.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include "tests/bench/sim/path.h"
#include "tests/bench/sim/transfer.h"

namespace tapstack::bench {
namespace {

constexpr int kWindows = 100;  // of the whole run
constexpr double kFair = 0.95;
constexpr int kFairWindows = 3;

PathSettings path_settings(const Cell& cell) {
  PathSettings path;
  path.seed = cell.seed;
  BottleneckSettings& forward = path.forward;
  forward.rate_bits_per_second = cell.rate_bits_per_second;
  forward.queue_bytes = queue_bytes(cell);
  forward.delay = cell.round_trip / 2;
  forward.loss = cell.loss;
  forward.reorder = cell.reorder;
  forward.reorder_delay = cell.reorder_delay;
  if (cell.marks) forward.mark_bytes = forward.queue_bytes / 4;
  path.backward.delay = cell.round_trip - cell.round_trip / 2;
  return path;
}

// Enough that no buffer limits the flow: what the path and its queue hold, and as much for each of
// three round trips in which something that was lost, and lost again, is being repaired.
int64_t buffer_bytes(const Cell& cell) {
  constexpr int64_t kFloor = 256 * 1024;
  return std::max(kFloor, 4 * (bdp_bytes(cell) + queue_bytes(cell)));
}

double jain(const std::vector<double>& x) {
  const double sum = std::accumulate(x.begin(), x.end(), 0.0);
  const double squares = std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
  return squares == 0 ? 0 : sum * sum / (static_cast<double>(x.size()) * squares);
}

double seconds(Duration d) { return static_cast<double>(d.us()) * 1e-6; }

// First of kFairWindows windows in a row with fair shares, counted from `from`.
double convergence(const Outcome& outcome, size_t from, double window_s) {
  int fair = 0;
  for (size_t window = from; window < outcome.shares[0].size(); ++window) {
    std::vector<double> shares;
    for (const auto& flow : outcome.shares) shares.push_back(flow[window]);
    fair = jain(shares) >= kFair ? fair + 1 : 0;
    if (fair == kFairWindows) {
      return static_cast<double>(window + 1 - from - kFairWindows) * window_s;
    }
  }
  return -1;
}

class Run {
 public:
  explicit Run(const Cell& cell) : cell_(cell), path_(path_settings(cell)), start_(path_.now()) {
    for (size_t n = 0; n < cell.algorithms.size(); ++n) {
      TransferSettings settings;
      settings.port = static_cast<uint16_t>(5000 + n);
      settings.algorithm = cell.algorithms[n];
      settings.send_buffer_bytes = settings.receive_buffer_bytes = buffer_bytes(cell);
      transfers_.push_back(std::make_unique<Transfer>(path_, settings));
    }
  }

  Outcome run() {
    outcome_.shares.resize(transfers_.size());
    received_.resize(transfers_.size());
    for (int window = 1; window <= kWindows; ++window) {
      run_window(start_ + cell_.duration * window / kWindows);
    }
    judge();
    return outcome_;
  }

 private:
  double capacity_bits_per_second() const {
    return static_cast<double>(cell_.rate_bits_per_second) * kPayloadShare * (1 - cell_.loss);
  }

  void run_window(Instant end) {
    for (size_t n = started_; n < transfers_.size(); n = started_) {
      const Instant start = start_ + cell_.stagger * static_cast<int64_t>(n);
      if (start > end) break;
      path_.run_until(start);
      transfers_[n]->connect();
      ++started_;
    }
    path_.run_until(end);
    const double window_bits = capacity_bits_per_second() * seconds(cell_.duration) / kWindows;
    for (size_t n = 0; n < transfers_.size(); ++n) {
      const uint64_t received = transfers_[n]->received_bytes();
      outcome_.shares[n].push_back(static_cast<double>(received - received_[n]) * 8 / window_bits);
      received_[n] = received;
      if (!transfers_[n]->problem().empty()) outcome_.problem = transfers_[n]->problem();
    }
  }

  // Of the last half; with several flows of what is left when the last one had its first quarter.
  void judge() {
    const Duration last_start = cell_.stagger * static_cast<int64_t>(transfers_.size() - 1);
    const double window_s = seconds(cell_.duration) / kWindows;
    const auto last_window = static_cast<size_t>(seconds(last_start) / window_s);
    const size_t from = last_window + (kWindows - last_window) / 2;
    double used = 0;
    for (const auto& shares : outcome_.shares) {
      const double mean =
          std::accumulate(shares.begin() + static_cast<ptrdiff_t>(from), shares.end(), 0.0) /
          static_cast<double>(shares.size() - from);
      outcome_.goodput_bits_per_second.push_back(mean * capacity_bits_per_second());
      used += mean;
    }
    outcome_.utilisation = used;
    outcome_.jain_index = jain(outcome_.goodput_bits_per_second);
    outcome_.convergence_s = convergence(outcome_, last_window, window_s);
    const auto& first = outcome_.shares[0];
    const auto half = std::ranges::find_if(first, [](double share) { return share >= 0.5; });
    if (half != first.end()) {
      outcome_.start_up_s = static_cast<double>(half - first.begin()) * window_s;
    }
    count();
  }

  void count() {
    EndHost& host = path_.sender();
    const auto again = static_cast<double>(host.counter("TcpRetransSegs"));
    const auto sent = static_cast<double>(host.counter("TcpOutSegs"));
    const Bottleneck::Counters& link = path_.forward().counters();
    outcome_.retransmitted = sent + again == 0 ? 0 : again / (sent + again);
    outcome_.timeouts = host.counter("TcpExtTCPTimeouts");
    outcome_.overflowed = link.overflowed;
    const uint64_t queued = link.frames - link.overflowed;
    outcome_.queue_delay_ms =
        queued == 0 ? 0
                    : static_cast<double>(link.queue_delay_us) * 1e-3 / static_cast<double>(queued);
  }

  const Cell& cell_;
  Path path_;
  Instant start_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<uint64_t> received_;
  size_t started_ = 0;
  Outcome outcome_;
};

}  // namespace

int64_t bdp_bytes(const Cell& cell) {
  return static_cast<int64_t>(static_cast<double>(cell.rate_bits_per_second) *
                              static_cast<double>(cell.round_trip.us()) / 8e6);
}

int64_t queue_bytes(const Cell& cell) {
  return std::max(kQueueBytesMin,
                  static_cast<int64_t>(cell.buffer_bdps * static_cast<double>(bdp_bytes(cell))));
}

Outcome run(const Cell& cell) { return Run(cell).run(); }

}  // namespace tapstack::bench
