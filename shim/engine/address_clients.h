// The clients that get the stack its addresses from servers: IPv4 by TAPSTACK_ADDR=dhcp, IPv6 where
// routers say so (slaac).
#pragma once

#include <string>

#include "core/api/interfaces.h"
#include "core/app/dhcp4.h"
#include "core/app/dhcp6.h"
#include "core/app/link_local4.h"
#include "shim/common/settings.h"
#include "shim/engine/lease_file.h"

namespace tapstack::shim {

// What they are in the middle of.
struct AddressClientsState {
  bool is_on_ = false;
  bool is_late_ = false;   // servers have had their time
  bool is_alone_ = false;  // the settings name no IPv4 address beside
  Instant started_at_;
  uint32_t changes_seen_ = 0;
  uint32_t conflicts_seen_ = 0;
  app::Dhcp4 dhcp4_;
  app::LinkLocal4 link_local_;
  bool is_on6_ = false;
  bool is_alone6_ = false;     // the settings name neither an address nor dhcp
  bool has_address6_ = false;  // one beyond the link was there
  InterfaceId interface_;
  MacAddress mac_;
  uint32_t changes_seen6_ = 0;
  app::Dhcp6 dhcp6_;
  app::Dhcp6Mode mode6_ = app::Dhcp6Mode::kOff;
  bool had_link_local_ = false;
};

class AddressClients : private AddressClientsState {
 public:
  // Begins to ask, if the settings want it; with what the state file remembers. The failure is a
  // line for the user.
  tapif::Failure start(Stack& stack, Instant now, InterfaceId interface, const MacAddress& mac,
                       const Settings& settings);
  // For another process, and there.
  const AddressClientsState& state() const { return *this; }
  void restore(const AddressClientsState& state, const Settings& settings);

  // After frames came in and timers ran.
  void poll(Stack& stack, Instant now);
  Instant next_deadline() const;
  // Whether a program that begins now should wait: an address is asked for, and there is none yet.
  // Without an address of the settings it is the server's that counts, and without "dhcp" one that
  // reaches beyond the link by a router's advertisement.
  bool is_waiting() const {
    if (is_on6_ && is_alone6_) return !has_address6_;
    return is_on_ && is_alone_ && dhcp4_.lease() == nullptr && !link_local_.address();
  }
  // How long it should wait at most: longer when a server has answered, as an address that another
  // host has costs ten seconds (RFC 2131 3.1.5) and probing up to seven (RFC 5227 2.1); for routers
  // as long as they have to answer three solicitations.
  Duration patience() const;
  // What IPv4's server granted; nullptr: nothing.
  const app::Dhcp4Lease* lease4() const { return is_on_ ? dhcp4_.lease() : nullptr; }
  // What servers of IPv6 told; empty before.
  const app::Dhcp6Information& information6() const { return dhcp6_.information(); }
  InterfaceId interface() const { return interface_; }
  // Tells the user that waiting was in vain; `waited` is the time since start().
  void report_silence(Duration waited);

 private:
  bool was_answered() const;
  tapif::Failure start4(Stack& stack, Instant now, const Settings& settings);
  tapif::Failure start6(Stack& stack, Instant now, const Settings& settings);
  void poll4(Stack& stack, Instant now);
  void poll6(Stack& stack, Instant now);
  void on_change(Instant now);
  void on_change6(Instant now) const;
  app::Dhcp4ClientSettings client_settings(const Settings& settings) const;

  std::string device_;
  LeaseFile file_;
};

}  // namespace tapstack::shim
