// A Stack that moves to another address whenever it is told to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "stack/stack.h"

namespace tapstack::sim {

class MovableStack {
 public:
  // Constructs the stack in memory full of rubbish.
  explicit MovableStack(const StackSettings& settings);

  Stack& operator*() const { return *stack_; }
  Stack* operator->() const { return stack_; }
  // Copies the bytes of the stack elsewhere and overwrites where it was: whatever kept a pointer into
  // it, or inside it, finds rubbish.
  void move();

 private:
  struct Place {
    alignas(Stack) std::byte bytes[sizeof(Stack)];
  };
  std::array<std::unique_ptr<Place>, 2> places_;
  size_t at_ = 0;
  Stack* stack_ = nullptr;
};

}  // namespace tapstack::sim
