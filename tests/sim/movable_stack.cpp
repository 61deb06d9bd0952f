#include "tests/sim/movable_stack.h"

#include <cstring>
#include <new>

namespace tapstack::sim {
namespace {

constexpr int kRubbish = 0xdb;

}  // namespace

MovableStack::MovableStack(const StackSettings& settings) {
  for (auto& place : places_) {
    place = std::make_unique_for_overwrite<Place>();
    std::memset(place->bytes, kRubbish, sizeof place->bytes);
  }
  stack_ = ::new (places_[at_]->bytes) Stack(settings);
}

void MovableStack::move() {
  const size_t to = 1 - at_;
  std::memcpy(places_[to]->bytes, places_[at_]->bytes, sizeof(Stack));
  std::memset(places_[at_]->bytes, kRubbish, sizeof(Stack));
  at_ = to;
  stack_ = std::launder(reinterpret_cast<Stack*>(places_[at_]->bytes));
}

}  // namespace tapstack::sim
