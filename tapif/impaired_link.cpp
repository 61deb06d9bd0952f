#include "tapif/impaired_link.h"

#include <algorithm>
#include <functional>

#include "tapif/packet_layout.h"

namespace tapstack::tapif {

ImpairedLink::ImpairedLink(const LinkImpairment& settings, uint64_t seed)
    : settings_(settings), random_state_(seed) {}

// SplitMix64 (Steele, Lea, Flood 2014).
uint64_t ImpairedLink::random() {
  uint64_t z = (random_state_ += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Draws even for 0, so that a change of one probability does not shift the others' draws.
bool ImpairedLink::happens(double probability) {
  return static_cast<double>(random() >> 11) * 0x1p-53 < probability;
}

void ImpairedLink::put(Instant now, ConstBytes packet) {
  ++counters_.packets;
  const bool is_lost = happens(settings_.loss);
  const bool is_duplicate = happens(settings_.duplicate);
  if (is_lost) {
    ++counters_.lost;
    return;
  }
  enqueue(now, packet);
  if (is_duplicate) {
    ++counters_.duplicated;
    enqueue(now, packet);
  }
}

void ImpairedLink::enqueue(Instant now, ConstBytes packet) {
  if (waiting_.size() >= settings_.limit_packets) {
    ++counters_.overflowed;
    return;
  }
  if (free_buffers_.empty()) {
    free_buffers_.push_back(static_cast<uint32_t>(buffers_.size()));
    buffers_.emplace_back();
  }
  const uint32_t index = free_buffers_.back();
  free_buffers_.pop_back();
  std::vector<uint8_t>& buffer = buffers_[index];
  buffer.assign(packet.begin(), packet.end());
  if (happens(settings_.corrupt)) corrupt(buffer);
  waiting_.push_back({schedule(now, packet.size()), order_++, index});
  std::ranges::push_heap(waiting_, std::greater<>());
}

Instant ImpairedLink::schedule(Instant now, size_t bytes) {
  int64_t leaves_at_ns = now.us() * 1000;
  if (settings_.rate_bits_per_second != 0) {
    const double ns =
        static_cast<double>(bytes) * 8e9 / static_cast<double>(settings_.rate_bits_per_second);
    idle_at_ns_ = std::max(idle_at_ns_, leaves_at_ns) + static_cast<int64_t>(ns);
    leaves_at_ns = idle_at_ns_;
  }
  Duration delay = settings_.delay;
  const auto jitter = static_cast<uint64_t>(settings_.jitter.us());
  const auto draw = static_cast<int64_t>(random() % (2 * jitter + 1));
  delay = std::max(delay + Duration::us(draw) - settings_.jitter, Duration());

  Instant due = Instant::from_us(leaves_at_ns / 1000) + delay;
  due = std::max(due, last_due_);
  if (happens(settings_.reorder)) {
    ++counters_.reordered;
    return due + settings_.gap;
  }
  last_due_ = due;
  return due;
}

// Only IP packets: ARP has no checksum, and a wrong address in it is no damage that links do.
void ImpairedLink::corrupt(Bytes packet) {
  PacketLayout layout;
  if (!find_layout(packet, layout)) return;
  const size_t bit = random() % ((layout.end - kEthernetBytes) * 8);
  packet[kEthernetBytes + bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
  ++counters_.corrupted;
}

Instant ImpairedLink::next_deadline() const {
  return waiting_.empty() ? Instant::never() : waiting_.front().due;
}

ConstBytes ImpairedLink::front(Instant now) const {
  if (next_deadline() > now) return {};
  return waiting_.empty() ? ConstBytes() : ConstBytes(buffers_[waiting_.front().buffer]);
}

void ImpairedLink::pop() {
  std::ranges::pop_heap(waiting_, std::greater<>());
  free_buffers_.push_back(waiting_.back().buffer);
  waiting_.pop_back();
}

}  // namespace tapstack::tapif
