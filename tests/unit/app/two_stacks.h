// Two stacks with a wire between them, in virtual time.
#pragma once

#include "tests/unit/api/api_test.h"
#include "util/random.h"

namespace tapstack::app {

using api::Octets;

inline constexpr Ip4Address kClientAddress = Ip4Address::from(10, 0, 0, 1);
inline constexpr Ip4Address kServerAddress = Ip4Address::from(10, 0, 0, 2);

// A stack with one address.
struct Node {
  Node(uint8_t number, Ip4Address address)
      : stack(api::create(memory.data(), std::array<uint8_t, api::kSeedBytes>{number})) {
    auto settings = api::device_settings();
    settings.mac.octets[5] = number;
    device = *api::add_interface(stack, api::kStart, settings);
    EXPECT_TRUE(api::add_address(stack, api::kStart, device, {address, 24}).ok());
  }

  api::StackMemory memory;
  Stack& stack;
  InterfaceId device;
};

class TwoStacksTest : public testing::Test {
 protected:
  // Both do what is due, and what they send arrives.
  void exchange_frames() {
    api::poll(client_.stack, now_);
    api::poll(server_.stack, now_);
    carry(client_, server_);
    carry(server_, client_);
  }
  void carry(Node& from, Node& to) {
    api::Frame frame;
    while (api::next_frame(from.stack, now_, from.device, frame)) {
      Octets bytes;
      for (const ConstBytes& span : std::span(frame.spans, frame.spans_used)) {
        bytes.insert(bytes.end(), span.begin(), span.end());
      }
      api::frame_done(from.stack, frame);
      if (dice_.below(100) < loss_percent_) continue;
      api::input_copy(to.stack, now_, to.device, bytes, {});
    }
  }

  Instant now_ = api::kStart + Duration::s(10);  // addresses are settled
  Node client_{1, kClientAddress}, server_{2, kServerAddress};
  uint32_t loss_percent_ = 0;
  Random dice_;
};

}  // namespace tapstack::app
