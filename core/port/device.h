// What an embedder supplies: a network device, as a driver without interrupts of its own sees it.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "mem/packet.h"

namespace tapstack::port {

// All calls return at once, in the thread that drives the stack.
// - frame_bytes(): length of the oldest frame that was received, Ethernet header first, no frame
// check
//   sequence; 0 when there is none.
// - read(spans): moves that frame into the spans, which have room for it.
// - skip(): throws that frame away.
// - can_write(): whether write() would take a frame now.
// - write(spans): hands a frame over, copied or sent when it returns. Frames shorter than 60 bytes
// are
//   for the device to pad.
template <class T>
concept Device = requires(T device, std::span<const mem::Bytes> in,
                          std::span<const mem::ConstBytes> out) {
  { device.frame_bytes() } -> std::same_as<size_t>;
  device.read(in);
  device.skip();
  { device.can_write() } -> std::same_as<bool>;
  device.write(out);
};

}  // namespace tapstack::port
