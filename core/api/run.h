// Driving a Stack: frames in, time, frames out.
//
//   loop:  wait until a frame, a program's call, or next_deadline()
//          input() frames; poll(); while (next_frame()) transmit, frame_done(); next_event() ...
#pragma once

#include "api/types.h"
#include "mem/packet.h"

namespace tapstack {
class Stack;
}

namespace tapstack::api {

using mem::ChecksumState;
using mem::Offload;
using mem::Segmentation;

inline constexpr size_t kFrameSpansMax = kConfig.superframe_bytes / kConfig.block_bytes * 2 + 24;

// Spans for a device to read one frame into, at least `bytes` (at most superframe_bytes + 14) in
// all; valid until the next call on the Stack. 0: no memory now, the frame must wait or be dropped
// (then call count_overrun()).
size_t receive_buffers(Stack& stack, size_t bytes, std::span<Bytes> spans);
// The first `bytes` of those spans are a frame (link header first) that came in on `interface`.
void input(Stack& stack, Instant now, InterfaceId interface, size_t bytes, const Offload& offload);
// True after input() of a frame whose answer should go out before more frames are taken in: poll()
// and next_frame() first. Without that nothing is lost, but over lossy paths some speed.
bool has_answer_due(const Stack& stack);
// A frame came in on `interface` and had to be thrown away for want of memory.
void count_overrun(Stack& stack, InterfaceId interface);
// The same as input() from bytes elsewhere, with a copy.
void input_copy(Stack& stack, Instant now, InterfaceId interface, ConstBytes frame,
                const Offload& offload);

// Runs every timer that is due and delivers loopback traffic.
void poll(Stack& stack, Instant now);
// When poll() must be called next, exactly; Instant::never() for an idle stack; `now` or earlier
// when there is work already.
Instant next_deadline(const Stack& stack);

// A frame to transmit. Spans point into the Stack and are valid until frame_done().
struct Frame {
  InterfaceId interface;
  Offload offload;
  uint32_t bytes = 0;
  size_t spans_used = 0;
  ConstBytes spans[kFrameSpansMax];
  mem::Index packet = mem::kNoIndex;  // the Stack's name for it
};
// Takes the next frame for `interface` (TCP segments are built here, as late as possible); false
// when there is none. Other calls on the Stack are allowed while a frame is out.
bool next_frame(Stack& stack, Instant now, InterfaceId interface, Frame& frame);
void frame_done(Stack& stack, const Frame& frame);

// True when no connection has data or a FIN left to send or to be acknowledged, no peer was
// sending within the last 200 ms to one that is closed (it would be owed a reset), and no packet
// waits for a device, or for a neighbour that was asked for once.
bool is_drained(const Stack& stack, Instant now);

}  // namespace tapstack::api
