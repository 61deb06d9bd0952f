// Instants and durations in microseconds. The core never reads a clock: every entry point is told.
#pragma once

#include <compare>
#include <cstdint>

namespace tapstack {

// A span of time; may be negative. Range: +-292,000 years.
class Duration {
 public:
  constexpr Duration() = default;
  static constexpr Duration us(int64_t v) { return Duration(v); }
  static constexpr Duration ms(int64_t v) { return Duration(v * 1000); }
  static constexpr Duration s(int64_t v) { return Duration(v * 1'000'000); }
  constexpr int64_t us() const { return us_; }
  constexpr int64_t ms() const { return us_ / 1000; }

  constexpr Duration operator+(Duration o) const { return Duration(us_ + o.us_); }
  constexpr Duration operator-(Duration o) const { return Duration(us_ - o.us_); }
  constexpr Duration operator*(int64_t k) const { return Duration(us_ * k); }
  constexpr Duration operator/(int64_t k) const { return Duration(us_ / k); }
  constexpr auto operator<=>(const Duration&) const = default;

 private:
  constexpr explicit Duration(int64_t v) : us_(v) {}
  int64_t us_ = 0;
};

// A point on the embedder's monotonic clock. Its zero is the embedder's choice; `never()` is later
// than every other instant.
class Instant {
 public:
  constexpr Instant() = default;
  static constexpr Instant from_us(int64_t v) { return Instant(v); }
  static constexpr Instant never() { return Instant(INT64_MAX); }
  constexpr int64_t us() const { return us_; }
  constexpr bool is_never() const { return us_ == INT64_MAX; }

  constexpr Instant operator+(Duration d) const {
    return is_never() ? *this : Instant(us_ + d.us());
  }
  constexpr Instant operator-(Duration d) const {
    return is_never() ? *this : Instant(us_ - d.us());
  }
  constexpr Duration operator-(Instant o) const { return Duration::us(us_ - o.us_); }
  constexpr auto operator<=>(const Instant&) const = default;

 private:
  constexpr explicit Instant(int64_t v) : us_(v) {}
  int64_t us_ = 0;
};

}  // namespace tapstack
