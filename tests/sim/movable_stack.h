// A Stack that moves to another address whenever it is told to.
#pragma once

#include <memory>
#include <vector>

#include "stack/stack.h"

namespace tapstack::sim {

class MovableStack {
 public:
  // Constructs the stack in memory full of rubbish.
  explicit MovableStack(const StackSettings& settings);
  ~MovableStack();
  MovableStack(const MovableStack&) = delete;
  MovableStack& operator=(const MovableStack&) = delete;

  Stack& operator*() const { return *stack_; }
  Stack* operator->() const { return stack_; }
  // Copies the bytes of the stack elsewhere and overwrites where it was: whatever kept a pointer
  // into it, or inside it, finds rubbish.
  void move();

 private:
  struct Place;  // memory for a stack
  static std::vector<std::unique_ptr<Place>>& spare();
  static std::unique_ptr<Place> new_place();

  std::unique_ptr<Place> place_;
  std::unique_ptr<Place> other_;  // where it was, or null before the first move
  Stack* stack_ = nullptr;
};

}  // namespace tapstack::sim
