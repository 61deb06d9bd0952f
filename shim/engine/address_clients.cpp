#include "shim/engine/address_clients.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "shim/common/errno_map.h"
#include "shim/common/log.h"
#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

// How long servers have to answer before the host helps itself (RFC 3927). Three messages went out
// by then (RFC 2131 4.1).
constexpr Duration kLinkLocalAfter = Duration::s(20);

constexpr Duration kPatience = Duration::s(15);
constexpr Duration kPatienceAnswered = Duration::s(30);
// RFC 4861 6.3.7: after three solicitations, four seconds apart, there is no router.
constexpr Duration kRouterPatience = Duration::s(12);

std::array<uint8_t, Random::kSeedBytes> random_seed(const Settings& settings) {
  std::array<uint8_t, Random::kSeedBytes> seed{};
  if (settings.seed) {
    std::memcpy(seed.data(), &*settings.seed, sizeof *settings.seed);
  } else {
    sys::call(SYS_getrandom, sys::pointer(seed.data()), seed.size(), 0);
  }
  return seed;
}

tapif::Failure failure_of(Error error, const char* setting) {
  return {to_errno(error), std::string(setting) + ": cannot begin to ask for addresses: " +
                               std::strerror(to_errno(error))};
}

std::string text_of(const IpAddress& address) { return tapif::to_string(address); }

// Whether the interface has an IPv6 address that reaches beyond the link and may be used.
bool has_global_address(const Stack& stack, InterfaceId interface) {
  for (size_t n = 0;; ++n) {
    const auto own = api::address_at(stack, interface, n);
    if (!own.ok()) return false;
    if (!own->address.is_ip6() || own->address.is_link_local()) continue;
    const auto state = api::address_state(stack, interface, own->address);
    if (state.ok() && *state != api::AddressState::kTentative &&
        *state != api::AddressState::kDuplicate) {
      return true;
    }
  }
}

}  // namespace

tapif::Failure AddressClients::start(Stack& stack, Instant now, InterfaceId interface,
                                     const MacAddress& mac, const Settings& settings) {
  device_ = settings.device.tap.name;
  interface_ = interface;
  mac_ = mac;
  started_at_ = now;
  file_ = LeaseFile(settings.state_file);
  dhcp4_ = app::Dhcp4(client_settings(settings), random_seed(settings));
  dhcp6_ = app::Dhcp6(interface_, mac_, random_seed(settings));
  file_.load(now, dhcp4_, dhcp6_);
  if (settings.autoconfigures) {
    if (tapif::Failure failure = start6(stack, now, settings)) return failure;
  }
  return settings.asks_dhcp ? start4(stack, now, settings) : tapif::Failure{};
}

void AddressClients::restore(const AddressClientsState& state, const Settings& settings) {
  static_cast<AddressClientsState&>(*this) = state;
  device_ = settings.device.tap.name;
  file_ = LeaseFile(settings.state_file);
}

app::Dhcp4ClientSettings AddressClients::client_settings(const Settings& settings) const {
  app::Dhcp4ClientSettings wanted;
  wanted.interface = interface_;
  wanted.takes_default_route = !settings.has_given_gateways;
  for (const IpAddress& gateway : settings.gateways) {
    if (gateway.is_ip4() && !settings.has_address(Family::kIp4)) wanted.gateway = gateway.ip4();
  }
  wanted.protocol.mac = mac_;
  wanted.protocol.host_name.set(settings.dhcp_host_name);
  wanted.protocol.client_id.set(settings.dhcp_client_id);
  return wanted;
}

tapif::Failure AddressClients::start4(Stack& stack, Instant now, const Settings& settings) {
  is_alone_ = !settings.has_address(Family::kIp4);
  link_local_ = app::LinkLocal4(interface_, mac_);
  const Status started = dhcp4_.start(stack, now);
  if (!started.ok()) return failure_of(started.error(), "TAPSTACK_ADDR=dhcp");
  is_on_ = true;
  return {};
}

tapif::Failure AddressClients::start6(Stack& stack, Instant now, const Settings& settings) {
  is_alone6_ = settings.addresses.empty() && !settings.asks_dhcp;
  const Status started = dhcp6_.start(stack, now);
  if (!started.ok()) return failure_of(started.error(), "TAPSTACK_ADDR=slaac");
  is_on6_ = true;
  return {};
}

void AddressClients::poll(Stack& stack, Instant now) {
  if (is_on_) poll4(stack, now);
  if (is_on6_) poll6(stack, now);
}

