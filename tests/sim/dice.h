// Reproducible random numbers for the simulation: splitmix64 (Steele, Lea, Flood, 2014).
#pragma once

#include <cstdint>

namespace tapstack::sim {

// One step of the generator; also a hash of 64 bits.
constexpr uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(mix(seed)) {}
  uint64_t next() { return mix(state_++); }
  // Uniform in [0, n), n > 0; the bias is below 2^-40 for what is asked here.
  uint64_t below(uint64_t n) { return next() % n; }
  // Uniform in [low, high].
  uint64_t between(uint64_t low, uint64_t high) { return low + below(high - low + 1); }
  bool chance(double p) { return static_cast<double>(next() >> 11) * 0x1p-53 < p; }
  // A generator of its own, which draws nothing from this one later.
  Dice fork() { return Dice(next()); }

 private:
  uint64_t state_;
};

}  // namespace tapstack::sim
