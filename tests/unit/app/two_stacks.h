// Two stacks with a wire between them, in virtual time.
#pragma once

#include "tests/unit/api/api_test.h"
#include "util/random.h"

namespace tapstack::app {

using api::Node;
using api::Octets;

inline constexpr Ip4Address kClientAddress = Ip4Address::from(10, 0, 0, 1);
inline constexpr Ip4Address kServerAddress = Ip4Address::from(10, 0, 0, 2);

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
    for (Octets bytes; !(bytes = api::take_frame(from.stack, now_, from.device)).empty();) {
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