void AddressClients::poll4(Stack& stack, Instant now) {
  dhcp4_.poll(stack, now);
  is_late_ = now - started_at_ >= kLinkLocalAfter;
  const bool is_helpless =
      is_late_ && dhcp4_.lease() == nullptr && dhcp4_.state() == app::Dhcp4State::kSelecting;
  link_local_.poll(stack, now, is_helpless);
  if (dhcp4_.changes() != changes_seen_) on_change(now);
  if (dhcp4_.conflicts() != conflicts_seen_) {
    conflicts_seen_ = dhcp4_.conflicts();
    log(LogLevel::kWarn,
        "dhcp: another host on %s has the address that the server granted; "
        "it was declined (RFC 5227)",
        device_.c_str());
  }
  if (link_local_.address().has_value() != had_link_local_) {
    had_link_local_ = !had_link_local_;
    if (had_link_local_) {
      log(LogLevel::kWarn, "dhcp: no server on %s, using %s until one answers (RFC 3927)",
          device_.c_str(), text_of(*link_local_.address()).c_str());
    }
  }
}

// RFC 4861 4.2: flag M has addresses asked for, flag O the rest. A flag that goes off again takes
// nothing back (RFC 4862 5.5.3 leaves it to the lease).
void AddressClients::poll6(Stack& stack, Instant now) {
  const auto facts = api::router_facts(stack, interface_);
  const auto told = !facts.ok()                      ? app::Dhcp6Mode::kOff
                    : facts->is_managed              ? app::Dhcp6Mode::kStateful
                    : facts->has_other_configuration ? app::Dhcp6Mode::kStateless
                                                     : app::Dhcp6Mode::kOff;
  mode6_ = std::max(mode6_, told);
  has_address6_ = has_address6_ || has_global_address(stack, interface_);
  dhcp6_.set_mode(stack, now, mode6_);
  dhcp6_.poll(stack, now);
  if (dhcp6_.changes() != changes_seen6_) on_change6(now);
  changes_seen6_ = dhcp6_.changes();
}

void AddressClients::on_change6(Instant now) const {
  file_.save(now, dhcp4_, dhcp6_);
  const app::Dhcp6Lease* lease = dhcp6_.lease();
  const IpAddress address = lease != nullptr ? IpAddress(lease->address) : IpAddress();
  log(LogLevel::kInfo, "dhcpv6: %s on %s after %.1f s, %u name server(s)",
      lease != nullptr ? text_of(address).c_str() : "no address", device_.c_str(),
      static_cast<double>((now - started_at_).ms()) / 1000, dhcp6_.information().dns.count);
}

Instant AddressClients::next_deadline() const {
  const Instant next6 = is_on6_ ? dhcp6_.next_deadline() : Instant::never();
  if (!is_on_) return next6;
  const Instant late_at = is_late_ ? Instant::never() : started_at_ + kLinkLocalAfter;
  return std::min({next6, late_at, dhcp4_.next_deadline(), link_local_.next_deadline()});
}

void AddressClients::on_change(Instant now) {
  changes_seen_ = dhcp4_.changes();
  const app::Dhcp4Lease* lease = dhcp4_.lease();
  if (lease == nullptr) {
    log(LogLevel::kWarn, "dhcp: the lease on %s is over", device_.c_str());
    return;
  }
  log(LogLevel::kInfo, "dhcp: %s on %s from %s after %.1f s, %u route(s), %u name server(s)",
      tapif::to_string(lease->prefix()).c_str(), device_.c_str(), text_of(lease->server).c_str(),
      static_cast<double>((now - started_at_).ms()) / 1000, lease->routes.count, lease->dns.count);
  for (const Ip4Address server : lease->ntp.span()) {
    log(LogLevel::kInfo, "dhcp: %s is a time server", text_of(server).c_str());
  }
  file_.save(now, dhcp4_, dhcp6_);
}

bool AddressClients::was_answered() const {
  return dhcp4_.state() >= app::Dhcp4State::kProbing || dhcp4_.conflicts() != 0;
}

Duration AddressClients::patience() const {
  if (!is_on_) return kRouterPatience;
  return was_answered() ? kPatienceAnswered : kPatience;
}

void AddressClients::report_silence(Duration waited) {
  const double s = static_cast<double>(waited.ms()) / 1000;
  if (!is_on_) {
    log(LogLevel::kError,
        "slaac: no router has advertised a prefix on %s after %.1f s, so there is no address but a "
        "link-local one; it goes on listening. Is a router on the other side of the device?",
        device_.c_str(), s);
  } else if (was_answered()) {
    log(LogLevel::kError,
        "dhcp: no address on %s after %.1f s: another host has the one that the server granted, or "
        "it is still being probed; it goes on",
        device_.c_str(), s);
  } else {
    log(LogLevel::kError,
        "dhcp: no server has answered on %s after %.1f s, so there is no address; it goes on "
        "asking. Is a server running on the other side of the device?",
        device_.c_str(), s);
  }
}

}  // namespace tapstack::shim
