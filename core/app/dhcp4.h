// A DHCP client (RFC 2131) of one interface of a Stack, beside it: it has a socket on port 68,
// configures the address that it is granted, after looking whether another host has it (RFC 5227),
// the routes and the MTU, and takes them away again. What the server says of DNS, NTP and names is
// in lease().
//
//   app::Dhcp4 dhcp({.interface = id, .protocol = {.mac = mac}}, seed);
//   dhcp.start(stack, now);
//   loop: ... after input() and poll() of the stack: dhcp.poll(stack, now); wait no longer than
//         min(api::next_deadline(stack), dhcp.next_deadline()) ...
#pragma once

#include <cstdint>
#include <span>

#include "api/interfaces.h"
#include "api/sockets.h"
#include "app/dhcp4_protocol.h"
#include "wire/dhcp4_state.h"

namespace tapstack::app {

struct Dhcp4ClientSettings {
  InterfaceId interface;
  bool takes_default_route = true;  // the server's
  Ip4Address gateway;               // 0.0.0.0: none; else a default route in its place
  Dhcp4Settings protocol;
};

class Dhcp4 {
 public:
  Dhcp4() = default;
  Dhcp4(const Dhcp4ClientSettings& settings, Random::Seed seed)
      : interface_(settings.interface),
        takes_default_route_(settings.takes_default_route),
        gateway_(settings.gateway),
        protocol_(settings.protocol, seed) {}

  // Opens the socket and begins. Errors: those of api::open() and api::bind().
  Status start(Stack& stack, Instant now);
  // Takes in answers, sends what is due, and configures the interface as the lease has it.
  void poll(Stack& stack, Instant now);
  Instant next_deadline() const { return protocol_.next_deadline(); }
  // Gives the address back (DHCPRELEASE), removes it and closes the socket.
  void release(Stack& stack, Instant now);

  Dhcp4State state() const { return protocol_.state(); }
  // What the address that is in use comes with; nullptr: there is none.
  const Dhcp4Lease* lease() const { return is_in_use_ ? &protocol_.lease() : nullptr; }
  // Grows with every change of what lease() says.
  uint32_t changes() const { return changes_; }
  // Times that another host turned out to have the address that was granted.
  uint32_t conflicts() const { return conflicts_; }

  // The lease for a state file; `wall_s` is the time of day in seconds since 1970 at `now`. False:
  // there is none.
  bool save(Instant now, uint64_t wall_s, std::span<uint8_t, wire::kDhcp4StateBytes> out) const;
  // Before start(): what save() wrote, earlier and in another process. False, and without effect:
  // damaged, of another MAC, or expired.
  bool restore(Instant now, uint64_t wall_s, std::span<const uint8_t> saved);

 private:
  void take_answers(Stack& stack, Instant now);
  void send(Stack& stack, Instant now, std::span<const uint8_t> message, const Dhcp4Output& how);
  void watch_link(Stack& stack, Instant now);
  bool configure(Stack& stack, Instant now);
  void begin_claim(Stack& stack, Instant now);
  void renew_settings(Stack& stack, Instant now);
  void add_settings(Stack& stack, Instant now);
  void remove_settings(Stack& stack, Instant now);
  void set_mtu(Stack& stack, Instant now, uint32_t mtu_bytes);
  void end_use(Stack& stack, Instant now);

  InterfaceId interface_;
  bool takes_default_route_ = true;
  Ip4Address gateway_;
  SocketId socket_;
  Dhcp4Protocol protocol_;
  bool was_up_ = true;
  bool has_address_ = false;  // `configured_`'s address is on the interface by our doing
  bool is_in_use_ = false;    // nobody objected: routes and MTU are set too
  uint8_t routes_added_ = 0;  // bit n: of configured_.routes
  uint32_t mtu_before_ = 0;   // 0: not changed
  uint32_t grants_ = 0;       // of the protocol, when configured_ was made
  uint32_t changes_ = 0;
  uint32_t conflicts_ = 0;
  Dhcp4Lease configured_;
};

}  // namespace tapstack::app
