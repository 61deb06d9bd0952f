#include "transport/tcp/receiver.h"

#include <algorithm>

namespace tapstack::transport::tcp {

uint8_t window_shift_for(uint32_t buffer_max_bytes) {
  uint8_t shift = 0;
  while (shift < 14 && (uint32_t{0xffff} << shift) < buffer_max_bytes) ++shift;
  return shift;
}

void Receiver::start(SeqNumber irs, uint32_t limit_bytes, uint8_t shift) {
  v_ = ReceiveVariables{};
  v_.irs = irs;
  v_.nxt = v_.window_end = v_.read = irs + 1;
  limit_bytes_ = limit_bytes;
  shift_ = shift;
}

// What came out of order lies within the window, so it needs no room beside it. Taken off, it would
// halve the window of a path with losses while they are repaired.
uint32_t Receiver::free_bytes() const {
  return limit_bytes_ - std::min(limit_bytes_, queue_.length);
}

uint16_t Receiver::advertise_in_syn() {
  const auto window = static_cast<uint16_t>(std::min(free_bytes(), uint32_t{0xffff}));
  v_.window_end = later(v_.window_end, v_.nxt + window);
  return window;
}

uint16_t Receiver::advertise(uint32_t mss_bytes) {
  const uint32_t offered = v_.wnd_bytes();
  const uint32_t unit = uint32_t{1} << shift_;
  const uint32_t could = free_bytes();
  // Rounded up, so that scaling does not take back what was offered; but a unit beyond the buffer
  // is the end of that, or the edge would creep on with every ACK while nobody reads. Then less
  // than a unit is taken back, and accepted all the same (RFC 7323 2.4).
  uint32_t least = (offered + unit - 1) >> shift_;
  const uint64_t held_then = queue_.length + (uint64_t{least} << shift_);
  if (held_then > uint64_t{limit_bytes_} + unit) least = offered >> shift_;
  const uint32_t worth_it = offered + std::min(limit_bytes_ / 2, mss_bytes);
  uint32_t field = least;
  if (could >= worth_it) field = std::max(least, could >> shift_);
  field = std::min(field, uint32_t{0xffff});
  v_.window_end = later(v_.window_end, v_.nxt + (field << shift_));
  is_closed_ = field == 0;
  return static_cast<uint16_t>(field);
}

bool Receiver::is_update_due(uint32_t mss_bytes) const {
  // No more than the window field can tell.
  const uint32_t could = std::min(free_bytes(), uint32_t{0xffff} << shift_);
  const uint32_t offered = v_.wnd_bytes();
  return could >= offered + std::min(limit_bytes_ / 2, mss_bytes) && could >= 2 * offered;
}

void Receiver::append(mem::PacketMemory& memory, mem::Chain& text) {
  v_.nxt = v_.nxt + text.length;
  v_.received_bytes += text.length;
  v_.window_end = later(v_.window_end, v_.nxt);
  const bool is_packed = mem::PacketMemory::footprint_bytes(queue_) >= limit_bytes_;
  memory.append_chain(queue_, text, is_packed ? kConfig.block_bytes : mem::kSmallPieceBytes);
}

void Receiver::on_fin() {
  v_.fin_received = true;
  v_.nxt = v_.nxt + 1;
  v_.window_end = later(v_.window_end, v_.nxt);
}

bool Receiver::on_urgent(SeqNumber up) {
  const bool is_new = v_.has_urgent ? up.after(v_.up) : up.after(v_.read);
  if (!is_new) return false;
  v_.up = up;
  v_.has_urgent = true;
  v_.urgent_taken = false;
  return true;
}

void Receiver::consume(mem::PacketMemory& memory, uint32_t n) {
  memory.chain_trim_front(queue_, n);
  v_.read = v_.read + n;
  if (v_.has_urgent && v_.read.at_or_after(v_.up)) v_.has_urgent = false;
}

void Receiver::clear(mem::PacketMemory& memory) {
  v_.read = v_.read + queue_.length;
  memory.free_chain(queue_);
}

}  // namespace tapstack::transport::tcp
