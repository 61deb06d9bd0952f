#include "timer/deadline_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <utility>

namespace tapstack::timer {
namespace {

constexpr size_t kCount = 90;

// A sorted map of (deadline, order of arming): what the heap must be equal to.
class Model {
 public:
  void arm(size_t n, int64_t deadline) {
    disarm(n);
    if (deadline == INT64_MAX) return;
    const Key key{deadline, ++armings_};
    queue_[key] = n;
    keys_[n] = key;
  }
  void disarm(size_t n) {
    if (!keys_.contains(n)) return;
    queue_.erase(keys_[n]);
    keys_.erase(n);
  }
  Instant deadline(size_t n) const {
    return keys_.contains(n) ? Instant::from_us(keys_.at(n).first) : Instant::never();
  }
  Instant next_deadline() const {
    return queue_.empty() ? Instant::never() : Instant::from_us(queue_.begin()->first.first);
  }
  size_t pop_due(int64_t now) {
    if (queue_.empty() || queue_.begin()->first.first > now) return kCount;
    const size_t n = queue_.begin()->second;
    disarm(n);
    return n;
  }

 private:
  using Key = std::pair<int64_t, uint64_t>;
  uint64_t armings_ = 0;
  std::map<Key, size_t> queue_;
  std::map<size_t, Key> keys_;
};

class DeadlineHeapTest : public testing::Test {
 protected:
  // Distances of every size, from the same microsecond to years, sometimes into the past.
  int64_t distance() {
    const int bits = static_cast<int>(random_() % 52);
    const auto value = static_cast<int64_t>(random_() & ((uint64_t{1} << bits) - 1));
    return random_() % 8 == 0 ? -value : value;
  }

  void step() {
    const size_t n = random_() % kCount;
    const uint64_t what = random_() % 100;
    if (what < 60) {
      const int64_t deadline = random_() % 50 == 0 ? INT64_MAX : now_ + distance();
      heap_.arm(n, Instant::from_us(deadline));
      model_.arm(n, deadline);
    } else if (what < 80) {
      heap_.disarm(n);
      model_.disarm(n);
    } else {
      const Instant next = model_.next_deadline();
      now_ = what < 90 && !next.is_never() ? std::max(now_, next.us())
                                           : now_ + std::abs(distance() / 64);
      for (int pops = static_cast<int>(random_() % 8); pops >= 0; --pops) {
        ASSERT_EQ(heap_.pop_due(Instant::from_us(now_)), model_.pop_due(now_));
      }
    }
    ASSERT_EQ(heap_.deadline(n), model_.deadline(n));
    if (random_() % 2 == 0) {
      ASSERT_EQ(heap_.next_deadline(), model_.next_deadline());
    }
  }

  std::mt19937_64 random_{1};
  DeadlineHeap<kCount> heap_;
  Model model_;
  int64_t now_ = -1000;
};

TEST_F(DeadlineHeapTest, EqualsASortedMapUnderRandomOperations) {
  for (int i = 0; i < 50'000; ++i) {
    step();
    if (HasFatalFailure()) FAIL() << "step " << i;
  }
}

TEST_F(DeadlineHeapTest, EqualDeadlinesExpireInTheOrderOfArming) {
  for (size_t n = 0; n < kCount; ++n) heap_.arm(n, Instant::from_us(123'456));
  for (size_t n = 0; n < kCount; ++n) {
    ASSERT_EQ(heap_.pop_due(Instant::from_us(200'000)), n);
  }
}

}  // namespace
}  // namespace tapstack::timer
