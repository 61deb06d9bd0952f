// The clients that get the stack its addresses from servers (TAPSTACK_ADDR=dhcp), and the file in
// which a lease outlives the process (TAPSTACK_STATE).
#pragma once

#include <string>

#include "core/api/interfaces.h"
#include "core/app/dhcp4.h"
#include "core/app/link_local4.h"
#include "shim/common/settings.h"

namespace tapstack::shim {

class AddressClients {
 public:
  // Begins to ask, if the settings want it; with what the state file remembers. The failure is a
  // line for the user.
  tapif::Failure start(Stack& stack, Instant now, InterfaceId interface, const MacAddress& mac,
                       const Settings& settings);
  // After frames came in and timers ran.
  void poll(Stack& stack, Instant now);
  Instant next_deadline() const;
  // Whether a program that begins now should wait: an address is asked for, and there is none yet.
  bool is_waiting() const {
    return is_on_ && is_alone_ && dhcp4_.lease() == nullptr && !link_local_.address();
  }
  // How long it should wait at most: longer when a server has answered, as an address that another
  // host has costs ten seconds (RFC 2131 3.1.5) and probing up to seven (RFC 5227 2.1).
  Duration patience() const;
  // Tells the user that waiting was in vain; `waited` is the time since start().
  void report_silence(Duration waited);

 private:
  bool was_answered() const;
  void on_change(Instant now);
  void load(Instant now);
  void save(Instant now) const;

  bool is_on_ = false;
  bool is_alone_ = false;  // the settings name no IPv4 address beside
  std::string device_;
  std::string state_file_;  // empty: none
  Instant started_at_;
  uint32_t changes_seen_ = 0;
  uint32_t conflicts_seen_ = 0;
  app::Dhcp4 dhcp4_;
  app::LinkLocal4 link_local_;
  bool had_link_local_ = false;
};

}  // namespace tapstack::shim
