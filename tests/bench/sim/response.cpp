#include "tests/bench/sim/response.h"

#include <algorithm>
#include <cmath>

namespace tapstack::bench {
namespace {

constexpr double kBbrLossThreshold = 0.02;
constexpr double kRtoMinS = 0.2;

double per_round_trip(const ModelPath& path, double segments) {
  return segments * path.segment_bytes * 8 / path.round_trip_s;
}

}  // namespace

double reno_response(const ModelPath& path, double rto_s) {
  const double p = path.loss;
  const double repair_s = path.round_trip_s * std::sqrt(2 * p / 3);
  const double timeout_s = rto_s * std::min(1.0, 3 * std::sqrt(3 * p / 8)) * p * (1 + 32 * p * p);
  return path.segment_bytes * 8 / (repair_s + timeout_s);
}

double cubic_response(const ModelPath& path, double rto_s) {
  const double segments = 1.054 * std::pow(path.round_trip_s / path.loss, 0.75);
  return std::max(per_round_trip(path, segments), reno_response(path, rto_s));
}

double expected_bits_per_second(std::string_view name, const ModelPath& path) {
  const double capacity = path.rate_bits_per_second * (1 - path.loss);
  if (path.loss == 0) return capacity;
  const double rto_s = std::max(kRtoMinS, path.round_trip_s + kRtoMinS);
  if (name == "bbr") return path.loss < kBbrLossThreshold ? capacity : 0;
  const double response =
      name == "cubic" ? cubic_response(path, rto_s) : reno_response(path, rto_s);
  return std::min(capacity, response);
}

}  // namespace tapstack::bench
