#include "app/dhcp6_protocol.h"

#include <algorithm>

namespace tapstack::app {
namespace {

namespace code = wire::dhcp6_option;
using wire::Dhcp6Status;
using wire::Dhcp6Type;
using wire::Dhcp6View;
using enum Dhcp6State;

// RFC 8415 7.6: times of each message, {IRT, MRT, MRC, MRD}.
constexpr Dhcp6RetransmissionTimes kRequestTimes{1, 30, 10, 0};
constexpr Dhcp6RetransmissionTimes kConfirmTimes{1, 4, 0, 10};
constexpr Dhcp6RetransmissionTimes kReleaseTimes{1, 0, 4, 0};
constexpr Dhcp6RetransmissionTimes kDeclineTimes{1, 0, 4, 0};
constexpr uint32_t kRenewTimeoutS = 10, kRenewMaxRtS = 600;
constexpr Duration kMaxDelay = Duration::s(1);            // SOL_, CNF_ and INF_MAX_DELAY
constexpr uint32_t kMaxRtMinS = 60, kMaxRtMaxS = 86'400;  // RFC 8415 21.24
constexpr uint8_t kBestPreference = 255;

constexpr uint16_t kWanted[] = {code::kDnsServers, code::kDomainList, code::kSolMaxRt};
// RFC 8415 21.23, 21.25: these two in Information-request messages.
constexpr uint16_t kWantedStateless[] = {code::kDnsServers, code::kDomainList, code::kInfMaxRt,
                                         code::kInformationRefreshTime};

Dhcp6Type type_of(Dhcp6State state) {
  switch (state) {
    case kAskingInformation:
      return Dhcp6Type::kInformationRequest;
    case kRequesting:
      return Dhcp6Type::kRequest;
    case kConfirming:
      return Dhcp6Type::kConfirm;
    case kDeclining:
      return Dhcp6Type::kDecline;
    case kReleasing:
      return Dhcp6Type::kRelease;
    case kRenewing:
      return Dhcp6Type::kRenew;
    case kRebinding:
      return Dhcp6Type::kRebind;
    default:
      return Dhcp6Type::kSolicit;
  }
}

// For how long Renew or Rebind goes on: until T2, or the end of the lease.
uint32_t seconds_until(Instant end, Instant now) {
  if (end.is_never()) return 0;
  return static_cast<uint32_t>(std::max<int64_t>((end - now).ms() / 1000, 1));
}

}  // namespace

Dhcp6Protocol::Dhcp6Protocol(const MacAddress& mac, Random::Seed seed) : random_(seed) {
  wire::emit_duid_ll(duid_, mac);
  // RFC 8415 12: unique among the associations of this client, the same at every start.
  iaid_ = load_be32(&mac.octets[2]);
}

void Dhcp6Protocol::enter(Instant now, Dhcp6State state, const Dhcp6RetransmissionTimes& times,
                          Duration delay_max) {
  state_ = state;
  transaction_ = random_.next_u32() & 0xffffff;
  const auto delay_us = static_cast<uint32_t>(delay_max.us());
  const Duration delay = Duration::us(delay_us == 0 ? 0 : random_.below(delay_us));
  retransmission_.start(now + delay, times, state == kSoliciting);
}

void Dhcp6Protocol::solicit(Instant now, Duration delay_max) {
  is_remembered_ = has_offer_ = false;
  enter(now, kSoliciting, {1, sol_max_rt_s_, 0, 0}, delay_max);
}

void Dhcp6Protocol::start(Instant now, Dhcp6Mode mode) {
  mode_ = mode;
  if (mode == Dhcp6Mode::kOff) return stop();
  if (mode == Dhcp6Mode::kStateless) {
    enter(now, kAskingInformation, {1, inf_max_rt_s_, 0, 0}, kMaxDelay);
  } else if (is_remembered_ && now < lease_.valid_until) {
    enter(now, kConfirming, kConfirmTimes, kMaxDelay);
  } else {
    solicit(now, kMaxDelay);
  }
}

void Dhcp6Protocol::remember(const Dhcp6Lease& lease, const Dhcp6Information& information) {
  lease_ = lease;
  information_ = information;
  is_remembered_ = true;
}

void Dhcp6Protocol::restart(Instant now) {
  is_remembered_ = is_remembered_ || has_lease();
  start(now, mode_);
}

void Dhcp6Protocol::stop() {
  state_ = kStopped;
  retransmission_.stop();
}

Instant Dhcp6Protocol::next_deadline() const {
  switch (state_) {
    case kStopped:
      return Instant::never();
    case kInformed:
      return information_.refresh_at;
    case kProbing:
      return lease_.valid_until;
    case kBound:
      return std::min(lease_.renew_at, lease_.valid_until);
    case kRenewing:
    case kRebinding:
      return std::min({retransmission_.next_deadline(), lease_.valid_until,
                       state_ == kRenewing ? lease_.rebind_at : lease_.valid_until});
    default:
      return retransmission_.next_deadline();
  }
}

// What time alone brings about (RFC 8415 18.2.4, 18.2.5, 18.2.6).
void Dhcp6Protocol::check_times(Instant now) {
  if (state_ == kInformed && now >= information_.refresh_at) {
    enter(now, kAskingInformation, {1, inf_max_rt_s_, 0, 0}, kMaxDelay);
  }
  if (!has_lease()) return;
  if (now >= lease_.valid_until) return solicit(now, {});
  const bool is_extending = state_ == kRenewing || state_ == kBound;
  if (is_extending && now >= lease_.rebind_at) {
    enter(now, kRebinding,
          {kRenewTimeoutS, kRenewMaxRtS, 0, seconds_until(lease_.valid_until, now)});
  } else if (state_ == kBound && now >= lease_.renew_at) {
    enter(now, kRenewing, {kRenewTimeoutS, kRenewMaxRtS, 0, seconds_until(lease_.rebind_at, now)});
  }
}

size_t Dhcp6Protocol::poll(Instant now, std::span<uint8_t> out) {
  check_times(now);
  if (now < retransmission_.next_deadline()) return 0;
  if (state_ == kSoliciting && has_offer_) choose_server(now);
  if (!retransmission_.send(now, random_)) {
    on_given_up(now);
    return 0;
  }
  return compose(now, out);
}

// MRC or MRD is reached (RFC 8415 15).
void Dhcp6Protocol::on_given_up(Instant now) {
  switch (state_) {
    case kRequesting:
    case kDeclining:
      return solicit(now, {});
    case kConfirming:
      // RFC 8415 18.2.3: "If the client receives no responses ... the client SHOULD continue to use
      // any leases".
      ++grants_;
      state_ = kProbing;
      return;
    case kReleasing:
      return stop();
    default:
      return;  // Renew and Rebind: T2 or the end of the lease is near
  }
}

size_t Dhcp6Protocol::compose(Instant now, std::span<uint8_t> out) {
  wire::Dhcp6Writer writer(out, type_of(state_), transaction_);
  writer.option(code::kClientId, duid_);
  const bool names_server =
      state_ == kRequesting || state_ == kRenewing || state_ == kDeclining || state_ == kReleasing;
  if (names_server) writer.option(code::kServerId, lease_.server.span());
  writer.option_u16(code::kElapsedTime, retransmission_.elapsed(now));
  if (state_ == kAskingInformation) {
    writer.option_request(kWantedStateless);
    return writer.bytes();
  }
  if (state_ == kSoliciting) {
    writer.option(code::kRapidCommit, {});
    writer.ia_na(iaid_, 0, 0, nullptr);
  } else {
    // RFC 8415 18.2.2 to 18.2.8: lifetimes are for the server to say.
    const wire::Dhcp6IaAddress address{lease_.address, 0, 0};
    writer.ia_na(iaid_, 0, 0, &address);
  }
  const bool ends = state_ == kDeclining || state_ == kReleasing || state_ == kConfirming;
  if (!ends) writer.option_request(kWanted);
  return writer.bytes();
}

// RFC 8415 16: ours by transaction and DUID, and from a server that says who it is.
bool Dhcp6Protocol::is_for_us(const Dhcp6View& message) const {
  if (message.transaction() != transaction_) return false;
  const auto client = wire::find_dhcp6_option(message.options(), code::kClientId);
  const auto server = wire::find_dhcp6_option(message.options(), code::kServerId);
  return server && !server->empty() && client && std::ranges::equal(*client, duid_);
}

void Dhcp6Protocol::input(Instant now, std::span<const uint8_t> bytes) {
  const auto message = Dhcp6View::parse(bytes);
  if (!message || retransmission_.sent() == 0 || !is_for_us(*message)) return;
  if (message->type() == Dhcp6Type::kAdvertise && state_ == kSoliciting) {
    on_advertise(now, *message);
  } else if (message->type() == Dhcp6Type::kReply) {
    on_reply(now, *message);
  }
}

// RFC 8415 18.2.9, 21.24: taken from any answer, even one that grants nothing.
void Dhcp6Protocol::take_maximums(const Dhcp6View& message) {
  const auto is_valid = [](uint32_t s) { return s >= kMaxRtMinS && s <= kMaxRtMaxS; };
  const auto sol = message.option_u32(code::kSolMaxRt);
  if (sol && is_valid(*sol)) sol_max_rt_s_ = *sol;
  const auto inf = message.option_u32(code::kInfMaxRt);
  if (inf && is_valid(*inf)) inf_max_rt_s_ = *inf;
  if (state_ == kSoliciting) retransmission_.set_mrt(sol_max_rt_s_);
  if (state_ == kAskingInformation) retransmission_.set_mrt(inf_max_rt_s_);
}

// RFC 8415 18.2.1: those of the first RT are collected; a preference of 255, or any after that, is
// taken at once.
void Dhcp6Protocol::on_advertise(Instant now, const Dhcp6View& message) {
  take_maximums(message);
  Dhcp6Lease offered;
  if (read_lease(message, iaid_, now, offered) != Dhcp6Grant::kGranted) return;
  const uint8_t preference = message.preference();
  if (!has_offer_ || preference > offer_preference_) {
    offer_ = offered;
    offer_preference_ = preference;
    has_offer_ = true;
  }
  if (preference == kBestPreference || retransmission_.sent() > 1) choose_server(now);
}

void Dhcp6Protocol::choose_server(Instant now) {
  lease_ = offer_;
  has_offer_ = false;
  enter(now, kRequesting, kRequestTimes);
}

void Dhcp6Protocol::on_reply(Instant now, const Dhcp6View& message) {
  take_maximums(message);
  switch (state_) {
    case kAskingInformation:
      read_information(message, now, information_);
      ++grants_;
      state_ = kInformed;
      retransmission_.stop();
      return;
    case kSoliciting:
      // RFC 8415 18.2.1: a Reply without Rapid Commit to a Solicit is discarded.
      if (!wire::find_dhcp6_option(message.options(), code::kRapidCommit)) return;
      return on_grant(now, message);
    case kRequesting:
    case kRenewing:
    case kRebinding:
      return on_grant(now, message);
    case kConfirming:  // RFC 8415 18.2.10.1
      if (wire::dhcp6_status(message.options()) == Dhcp6Status::kNotOnLink) return solicit(now, {});
      if (wire::dhcp6_status(message.options()) != Dhcp6Status::kSuccess) return;
      ++grants_;
      state_ = kProbing;
      retransmission_.stop();
      return;
    case kDeclining:
      return solicit(now, kMaxDelay);
    case kReleasing:
      return stop();
    default:
      return;
  }
}

// RFC 8415 18.2.10.1.
void Dhcp6Protocol::on_grant(Instant now, const Dhcp6View& message) {
  const Dhcp6Status status = wire::dhcp6_status(message.options());
  if (status == Dhcp6Status::kUnspecFail) return;  // goes on, at the rate of retransmission
  Dhcp6Lease granted;
  const bool is_extension = state_ == kRenewing || state_ == kRebinding;
  switch (read_lease(message, iaid_, now, granted)) {
    case Dhcp6Grant::kGranted:
      break;
    case Dhcp6Grant::kNoBinding:
      if (!is_extension) return;
      lease_.server = granted.server;
      return enter(now, kRequesting, kRequestTimes);
    case Dhcp6Grant::kNotOnLink:
      if (state_ == kRequesting) solicit(now, {});
      return;
    case Dhcp6Grant::kNothing:
      // Not extended: another server may (Renew goes on to Rebind). Not granted: from the
      // beginning.
      if (state_ == kRequesting) solicit(now, kMaxDelay);
      return;
  }
  const bool is_same = is_extension && granted.address == lease_.address;
  lease_ = granted;
  read_information(message, now, information_);
  ++grants_;
  state_ = is_same ? kBound : kProbing;
  retransmission_.stop();
}

void Dhcp6Protocol::on_address_unique() {
  if (state_ == kProbing) state_ = kBound;
}

void Dhcp6Protocol::on_address_taken(Instant now) {
  if (has_lease()) enter(now, kDeclining, kDeclineTimes);
}

void Dhcp6Protocol::release(Instant now) {
  if (!has_lease()) return stop();
  enter(now, kReleasing, kReleaseTimes);
}

}  // namespace tapstack::app
