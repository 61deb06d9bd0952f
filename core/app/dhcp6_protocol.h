// The state machine of a DHCPv6 client (RFC 8415 18.2) with one identity association of one
// address, or for other configuration alone: messages in, messages out. dhcp6.h puts it on a stack.
// All messages go to All_DHCP_Relay_Agents_and_Servers.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "app/dhcp6_lease.h"
#include "app/dhcp6_retransmission.h"
#include "util/random.h"
#include "wire/dhcp6.h"

namespace tapstack::app {

// What routers say is to be asked for (RFC 4861 4.2, flags M and O).
enum class Dhcp6Mode : uint8_t { kOff, kStateless, kStateful };

enum class Dhcp6State : uint8_t {
  kStopped,
  kAskingInformation,
  kInformed,  // stateless: until the information is to be refreshed
  kSoliciting,
  kRequesting,
  kConfirming,  // a lease from before, perhaps of another link
  kDeclining,
  kReleasing,
  kProbing,  // granted, and not in use until duplicate address detection is through
  kBound,
  kRenewing,
  kRebinding,
};

inline constexpr size_t kDhcp6MessageBytes = 1024;

class Dhcp6Protocol {
 public:
  Dhcp6Protocol() = default;
  Dhcp6Protocol(const MacAddress& mac, Random::Seed seed);

  void start(Instant now, Dhcp6Mode mode);
  // A lease from before, and what was told with it: start() asks whether it fits the link (Confirm,
  // RFC 8415 18.2.3).
  void remember(const Dhcp6Lease& lease, const Dhcp6Information& information);
  // The link was away (RFC 8415 18.2.12).
  void restart(Instant now);
  void stop();

  // Writes the message that is due, at most kDhcp6MessageBytes; returns its length, 0: none.
  size_t poll(Instant now, std::span<uint8_t> out);
  void input(Instant now, std::span<const uint8_t> bytes);
  Instant next_deadline() const;

  void on_address_unique();            // kProbing: it is ours
  void on_address_taken(Instant now);  // Decline, RFC 8415 18.2.8
  void release(Instant now);           // Release, RFC 8415 18.2.7; then kStopped

  Dhcp6State state() const { return state_; }
  bool has_lease() const { return state_ >= Dhcp6State::kProbing; }
  const Dhcp6Lease& lease() const { return lease_; }
  const Dhcp6Information& information() const { return information_; }
  uint32_t grants() const { return grants_; }  // changes of the two above

 private:
  void enter(Instant now, Dhcp6State state, const Dhcp6RetransmissionTimes& times,
             Duration delay_max = {});
  void solicit(Instant now, Duration delay_max);
  void on_given_up(Instant now);
  void check_times(Instant now);
  size_t compose(Instant now, std::span<uint8_t> out);
  bool is_for_us(const wire::Dhcp6View& message) const;
  void on_advertise(Instant now, const wire::Dhcp6View& message);
  void on_reply(Instant now, const wire::Dhcp6View& message);
  void on_grant(Instant now, const wire::Dhcp6View& message);
  void take_maximums(const wire::Dhcp6View& message);
  void choose_server(Instant now);

  Random random_;
  std::array<uint8_t, wire::kDuidLlBytes> duid_{};
  uint32_t iaid_ = 0;
  uint32_t transaction_ = 0;
  uint32_t sol_max_rt_s_ = 3600;  // RFC 8415 7.6
  uint32_t inf_max_rt_s_ = 3600;
  Dhcp6Mode mode_ = Dhcp6Mode::kOff;
  Dhcp6State state_ = Dhcp6State::kStopped;
  bool is_remembered_ = false;
  bool has_offer_ = false;
  uint8_t offer_preference_ = 0;
  uint32_t grants_ = 0;
  Dhcp6Retransmission retransmission_;
  Dhcp6Lease offer_;  // the best advertisement so far
  Dhcp6Lease lease_;
  Dhcp6Information information_;
};

}  // namespace tapstack::app
