// An address of 169.254/16 that the host gives itself while nobody else gives it one (RFC 3927),
// for one interface of a Stack; beside it, as the DHCP client is.
#pragma once

#include <cstdint>
#include <optional>

#include "api/interfaces.h"
#include "util/random.h"

namespace tapstack::app {

class LinkLocal4 {
 public:
  LinkLocal4() = default;
  // The same MAC gives the same addresses, in the same order, at every start (RFC 3927 2.1).
  LinkLocal4(InterfaceId interface, const MacAddress& mac);

  // Whether an address is wanted: not while there is a routable one (RFC 3927 1.9). Claims one or
  // takes it away; to be called after input() and poll() of the stack.
  void poll(Stack& stack, Instant now, bool is_wanted);
  Instant next_deadline() const { return retry_at_; }
  // The address in use; empty: none.
  std::optional<Ip4Address> address() const;

 private:
  void choose(Stack& stack, Instant now);
  void withdraw(Stack& stack, Instant now);

  InterfaceId interface_;
  Random random_;
  Ip4Address candidate_;      // any: none chosen
  bool has_address_ = false;  // candidate_ is on the interface
  bool is_in_use_ = false;    // and nobody objected
  uint8_t conflicts_ = 0;
  Instant retry_at_ = Instant::never();  // when the next one may be tried
};

}  // namespace tapstack::app
