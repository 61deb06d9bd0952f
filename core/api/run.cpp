#include "api/run.h"

#include <utility>

#include "stack/stack.h"

namespace tapstack::api {

size_t receive_buffers(Stack& stack, size_t bytes, std::span<Bytes> spans) {
  return stack.receive_area().prepare(stack.memory(), bytes, spans);
}

void input(Stack& stack, Instant now, InterfaceId interface, size_t bytes, const Offload& offload) {
  mem::PacketPtr frame = stack.receive_area().take(stack.memory(), bytes);
  if (!frame) {
    stack.counters().drop(DropReason::kMemoryNoPacket);
    return;
  }
  frame->info.offload = offload;
  stack.input(now, interface, std::move(frame));
}

void input_copy(Stack& stack, Instant now, InterfaceId interface, ConstBytes frame,
                const Offload& offload) {
  mem::PacketPtr packet = stack.memory().new_packet(mem::Priority::kControl);
  if (!packet || !stack.memory().append_copy(packet->chain, frame, mem::Priority::kControl)) {
    stack.counters().drop(DropReason::kMemoryNoPacket);
    return;
  }
  packet->info.offload = offload;
  stack.input(now, interface, std::move(packet));
}

void count_overrun(Stack& stack, InterfaceId interface) { stack.count_overrun(interface); }

void poll(Stack& stack, Instant now) { stack.poll(now); }

bool has_answer_due(const Stack& stack) { return stack.has_answer_due(); }

Instant next_deadline(const Stack& stack) { return stack.next_deadline(); }

bool next_frame(Stack& stack, Instant now, InterfaceId interface, Frame& frame) {
  while (mem::PacketPtr packet = stack.next_frame(now, interface)) {
    frame.spans_used = stack.memory().gather(*packet, frame.spans);
    if (frame.spans_used == 0) {  // in too many pieces for a device: the sender merges too little
      stack.counters().drop(DropReason::kInterfaceFrameTooLong);
      continue;
    }
    frame.interface = interface;
    frame.offload = packet->info.offload;
    frame.bytes = packet->size();
    frame.packet = packet.release();
    return true;
  }
  return false;
}

void frame_done(Stack& stack, const Frame& frame) { stack.memory().free_packet(frame.packet); }

bool is_drained(const Stack& stack, Instant now) { return stack.is_drained(now); }

}  // namespace tapstack::api
