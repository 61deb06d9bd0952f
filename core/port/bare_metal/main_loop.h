// One turn of a main loop that drives a stack without an operating system:
//
//   alignas(64) static uint8_t memory[...];              // api::stack_bytes()
//   Stack& stack = api::create(memory, seed);            // seed: from port::Entropy
//   ... api::add_interface, add_address, add_route, sockets ...
//   for (;;) {
//     Instant wake = port::run_once(stack, interface, clock, device);
//     ... serve sockets named by api::next_event ...
//     if (nothing happened) sleep until `wake` or an interrupt of the device
//   }
#pragma once

#include <span>

#include "api/run.h"
#include "port/clock.h"
#include "port/device.h"

namespace tapstack::port {

// Frames taken in by one turn, so that a flood cannot keep programs from running.
inline constexpr int kFramesPerTurn = 16;

// Takes in what the device has received, up to kFramesPerTurn frames or one that wants an answer.
template <Clock C, Device D>
void take_in(Stack& stack, InterfaceId interface, C& clock, D& device) {
  for (int n = 0; n < kFramesPerTurn; ++n) {
    const size_t bytes = device.frame_bytes();
    if (bytes == 0) return;
    mem::Bytes spans[api::kFrameSpansMax];
    const size_t used = api::receive_buffers(stack, bytes, spans);
    if (used == 0) {
      device.skip();
      api::count_overrun(stack, interface);
      continue;
    }
    device.read(std::span<const mem::Bytes>(spans, used));
    api::input(stack, clock.now(), interface, bytes, api::Offload{});
    if (api::has_answer_due(stack)) return;
  }
}

// Hands over what waits for the device, as long as it takes frames.
template <Clock C, Device D>
void send_out(Stack& stack, InterfaceId interface, C& clock, D& device) {
  api::Frame frame;
  while (device.can_write() && api::next_frame(stack, clock.now(), interface, frame)) {
    device.write(std::span<const mem::ConstBytes>(frame.spans, frame.spans_used));
    api::frame_done(stack, frame);
  }
}

// Takes in, runs timers, sends. Returns when the next turn is due unless the device or a program
// asks for one before: Instant::never() when nothing is scheduled.
template <Clock C, Device D>
Instant run_once(Stack& stack, InterfaceId interface, C& clock, D& device) {
  take_in(stack, interface, clock, device);
  api::poll(stack, clock.now());
  send_out(stack, interface, clock, device);
  return device.frame_bytes() != 0 ? clock.now() : api::next_deadline(stack);
}

}  // namespace tapstack::port
