#include "tests/fuzz/network_host.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace tapstack::fuzz {

NetworkHost::NetworkHost(const link::InterfaceSettings& device)
    : network_(std::make_unique<net::Network>(random_.key())) {
  device_ = *net::add_interface(ctx_, *network_, device);
}

void NetworkHost::pass(Duration d) {
  const Instant end = ctx_.now + d;
  timer::TimerId id;
  while (timers_->next_deadline() <= end) {
    ctx_.now = std::max(ctx_.now, timers_->next_deadline());
    while (timers_->pop_due(ctx_.now, id)) {
      network_->on_timer(ctx_, timer::kind_of(id), timer::index_of(id));
    }
    drain();
  }
  ctx_.now = end;
}

void NetworkHost::expect_nothing_left(Duration d) {
  pass(d);
  if (memory_->packets_used() != 0 || memory_->blocks_used() != 0) std::abort();
}

mem::PacketPtr NetworkHost::packet_of(std::span<const uint8_t> bytes) {
  mem::PacketPtr packet = memory_->new_packet(mem::Priority::kControl);
  if (!packet || !memory_->append_copy(packet->chain, bytes, mem::Priority::kControl)) std::abort();
  return packet;
}

void NetworkHost::drain() {
  while (const mem::PacketPtr out = network_->next_frame(ctx_, device_)) {
    std::vector<uint8_t> bytes(out->size());
    memory_->copy_out(*out, 0, bytes);
    check_sent(bytes);
  }
  while (network_->next_frame(ctx_, link::kLoopback)) continue;
}

}  // namespace tapstack::fuzz
