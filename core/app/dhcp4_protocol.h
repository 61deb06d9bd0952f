// The state machine of a DHCP client (RFC 2131 4.4): messages in, messages out, and what time it
// is. It knows nothing of sockets and interfaces; dhcp4.h puts it on a stack.
#pragma once

#include <cstdint>
#include <span>

#include "app/dhcp4_lease.h"
#include "config.h"
#include "util/random.h"
#include "util/time.h"
#include "wire/dhcp4.h"

namespace tapstack::app {

struct Dhcp4Settings {
  MacAddress mac;
  ShortText<32> client_id;  // option 61, type octet first; empty: 1 and the MAC
  ShortText<64> host_name;  // option 12; empty: not sent
  bool broadcast = false;   // answers must be broadcast (RFC 2131 4.1)
};

// RFC 2131 figure 5; INIT-REBOOT and REBOOTING are one, as are INIT and the wait before it.
enum class Dhcp4State : uint8_t {
  kStopped,
  kInit,
  kSelecting,
  kRequesting,
  kRebooting,
  kProbing,  // granted, and not in use until nobody else turns out to have it
  kBound,
  kRenewing,
  kRebinding,
};

// A message to send: `bytes` of the buffer that was given; 0: none.
struct Dhcp4Output {
  size_t bytes = 0;
  Ip4Address destination = Ip4Address::limited_broadcast();
  bool from_unspecified = true;  // source 0.0.0.0; else the lease's address
};

// Largest message taken and sent (option 57), without IP and UDP headers.
inline constexpr size_t kDhcp4MessageBytes = 1024;

class Dhcp4Protocol {
 public:
  Dhcp4Protocol() = default;
  Dhcp4Protocol(const Dhcp4Settings& settings, Random::Seed seed)
      : settings_(settings), random_(seed) {}

  // Begins: with a remembered lease by asking whether it still holds (INIT-REBOOT, RFC 2131 3.2),
  // else from the beginning.
  void start(Instant now);
  // The host was elsewhere, or the link was down (RFC 2131 3.7): as start(), with the lease in use.
  void restart(Instant now);
  void stop() { enter(Dhcp4State::kStopped, Instant::never()); }
  // A lease from before, which start() asks for; its times count on the present clock.
  void remember(const Dhcp4Lease& lease);

  // Writes the message that is due into `out`, which has kDhcp4MessageBytes. To be called until
  // nothing is due.
  Dhcp4Output poll(Instant now, std::span<uint8_t> out);
  // A datagram from a server's port. What is no answer to the last message is ignored.
  void input(Instant now, std::span<const uint8_t> bytes);
  Instant next_deadline() const { return next_; }

  // kProbing: nobody has the address.
  void on_address_unique();
  // Somebody else has it, now or later: the server is told (DHCPDECLINE), and it begins anew.
  void on_address_taken(Instant now);
  // Gives the lease back, and stops. Nothing to send when there is none.
  Dhcp4Output release(Instant now, std::span<uint8_t> out);

  Dhcp4State state() const { return state_; }
  // Whether the lease's address is to be configured.
  bool has_lease() const { return state_ >= Dhcp4State::kProbing; }
  const Dhcp4Lease& lease() const { return lease_; }  // meaningful with has_lease()
  uint32_t grants() const { return grants_; }         // times that lease() was granted anew
  const Dhcp4Settings& settings() const { return settings_; }

 private:
  using Writer = wire::Dhcp4Writer;

  void enter(Dhcp4State state, Instant next);
  void begin(Instant now);  // from INIT, where what is remembered was refused
  void new_transaction(Instant now);
  Instant back_off(Instant now);
  Dhcp4Output act(Instant now, std::span<uint8_t> out);
  Dhcp4Output reboot_or_fall_back(Instant now, std::span<uint8_t> out);
  Dhcp4Output extend(Instant now, std::span<uint8_t> out);
  Writer compose(Instant now, std::span<uint8_t> out, wire::Dhcp4Type type,
                 Ip4Address ciaddr) const;
  Dhcp4Output finish_request(Writer& writer) const;
  Dhcp4Output discover(Instant now, std::span<uint8_t> out) const;
  Dhcp4Output request(Instant now, std::span<uint8_t> out) const;
  Dhcp4Output decline(Instant now, std::span<uint8_t> out);
  void on_offer(Instant now, const wire::Dhcp4View& message);
  void on_ack(Instant now, const wire::Dhcp4View& message);
  void on_nak(Instant now, const wire::Dhcp4View& message);

  Dhcp4Settings settings_;
  Random random_;
  Dhcp4State state_ = Dhcp4State::kStopped;
  bool must_decline_ = false;
  bool is_remembered_ = false;  // lease_ is from before and may be asked for
  uint8_t tries_ = 0;           // messages of this state sent
  uint8_t refusals_ = 0;        // DHCPNAKs since the last lease
  uint32_t xid_ = 0;
  uint32_t grants_ = 0;
  Instant began_at_;  // what `secs` counts from
  Instant asked_at_;  // when the first request of this transaction was sent
  Instant next_ = Instant::never();
  Dhcp4Lease lease_;  // kRequesting: address and server that were offered
};

}  // namespace tapstack::app
