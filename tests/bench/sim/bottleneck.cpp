#include "tests/bench/sim/bottleneck.h"

#include <algorithm>
#include <utility>

#include "util/bytes.h"
#include "util/checksum.h"
#include "wire/ethernet.h"
#include "wire/ip4.h"

namespace tapstack::bench {
namespace {

// RFC 3168 5: ECT(0) or ECT(1) becomes CE. Returns whether the frame is one that can say so.
bool mark(std::vector<uint8_t>& frame) {
  const Bytes packet =
      Bytes(frame).subspan(std::min(frame.size(), wire::EthernetView::kHeaderBytes));
  const auto ip = wire::Ip4View::parse(packet);
  if (!ip || ip->ecn() == 0) return false;
  const uint16_t before = load_be16(packet.data());
  packet[wire::ip4_field::kTypeOfService] |= 3;
  uint8_t* const checksum = packet.data() + wire::ip4_field::kChecksum;
  store_be16(checksum, checksum_update(load_be16(checksum), before, load_be16(packet.data())));
  return true;
}

}  // namespace

Bottleneck::Bottleneck(const BottleneckSettings& settings, sim::Dice dice)
    : settings_(settings), dice_(dice) {}

int64_t Bottleneck::backlog_bytes(Instant now) const {
  const int64_t wait_ns = free_at_ns_ - now.us() * 1000;
  if (wait_ns <= 0 || settings_.rate_bits_per_second == 0) return 0;
  return static_cast<int64_t>(static_cast<double>(wait_ns) *
                              static_cast<double>(settings_.rate_bits_per_second) / 8e9);
}

int64_t Bottleneck::departure_ns(Instant now, size_t bytes) {
  const int64_t now_ns = now.us() * 1000;
  if (settings_.rate_bits_per_second == 0) return now_ns;
  const double ns =
      static_cast<double>(bytes) * 8e9 / static_cast<double>(settings_.rate_bits_per_second);
  free_at_ns_ = std::max(free_at_ns_, now_ns) + static_cast<int64_t>(ns);
  counters_.queue_delay_us += (free_at_ns_ - now_ns) / 1000;
  return free_at_ns_;
}

std::vector<uint8_t> Bottleneck::copy(ConstBytes frame) {
  std::vector<uint8_t> bytes;
  if (!spare_.empty()) {
    bytes = std::move(spare_.back());
    spare_.pop_back();
  }
  bytes.assign(frame.begin(), frame.end());
  return bytes;
}

void Bottleneck::put(Instant now, ConstBytes frame) {
  ++counters_.frames;
  if (settings_.drops && settings_.drops(now, frame)) {
    ++counters_.planned;
    return;
  }
  const int64_t backlog = backlog_bytes(now);
  if (backlog + static_cast<int64_t>(frame.size()) > settings_.queue_bytes) {
    ++counters_.overflowed;
    return;
  }
  counters_.queue_bytes_max = std::max(counters_.queue_bytes_max, backlog);
  const int64_t leaves_ns = departure_ns(now, frame.size());
  if (dice_.chance(settings_.loss)) {
    ++counters_.lost;
    return;
  }
  OnTheWay on_the_way{Instant::from_us((leaves_ns + 999) / 1000) + settings_.delay, copy(frame)};
  if (settings_.mark_bytes > 0 && backlog >= settings_.mark_bytes && mark(on_the_way.frame)) {
    ++counters_.marked;
  }
  if (!dice_.chance(settings_.reorder)) {
    in_order_.push_back(std::move(on_the_way));
    return;
  }
  ++counters_.reordered;
  on_the_way.arrival = on_the_way.arrival + settings_.reorder_delay;
  const auto later_first = [](const OnTheWay& a, const OnTheWay& b) {
    return a.arrival > b.arrival;
  };
  reordered_.insert(std::ranges::lower_bound(reordered_, on_the_way, later_first),
                    std::move(on_the_way));
}

bool Bottleneck::is_late_first() const {
  if (reordered_.empty()) return false;
  return in_order_.empty() || reordered_.back().arrival < in_order_.front().arrival;
}

Instant Bottleneck::next_arrival() const {
  if (is_late_first()) return reordered_.back().arrival;
  return in_order_.empty() ? Instant::never() : in_order_.front().arrival;
}

ConstBytes Bottleneck::front() const {
  return is_late_first() ? reordered_.back().frame : in_order_.front().frame;
}

void Bottleneck::pop() {
  if (is_late_first()) {
    spare_.push_back(std::move(reordered_.back().frame));
    reordered_.pop_back();
  } else {
    spare_.push_back(std::move(in_order_.front().frame));
    in_order_.pop_front();
  }
}

}  // namespace tapstack::bench
