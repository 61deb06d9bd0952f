// What the tests of the public interface share: a stack made through it, with one device.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include "api/create.h"
#include "api/interfaces.h"
#include "api/run.h"
#include "api/sockets.h"
#include "tests/unit/support/bytes.h"
#include "tests/unit/support/soil.h"

namespace tapstack::api {

using Octets = std::vector<uint8_t>;

inline constexpr Instant kStart = Instant::from_us(3'000'000);
inline constexpr Ip4Address kOurs = Ip4Address::from(10, 10, 10, 2);
inline constexpr Ip4Address kPeer = Ip4Address::from(10, 10, 10, 1);

// Memory for a stack, as an embedder would have it, full of rubbish.
class StackMemory {
 public:
  StackMemory()
      : memory_(static_cast<std::byte*>(
            ::operator new(stack_bytes(), std::align_val_t(stack_alignment())))) {
    test::soil(memory_, stack_bytes());
  }
  ~StackMemory() { ::operator delete(memory_, std::align_val_t(stack_alignment())); }
  StackMemory(const StackMemory&) = delete;
  StackMemory& operator=(const StackMemory&) = delete;
  std::byte* data() { return memory_; }

 private:
  std::byte* memory_;
};

inline InterfaceSettings device_settings(std::string_view name = "ts0") {
  InterfaceSettings settings;
  name.copy(settings.name, sizeof settings.name - 1);
  settings.mac.octets = {2, 0, 0, 0, 0, 2};
  settings.mtu_bytes = 1500;
  return settings;
}

// A stack with one device and one address.
struct Node {
  Node(uint8_t number, Ip4Address address)
      : stack(create(memory.data(), std::array<uint8_t, kSeedBytes>{number})) {
    InterfaceSettings settings = device_settings();
    settings.mac.octets[5] = number;
    device = *add_interface(stack, kStart, settings);
    EXPECT_TRUE(add_address(stack, kStart, device, {address, 24}).ok());
  }

  StackMemory memory;
  Stack& stack;
  InterfaceId device;
};

inline Octets joined(std::span<const ConstBytes> spans) {
  Octets bytes;
  for (const ConstBytes& span : spans) bytes.insert(bytes.end(), span.begin(), span.end());
  return bytes;
}

// The next frame that `stack` has for `device`; empty when there is none.
inline Octets take_frame(Stack& stack, Instant now, InterfaceId device) {
  Frame frame;
  if (!next_frame(stack, now, device, frame)) return {};
  const Octets bytes = joined(std::span(frame.spans, frame.spans_used));
  EXPECT_EQ(bytes.size(), frame.bytes);
  EXPECT_EQ(frame.interface, device);
  frame_done(stack, frame);
  return bytes;
}

class ApiTest : public testing::Test {
 protected:
  ApiTest() : stack_(create(memory_.data(), std::array<uint8_t, kSeedBytes>{1, 2, 3})) {
    device_ = *add_interface(stack_, kStart, device_settings());
    EXPECT_TRUE(add_address(stack_, kStart, device_, {kOurs, 24}).ok());
    sent();  // the announcement
  }

  // The next frame for the device; empty when there is none.
  Octets sent(Instant now = kStart) { return take_frame(stack_, now, device_); }
  uint64_t counter(std::string_view name) const {
    for (size_t n = 0;; ++n) {
      const auto value = counter_at(stack_, n);
      if (!value.ok()) return ~uint64_t{0};
      if (value->counter.name == name) return value->counter.value;
    }
  }
  size_t used(std::string_view pool) const {
    for (size_t n = 0;; ++n) {
      const auto use = pool_at(stack_, n);
      if (!use.ok()) return ~size_t{0};
      if (use->name == pool) return use->used;
    }
  }

  StackMemory memory_;
  Stack& stack_;
  InterfaceId device_;
};

// An ARP request of kPeer for kOurs.
inline Octets arp_request() {
  return test::hex(
      "ffffffffffff 020000000001 0806"
      "0001 0800 06 04 0001 020000000001 0a0a0a01 000000000000 0a0a0a02");
}

}  // namespace tapstack::api
