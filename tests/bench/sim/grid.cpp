#include "tests/bench/sim/grid.h"

#include <algorithm>
#include <cmath>

#include "tests/bench/sim/bottleneck.h"

namespace tapstack::bench {
namespace {

constexpr int64_t kBdpBytesMax = 64 << 20;
constexpr double kFrameBits = 1514 * 8;
// BBR probes for bandwidth every 2 to 3 s; what it takes from a path is a matter of several probes.
constexpr Duration kSeveralProbes = Duration::s(12);
constexpr int64_t kProbedRateMax = 1000 * kMbit;  // beyond, that is too many packets

struct Extent {
  double packets_max;       // of one cell, roughly: what it costs
  int64_t round_trips_min;  // a cell lasts so long in any case
  double seconds_max;       // of virtual time
};
constexpr Extent kDefault{120'000, 60, 200};
constexpr Extent kFull{1'000'000, 150, 600};

// As long as the packets last at `rate`, within limits.
Duration duration(const Extent& extent, double rate, Duration round_trip) {
  const double round_trip_s = static_cast<double>(round_trip.us()) * 1e-6;
  const double wanted = std::min(extent.packets_max * kFrameBits / rate, extent.seconds_max);
  const double least = static_cast<double>(extent.round_trips_min) * round_trip_s;
  return Duration::us(static_cast<int64_t>(std::max({wanted, least, 0.5}) * 1e6));
}

void add_rates(std::vector<Cell>& cells, const std::string& algorithm, bool full) {
  const std::vector<double> buffers =
      full ? std::vector<double>{0.1, 0.25, 0.5, 1, 2} : std::vector<double>{0.1, 1};
  for (const int64_t rate : {1 * kMbit, 10 * kMbit, 100 * kMbit, 1000 * kMbit, 10'000 * kMbit}) {
    for (const int64_t us : {100, 1'000, 10'000, 50'000, 300'000}) {
      for (const double buffer : buffers) {
        Cell cell;
        cell.group = "rate";
        cell.rate_bits_per_second = rate;
        cell.round_trip = Duration::us(us);
        cell.buffer_bdps = buffer;
        cell.algorithms = {algorithm};
        cell.duration =
            duration(full ? kFull : kDefault, static_cast<double>(rate), cell.round_trip);
        if (algorithm == "bbr" && rate <= kProbedRateMax) {
          cell.duration = std::max(cell.duration, kSeveralProbes);
        }
        if (bdp_bytes(cell) <= kBdpBytesMax) cells.push_back(cell);
      }
    }
  }
}

// The flow is slower than the path here, so it may run for longer than its rate says.
void add_losses(std::vector<Cell>& cells, const std::string& algorithm, bool full) {
  const std::vector<int64_t> rates =
      full ? std::vector<int64_t>{10 * kMbit, 100 * kMbit, 1000 * kMbit}
           : std::vector<int64_t>{100 * kMbit};
  for (const int64_t rate : rates) {
    for (const int64_t ms : {1, 20, 100}) {
      for (const double loss : {0.0001, 0.001, 0.003, 0.01, 0.02, 0.05}) {
        Cell cell;
        cell.group = "loss";
        cell.rate_bits_per_second = rate;
        cell.round_trip = Duration::ms(ms);
        cell.loss = loss;
        cell.algorithms = {algorithm};
        const double reno = std::sqrt(1.5 / loss) * kFrameBits / (static_cast<double>(ms) * 1e-3);
        cell.duration = duration(full ? kFull : kDefault, std::min(static_cast<double>(rate), reno),
                                 cell.round_trip);
        cells.push_back(cell);
      }
    }
  }
}

void add_reordering(std::vector<Cell>& cells, const std::string& algorithm, bool full) {
  for (const double reorder : {0.001, 0.01, 0.1}) {
    for (const double round_trips : {0.05, 0.25, 0.75}) {
      Cell cell;
      cell.group = "reorder";
      cell.rate_bits_per_second = 100 * kMbit;
      cell.round_trip = Duration::ms(20);
      cell.reorder = reorder;
      cell.reorder_delay = Duration::us(static_cast<int64_t>(20'000 * round_trips));
      cell.algorithms = {algorithm};
      cell.duration = duration(full ? kFull : kDefault, 1e8, cell.round_trip);
      cells.push_back(cell);
    }
  }
}

Cell shared(int64_t rate, Duration round_trip, double buffer, std::vector<std::string> algorithms) {
  Cell cell;
  cell.group = "share";
  cell.rate_bits_per_second = rate;
  cell.round_trip = round_trip;
  cell.buffer_bdps = buffer;
  cell.algorithms = std::move(algorithms);
  cell.stagger = Duration::s(cell.algorithms.size() > 2 ? 2 : 10);
  cell.duration = cell.stagger * static_cast<int64_t>(cell.algorithms.size() - 1) + Duration::s(50);
  return cell;
}

void add_shares(std::vector<Cell>& cells, const std::vector<std::string>& algorithms, bool full) {
  const std::vector<double> buffers =
      full ? std::vector<double>{0.25, 0.5, 1, 2, 4} : std::vector<double>{0.5, 1, 2};
  const Duration round_trip = Duration::ms(40);
  for (const double buffer : buffers) {
    for (size_t n = 0; n < algorithms.size(); ++n) {
      cells.push_back(shared(50 * kMbit, round_trip, buffer, {algorithms[n], algorithms[n]}));
      cells.push_back(
          shared(50 * kMbit, round_trip, buffer, std::vector<std::string>(10, algorithms[n])));
      for (size_t m = n + 1; m < algorithms.size(); ++m) {
        cells.push_back(shared(50 * kMbit, round_trip, buffer, {algorithms[n], algorithms[m]}));
      }
    }
  }
  // The path of the measurements at NCSU that the report quotes: 2 MB of queue.
  for (const std::string& algorithm : algorithms) {
    Cell cell = shared(400 * kMbit, Duration::ms(162), 2e6 / 8.1e6, {algorithm, algorithm});
    cell.duration = Duration::s(full ? 600 : 80);
    cells.push_back(cell);
  }
}

}  // namespace

std::vector<Cell> grid(const std::vector<std::string>& algorithms, bool full) {
  std::vector<Cell> cells;
  for (const std::string& algorithm : algorithms) {
    add_rates(cells, algorithm, full);
    add_losses(cells, algorithm, full);
    add_reordering(cells, algorithm, full);
  }
  add_shares(cells, algorithms, full);
  for (size_t n = 0; n < cells.size(); ++n) cells[n].seed = 1000 + 10 * n;
  return cells;
}

}  // namespace tapstack::bench
