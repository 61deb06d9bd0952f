#include "tests/sim/movable_stack.h"

#include <cstddef>
#include <cstring>
#include <new>
#include <utility>

namespace tapstack::sim {
namespace {

constexpr int kRubbish = 0xdb;

}  // namespace

struct MovableStack::Place {
  alignas(Stack) std::byte bytes[sizeof(Stack)];
};

// Memory of stacks that are gone: fresh one would cost its page faults in every run.
std::vector<std::unique_ptr<MovableStack::Place>>& MovableStack::spare() {
  static std::vector<std::unique_ptr<Place>> places;
  return places;
}

std::unique_ptr<MovableStack::Place> MovableStack::new_place() {
  if (spare().empty()) return std::make_unique_for_overwrite<Place>();
  std::unique_ptr<Place> place = std::move(spare().back());
  spare().pop_back();
  return place;
}

MovableStack::MovableStack(const StackSettings& settings) : place_(new_place()) {
  std::memset(place_->bytes, kRubbish, sizeof place_->bytes);
  stack_ = ::new (place_->bytes) Stack(settings);
}

MovableStack::~MovableStack() {
  spare().push_back(std::move(place_));
  if (other_) spare().push_back(std::move(other_));
}

void MovableStack::move() {
  if (!other_) other_ = new_place();
  std::memcpy(other_->bytes, place_->bytes, sizeof(Stack));
  std::memset(place_->bytes, kRubbish, sizeof(Stack));
  std::swap(place_, other_);
  stack_ = std::launder(reinterpret_cast<Stack*>(place_->bytes));
}

}  // namespace tapstack::sim
