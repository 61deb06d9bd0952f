#include "app/dhcp4_protocol.h"

#include <algorithm>

namespace tapstack::app {
namespace {

namespace code = wire::dhcp4_option;
using wire::Dhcp4Type;
using wire::Dhcp4View;
using enum Dhcp4State;

// RFC 2131 4.1: 4, 8, 16, 32, 64 s, each "randomized by the value of a uniform random number chosen
// from the range -1 to +1".
constexpr int64_t kBackOffFirstS = 4;
constexpr uint8_t kBackOffDoublingsMax = 4;
// RFC 2131 3.1.5: four requests in 60 s, then from the beginning.
constexpr uint8_t kRequestsMax = 4;
// In INIT-REBOOT fewer: the lease that is remembered may be used without an answer (3.2.4).
constexpr uint8_t kRebootRequestsMax = 2;
// RFC 2131 3.1.5: "The client SHOULD wait a minimum of ten seconds before restarting".
constexpr Duration kAfterDecline = Duration::s(10);
// RFC 2131 4.4.5: "down to a minimum of 60 seconds".
constexpr Duration kExtendPauseMin = Duration::s(60);

// RFC 3442: 121 stands before 3.
constexpr uint8_t kWanted[] = {
    code::kSubnetMask, code::kClasslessStaticRoutes, code::kRouter,       code::kDnsServers,
    code::kDomainName, code::kDomainSearch,          code::kInterfaceMtu, code::kNtpServers,
    code::kLeaseTime,  code::kServerIdentifier,      code::kRenewalTime,  code::kRebindingTime};

std::span<const uint8_t> octets_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

void Dhcp4Protocol::enter(Dhcp4State state, Instant next) {
  state_ = state;
  tries_ = 0;
  next_ = next;
}

void Dhcp4Protocol::new_transaction(Instant now) {
  xid_ = random_.next_u32();
  asked_at_ = now;
}

void Dhcp4Protocol::begin(Instant now) {
  is_remembered_ = false;
  // RFC 2131 4.4.1 asks for a random wait of 1 to 10 s before the first message.
  const uint32_t wait_us = kConfig.dhcp_start_delay_max_ms * 1'000;
  enter(kInit, now + Duration::us(wait_us == 0 ? 0 : random_.below(wait_us)));
}

void Dhcp4Protocol::start(Instant now) {
  if (!is_remembered_) return begin(now);
  began_at_ = now;
  new_transaction(now);
  enter(kRebooting, now);
}

void Dhcp4Protocol::restart(Instant now) {
  is_remembered_ = has_lease() || is_remembered_;
  must_decline_ = false;
  start(now);
}

void Dhcp4Protocol::remember(const Dhcp4Lease& lease) {
  lease_ = lease;
  is_remembered_ = true;
}

Instant Dhcp4Protocol::back_off(Instant now) {
  const int64_t s = kBackOffFirstS << std::min(tries_, kBackOffDoublingsMax);
  if (tries_ < UINT8_MAX) ++tries_;
  return now + Duration::s(s - 1) + Duration::us(random_.below(2'000'001));
}

Dhcp4Output Dhcp4Protocol::poll(Instant now, std::span<uint8_t> out) {
  if (must_decline_) return decline(now, out);
  if (state_ == kStopped || now < next_) return {};
  return act(now, out);
}

Dhcp4Output Dhcp4Protocol::act(Instant now, std::span<uint8_t> out) {
  switch (state_) {
    case kInit:
      began_at_ = now;
      new_transaction(now);
      enter(kSelecting, now);
      [[fallthrough]];
    case kSelecting:
      next_ = back_off(now);
      return discover(now, out);
    case kRequesting:
      if (tries_ == kRequestsMax) {
        begin(now);
        return {};
      }
      next_ = back_off(now);
      return request(now, out);
    case kRebooting:
      return reboot_or_fall_back(now, out);
    default:
      return extend(now, out);
  }
}

Dhcp4Output Dhcp4Protocol::reboot_or_fall_back(Instant now, std::span<uint8_t> out) {
  if (now >= lease_.expires_at) {
    begin(now);
    return {};
  }
  if (tries_ < kRebootRequestsMax) {
    next_ = back_off(now);
    return request(now, out);
  }
  // RFC 2131 3.2.4: "the client MAY choose to use the previously allocated network address and
  // configuration parameters for the remainder of the unexpired lease".
  enter(kProbing, lease_.expires_at);
  return {};
}

// BOUND, RENEWING, REBINDING and what is left of the lease: RFC 2131 4.4.5.
Dhcp4Output Dhcp4Protocol::extend(Instant now, std::span<uint8_t> out) {
  if (now >= lease_.expires_at) {  // "MUST immediately stop any other network processing"
    begin(now);
    return {};
  }
  if (state_ == kProbing) {
    next_ = lease_.expires_at;
    return {};
  }
  if (state_ == kBound && now < lease_.renew_at) {
    next_ = lease_.renew_at;
    return {};
  }
  if (state_ == kBound) {
    began_at_ = now;
    new_transaction(now);
    enter(kRenewing, now);
  }
  if (state_ == kRenewing && now >= lease_.rebind_at) enter(kRebinding, now);
  const Instant end = state_ == kRenewing ? lease_.rebind_at : lease_.expires_at;
  next_ = std::min(end, now + std::max(kExtendPauseMin, (end - now) / 2));
  return request(now, out);
}

Dhcp4Protocol::Writer Dhcp4Protocol::compose(Instant now, std::span<uint8_t> out, Dhcp4Type type,
                                             Ip4Address ciaddr) const {
  wire::Dhcp4Header h;
  h.xid = xid_;
  h.secs = static_cast<uint16_t>(std::min<int64_t>((now - began_at_).ms() / 1000, UINT16_MAX));
  h.broadcast = settings_.broadcast && ciaddr.is_any();
  h.ciaddr = ciaddr;
  h.chaddr = settings_.mac;
  Writer writer(out, h, type);
  if (settings_.client_id.length != 0) {
    writer.option(code::kClientIdentifier, octets_of(settings_.client_id.view()));
  } else {
    uint8_t id[7] = {1};  // RFC 2132 9.14: hardware type and address
    wire::store_mac(id + 1, settings_.mac);
    writer.option(code::kClientIdentifier, id);
  }
  return writer;
}

Dhcp4Output Dhcp4Protocol::finish_request(Writer& writer) const {
  if (settings_.host_name.length != 0) {
    writer.option(code::kHostName, octets_of(settings_.host_name.view()));
  }
  writer.option_u16(code::kMaximumMessageSize, kDhcp4MessageBytes);
  writer.option(code::kParameterRequestList, kWanted);
  return {.bytes = writer.finish()};
}

Dhcp4Output Dhcp4Protocol::discover(Instant now, std::span<uint8_t> out) const {
  Writer writer = compose(now, out, Dhcp4Type::kDiscover, Ip4Address::any());
  return finish_request(writer);
}

// RFC 2131 4.3.2, table 4: which state fills which field.
Dhcp4Output Dhcp4Protocol::request(Instant now, std::span<uint8_t> out) const {
  const bool is_extension = state_ == kRenewing || state_ == kRebinding;
  Writer writer =
      compose(now, out, Dhcp4Type::kRequest, is_extension ? lease_.address : Ip4Address::any());
  if (!is_extension) writer.option_address(code::kRequestedAddress, lease_.address);
  if (state_ == kRequesting) writer.option_address(code::kServerIdentifier, lease_.server);
  Dhcp4Output output = finish_request(writer);
  output.from_unspecified = !is_extension;
  if (state_ == kRenewing) output.destination = lease_.server;
  return output;
}

Dhcp4Output Dhcp4Protocol::decline(Instant now, std::span<uint8_t> out) {
  must_decline_ = false;
  xid_ = random_.next_u32();
  began_at_ = now;
  Writer writer = compose(now, out, Dhcp4Type::kDecline, Ip4Address::any());
  writer.option_address(code::kRequestedAddress, lease_.address);
  writer.option_address(code::kServerIdentifier, lease_.server);
  begin(now + kAfterDecline);
  return {.bytes = writer.finish()};
}

// RFC 2131 4.4.6: to the server alone, and not repeated.
Dhcp4Output Dhcp4Protocol::release(Instant now, std::span<uint8_t> out) {
  const bool has_any = has_lease();
  stop();
  if (!has_any) return {};
  xid_ = random_.next_u32();
  began_at_ = now;
  Writer writer = compose(now, out, Dhcp4Type::kRelease, lease_.address);
  writer.option_address(code::kServerIdentifier, lease_.server);
  return {writer.finish(), lease_.server, false};
}

void Dhcp4Protocol::on_address_unique() {
  if (state_ == kProbing) enter(kBound, lease_.renew_at);
}

void Dhcp4Protocol::on_address_taken(Instant now) {
  if (!has_lease()) return;
  must_decline_ = true;
  enter(kInit, now);
}

void Dhcp4Protocol::input(Instant now, std::span<const uint8_t> bytes) {
  const auto message = Dhcp4View::parse(bytes);
  if (!message) return;
  const wire::Dhcp4Header h = message->header();
  // RFC 2131 4.4.1: what does not carry the xid of the last message is discarded.
  if (!h.is_reply || h.xid != xid_ || h.chaddr != settings_.mac) return;
  switch (message->type()) {
    case Dhcp4Type::kOffer:
      return on_offer(now, *message);
    case Dhcp4Type::kAck:
      return on_ack(now, *message);
    case Dhcp4Type::kNak:
      return on_nak(now, *message);
    default:
      return;
  }
}

// The first usable offer is taken: RFC 2131 4.4.1 leaves the choice to the client.
void Dhcp4Protocol::on_offer(Instant now, const Dhcp4View& message) {
  if (state_ != kSelecting || !read_lease(message, now, lease_)) return;
  asked_at_ = now;
  enter(kRequesting, now);
}

void Dhcp4Protocol::on_ack(Instant now, const Dhcp4View& message) {
  const bool is_first = state_ == kRequesting || state_ == kRebooting;
  if (!is_first && state_ != kRenewing && state_ != kRebinding) return;
  Dhcp4Lease granted;
  if (!read_lease(message, asked_at_, granted)) return;
  if (granted.address != lease_.address || granted.expires_at <= now) return;
  if (state_ == kRequesting && granted.server != lease_.server) return;
  lease_ = granted;
  ++grants_;
  refusals_ = 0;
  if (is_first) {
    enter(kProbing, lease_.expires_at);
  } else {
    enter(kBound, lease_.renew_at);
  }
}

// RFC 2131 3.1.4, 3.2.3, 4.4.5: the address must not be used; from the beginning. A server that
// goes on refusing is asked less and less often.
void Dhcp4Protocol::on_nak(Instant now, const Dhcp4View& message) {
  const auto server = message.option_address(code::kServerIdentifier);
  if (!server) return;  // RFC 2131 table 3: MUST
  const bool is_asked =
      state_ == kRequesting || state_ == kRebooting || state_ == kRenewing || state_ == kRebinding;
  if (!is_asked || (state_ == kRequesting && *server != lease_.server)) return;
  const int64_t wait_s = refusals_ == 0 ? 0 : int64_t{1} << std::min<uint8_t>(refusals_, 6);
  if (refusals_ < UINT8_MAX) ++refusals_;
  begin(now + Duration::s(wait_s));
}

}  // namespace tapstack::app
