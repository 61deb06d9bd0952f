// A DHCPv6 client (RFC 8415) of one interface of a Stack, beside it: a socket on port 546, the
// address that it is granted, and what servers tell. What is asked for is the mode's: routers say
// it (RFC 4861 4.2).
#pragma once

#include <cstdint>

#include "api/interfaces.h"
#include "api/sockets.h"
#include "app/dhcp6_protocol.h"
#include "wire/dhcp6_state.h"

namespace tapstack::app {

class Dhcp6 {
 public:
  Dhcp6() = default;
  Dhcp6(InterfaceId interface, const MacAddress& mac, Random::Seed seed)
      : interface_(interface), mac_(mac), protocol_(mac, seed) {}

  // Opens the socket. Nothing is asked for until set_mode(). Errors: those of api::open() and
  // api::bind().
  Status start(Stack& stack, Instant now);
  // Begins, changes or ends what is asked for; no effect when it is so already. The interface must
  // have a link-local address (RFC 8415 17).
  void set_mode(Stack& stack, Instant now, Dhcp6Mode mode);
  // After input() and poll() of the stack.
  void poll(Stack& stack, Instant now);
  Instant next_deadline() const { return protocol_.next_deadline(); }
  // Gives the address back and stops using it at once; poll() goes on until the server knows.
  void release(Stack& stack, Instant now);

  Dhcp6State state() const { return protocol_.state(); }
  // The lease in use; nullptr: none.
  const Dhcp6Lease* lease() const { return is_in_use_ ? &protocol_.lease() : nullptr; }
  // What was told last; empty lists before.
  const Dhcp6Information& information() const { return protocol_.information(); }
  uint32_t changes() const { return changes_; }      // of the two above
  uint32_t conflicts() const { return conflicts_; }  // addresses that another host had

  // The lease for a state file, with what was told beside it; `wall_s` is the time of day in
  // seconds since 1970 at `now`. False: there is none.
  bool save(Instant now, uint64_t wall_s, std::span<uint8_t, wire::kDhcp6StateBytes> out) const;
  // Before set_mode(): what save() wrote, earlier and in another process; servers are asked whether
  // it fits the link (RFC 8415 18.2.3). False, and without effect: damaged, of another MAC, or
  // expired.
  bool restore(Instant now, uint64_t wall_s, std::span<const uint8_t> saved);

 private:
  void watch_link(Stack& stack, Instant now);
  void take_answers(Stack& stack, Instant now);
  void send(Stack& stack, Instant now, std::span<const uint8_t> message);
  bool configure(Stack& stack, Instant now);
  void end_use(Stack& stack, Instant now);

  InterfaceId interface_;
  MacAddress mac_;
  SocketId socket_;
  Dhcp6Protocol protocol_;
  Dhcp6Mode mode_ = Dhcp6Mode::kOff;
  bool was_up_ = true;
  bool has_address_ = false;  // address_ is on the interface by our doing
  bool is_in_use_ = false;    // and unique
  Ip6Address address_;
  uint32_t grants_ = 0;  // of the protocol, seen
  uint32_t changes_ = 0;
  uint32_t conflicts_ = 0;
};

}  // namespace tapstack::app
