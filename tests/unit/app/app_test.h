// What the tests of app/ share: a stack with one device in virtual time, and the other end of its
// wire, where a script answers frames.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tests/unit/api/api_test.h"
#include "tests/unit/app/dhcp4_server.h"
#include "tests/unit/net/net_test.h"

namespace tapstack::app {

inline constexpr MacAddress kServerMac{{2, 0, 0, 0, 0, 1}};

// An IPv4 UDP datagram in a frame of the client's.
struct SentDatagram {
  Ip4Address source, destination;
  uint16_t port = 0;
  Octets payload;
};

class AppTest : public testing::Test {
 protected:
  AppTest() : stack_(api::create(memory_.data(), std::array<uint8_t, api::kSeedBytes>{4})) {
    device_ = *api::add_interface(stack_, now_, api::device_settings());
  }

  // Lets time pass until `end`: the stack and the client do what is due, and whatever leaves goes
  // to on_frame().
  void run_until(Instant end) {
    while (true) {
      turn();
      const Instant next = std::min(api::next_deadline(stack_), client_deadline());
      if (next > end) break;
      now_ = std::max(now_, next);
    }
    now_ = end;
    turn();
  }
  void run_for(Duration d) { run_until(now_ + d); }
  void turn() {
    for (int i = 0; i < 8; ++i) {
      api::poll(stack_, now_);
      poll_client();
      const Octets bytes = api::take_frame(stack_, now_, device_);
      if (bytes.empty()) return;
      if (is_cut_) continue;
      on_frame(bytes);
    }
  }
  void send_frame(const Octets& frame) { api::input_copy(stack_, now_, device_, frame, {}); }
  // A request goes to all, a reply to the client.
  void send_arp(const link::Arp& message) {
    send_frame(link::ethernet(message.operation == 1 ? MacAddress::broadcast() : kClientMac,
                              message.sender_mac, 0x0806, link::arp(message)));
  }
  // UDP from the server to the client's MAC.
  void send_datagram(Ip4Address from, Ip4Address to, uint16_t from_port, uint16_t to_port,
                     const Octets& payload) {
    Octets segment;
    net::put16(segment, from_port);
    net::put16(segment, to_port);
    net::put16(segment, static_cast<unsigned>(8 + payload.size()));
    net::put16(segment, 0);
    net::put(segment, payload);
    send_frame(link::ethernet(to.is_limited_broadcast() ? MacAddress::broadcast() : kClientMac,
                              kServerMac, 0x0800,
                              net::ip4({.source = from, .destination = to}, segment)));
  }
  // The datagram in a frame; none in others.
  static std::optional<SentDatagram> datagram_in(const Octets& frame) {
    if (frame.size() < 42 || net::get16(frame, 12) != 0x0800 || frame[23] != 17) return {};
    return SentDatagram{Ip4Address{net::get32(frame, 26)}, Ip4Address{net::get32(frame, 30)},
                        static_cast<uint16_t>(net::get16(frame, 36)), net::tail(frame, 42)};
  }
  static bool is_arp(const Octets& frame) { return net::get16(frame, 12) == 0x0806; }
  static Ip4Address arp_sender(const Octets& frame) { return {net::get32(frame, 28)}; }
  static Ip4Address arp_target(const Octets& frame) { return {net::get32(frame, 38)}; }

  bool has_address(const IpAddress& address) const {
    const auto state = api::address_state(stack_, device_, address);
    return state.ok() && *state == api::AddressState::kPreferred;
  }

  virtual void poll_client() = 0;
  virtual Instant client_deadline() const = 0;
  virtual void on_frame(const Octets& frame) = 0;

  Instant now_ = Instant::from_us(3'000'000);
  api::StackMemory memory_;
  Stack& stack_;
  InterfaceId device_;
  bool is_cut_ = false;  // nothing arrives
};

}  // namespace tapstack::app
