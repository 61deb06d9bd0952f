// A program of API calls on `kSlots` sockets, drawn from the fuzzer's bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/input.h"
#include "tests/fuzz/machine.h"

namespace tapstack::fuzz {

template <size_t kSlots>
class SocketProgram {
 protected:
  SocketProgram(const uint8_t* data, size_t size) : input_(data, size) {}

  // At most `most` operations; then all is closed, and nothing may be left.
  template <class Step>
  void run_steps(size_t most, Step step) {
    for (size_t n = 0; n < most && !input_.is_empty(); ++n) step();
    for (const SocketId id : slots_) api::close(stack(), now(), id).ignore();
    machine_.expect_nothing_left();
  }

  Stack& stack() { return machine_.stack(); }
  Instant now() const { return machine_.now(); }
  SocketId& slot() { return slots_[input_.u8() % kSlots]; }

  Input input_;
  Machine machine_;
  std::array<SocketId, kSlots> slots_{};
};

}  // namespace tapstack::fuzz
