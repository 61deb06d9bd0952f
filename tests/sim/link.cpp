#include "tests/sim/link.h"

#include <utility>

namespace tapstack::sim {
namespace {

constexpr size_t kEthernetHeaderBytes = 14;

// What has a checksum somewhere; ARP relies on that of the frame, which is not simulated.
bool is_ip(const std::vector<uint8_t>& frame) {
  if (frame.size() <= kEthernetHeaderBytes) return false;
  const int type = frame[12] * 256 + frame[13];
  return type == 0x0800 || type == 0x86dd;
}

}  // namespace

void Link::launch(Instant now, int to, std::vector<uint8_t> bytes, const api::Offload& offload) {
  if (is_ip(bytes) && dice_.chance(settings_.corrupt)) {
    const uint64_t bit = dice_.between(kEthernetHeaderBytes * 8, bytes.size() * 8 - 1);
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ (1u << bit % 8));
  }
  Duration delay = settings_.delay;
  if (settings_.jitter > Duration()) {
    delay = delay + Duration::us(static_cast<int64_t>(
                        dice_.below(static_cast<uint64_t>(settings_.jitter.us()))));
  }
  in_flight_.push({now + delay, launched_++, to, std::move(bytes), offload});
}

void Link::send(Instant now, int from, std::vector<uint8_t> bytes, const api::Offload& offload) {
  for (int to = 0; to < hosts_; ++to) {
    if (to == from || dice_.chance(settings_.loss)) continue;
    if (dice_.chance(settings_.duplicate)) launch(now, to, bytes, offload);
    launch(now, to, bytes, offload);
  }
}

Instant Link::next_arrival() const {
  return in_flight_.empty() ? Instant::never() : in_flight_.top().arrival;
}

FrameInFlight Link::take() {
  FrameInFlight frame = in_flight_.top();
  in_flight_.pop();
  return frame;
}

}  // namespace tapstack::sim
