#include "tests/fuzz/machine.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tapstack::fuzz {
namespace {

constexpr int kRoundsMax = 10'000;
// No timer of the stack is further away than some retransmissions of the longest; after so many
// deadlines something arms itself for ever.
constexpr int kDeadlinesMax = 100'000;

[[noreturn]] void fail(const char* what, const char* detail = "", size_t number = 0) {
  std::fprintf(stderr, "%s %s %zu\n", what, detail, number);
  std::abort();
}

}  // namespace

Machine::Machine() : stack_(StackSettings{{1, 2, 3}, Instant::from_us(1'000'000)}) {
  api::InterfaceSettings interface;
  std::strcpy(interface.name, "ts0");
  interface.mac = kStackMac;
  interface.ip6.dad_transmits = 0;  // addresses are there at once
  device_ = *api::add_interface(*stack_, now_, interface);
  api::add_address(*stack_, now_, device_, {kStackAddress, 24}).ignore();
  api::add_route(*stack_, {Ip4Address::any(), 0}, kPeerAddress, device_).ignore();
  api::add_address(*stack_, now_, device_, {kStackAddress6, 64}).ignore();
  api::add_route(*stack_, {Ip6Address::any(), 0}, kPeerAddress6, device_).ignore();
  receive(arp_request());
  receive(neighbour_solicitation());
}

bool Machine::send_one() {
  api::Frame frame;
  if (!api::next_frame(*stack_, now_, device_, frame)) return false;
  last_sent_.clear();
  for (const ConstBytes& span : std::span(frame.spans, frame.spans_used)) {
    last_sent_.insert(last_sent_.end(), span.begin(), span.end());
  }
  if (last_sent_.size() != frame.bytes) fail("the spans do not make up the frame");
  api::frame_done(*stack_, frame);
  return true;
}

void Machine::settle() {
  for (int round = 0; round < kRoundsMax; ++round) {
    api::poll(*stack_, now_);
    bool sent = false;
    while (send_one()) sent = true;
    if (!sent && api::next_deadline(*stack_) > now_) return;
  }
  fail("the stack is due and does nothing");
}

void Machine::receive(const Frame& frame) {
  api::input_copy(*stack_, now_, device_, frame, api::Offload{});
  settle();
}

void Machine::pass(Duration d) {
  const Instant end = now_ + d;
  for (int n = 0; api::next_deadline(*stack_) <= end; ++n) {
    if (n == kDeadlinesMax) fail("deadlines without end");
    now_ = std::max(now_, api::next_deadline(*stack_));
    settle();
  }
  now_ = end;
}

void Machine::expect_nothing_left() {
  settle();
  for (int n = 0; !api::next_deadline(*stack_).is_never(); ++n) {
    if (n == kDeadlinesMax) fail("the stack does not come to rest");
    now_ = std::max(now_, api::next_deadline(*stack_));
    settle();
  }
  for (size_t n = 0;; ++n) {
    const auto use = api::pool_at(*stack_, n);
    if (!use.ok()) return;
    if (use->used != 0) fail("left over:", use->name, use->used);
  }
}

}  // namespace tapstack::fuzz
