#include "tests/sim/host.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include <gtest/gtest.h>

namespace tapstack::sim {
namespace {

// Rounds of timers and output at one instant. A stack that needs more does not come to rest.
constexpr int kRoundsMax = 10'000;

StackSettings stack_settings(uint64_t seed, Instant now) {
  StackSettings settings;
  settings.now = now;
  for (uint8_t& byte : settings.seed) byte = static_cast<uint8_t>(seed = mix(seed));
  return settings;
}

}  // namespace

Host::Host(const HostSettings& settings, Instant now)
    : settings_(settings),
      stack_(stack_settings(settings.seed, now)),
      dice_(mix(settings.seed + 1)) {
  api::InterfaceSettings interface;
  std::strcpy(interface.name, "ts0");
  interface.mac.octets = {2, 0, 0, 0, 0, static_cast<uint8_t>(settings.number + 1)};
  interface.mtu_bytes = settings.mtu_bytes;
  interface.ip6.dad_transmits = 0;  // addresses are there at once
  interface.can_checksum = settings.can_checksum;
  interface.can_segment = settings.can_segment;
  const auto id = api::add_interface(*stack_, now, interface);
  EXPECT_TRUE(id.ok());
  device_ = *id;
  const uint8_t prefix_bits = settings.family == Family::kIp6 ? 64 : 24;
  EXPECT_TRUE(api::add_address(*stack_, now, device_, {address(), prefix_bits}).ok());
}

IpAddress Host::address() const {
  const auto last = static_cast<uint8_t>(settings_.number + 1);
  if (settings_.family == Family::kIp4) return Ip4Address::from(10, 0, 0, last);
  return Ip6Address::from(0xfd00, 0, 0, 0, 0, 0, 0, last);
}

void Host::input(Instant now, const FrameInFlight& frame) {
  if (dice_.chance(0.25)) {
    api::input_copy(*stack_, now, device_, frame.bytes, frame.offload);
    return;
  }
  Bytes spans[api::kFrameSpansMax];
  const size_t n = api::receive_buffers(*stack_, frame.bytes.size(), spans);
  if (n == 0) {
    api::count_overrun(*stack_, device_);
    return;
  }
  size_t done = 0;
  for (const Bytes& span : std::span(spans, n)) {
    const size_t part = std::min(span.size(), frame.bytes.size() - done);
    std::copy_n(frame.bytes.data() + done, part, span.data());
    done += part;
  }
  EXPECT_EQ(done, frame.bytes.size());
  api::input(*stack_, now, device_, frame.bytes.size(), frame.offload);
}

bool Host::send_one(Instant now, Link& link, Trace& trace) {
  api::Frame frame;
  if (!api::next_frame(*stack_, now, device_, frame)) return false;
  std::vector<uint8_t> bytes;
  bytes.reserve(frame.bytes);
  for (const ConstBytes& span : std::span(frame.spans, frame.spans_used)) {
    bytes.insert(bytes.end(), span.begin(), span.end());
  }
  EXPECT_EQ(bytes.size(), frame.bytes);
  api::frame_done(*stack_, frame);
  trace.frame(now, settings_.number, bytes);
  link.send(now, settings_.number, std::move(bytes), frame.offload);
  return true;
}

bool Host::drive(Instant now, Link& link, Trace& trace) {
  for (int round = 0; round < kRoundsMax; ++round) {
    api::poll(*stack_, now);
    bool sent = false;
    while (send_one(now, link, trace)) sent = true;
    if (!sent && next_deadline() > now) return true;
  }
  return false;
}

void Host::hog(bool on) {
  mem::PacketMemory& memory = stack_->memory();
  if (!on) {
    memory.free_chain(hogged_blocks_);
    for (const mem::Index index : hogged_packets_) memory.free_packet(index);
    hogged_packets_.clear();
    return;
  }
  const size_t blocks_free = kConfig.blocks - memory.blocks_used();
  const size_t packets_free = kConfig.packets - memory.packets_used();
  const auto bytes =
      static_cast<uint32_t>(dice_.between(blocks_free / 2, blocks_free) * kConfig.block_bytes);
  if (bytes > 0) memory.new_chain(bytes, hogged_blocks_, mem::Priority::kControl);
  for (size_t n = dice_.between(packets_free / 2, packets_free); n > 0; --n) {
    mem::PacketPtr packet = memory.new_packet(mem::Priority::kControl);
    if (!packet) return;
    hogged_packets_.push_back(packet.release());
  }
}

size_t Host::used(const char* pool) {
  for (size_t n = 0;; ++n) {
    const auto use = api::pool_at(*stack_, n);
    EXPECT_TRUE(use.ok()) << pool;
    if (!use.ok()) return 0;
    if (std::string_view(use->name) == pool) return use->used;
  }
}

}  // namespace tapstack::sim
