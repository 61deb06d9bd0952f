#include "shim/engine/address_clients.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>

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

uint64_t wall_s() {
  timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<uint64_t>(t.tv_sec);
}

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

}  // namespace

tapif::Failure AddressClients::start(Stack& stack, Instant now, InterfaceId interface,
                                     const MacAddress& mac, const Settings& settings) {
  device_ = settings.device.tap.name;
  interface_ = interface;
  mac_ = mac;
  started_at_ = now;
  if (settings.autoconfigures) {
    if (tapif::Failure failure = start6(stack, now, settings)) return failure;
  }
  return settings.asks_dhcp ? start4(stack, now, settings) : tapif::Failure{};
}

tapif::Failure AddressClients::start4(Stack& stack, Instant now, const Settings& settings) {
  state_file_ = settings.state_file;
  is_alone_ = std::ranges::none_of(settings.addresses,
                                   [](const Prefix& own) { return own.address.is_ip4(); });
  app::Dhcp4ClientSettings wanted;
  wanted.interface = interface_;
  wanted.protocol.mac = mac_;
  dhcp4_ = app::Dhcp4(wanted, random_seed(settings));
  link_local_ = app::LinkLocal4(interface_, mac_);
  load(now);
  const Status started = dhcp4_.start(stack, now);
  if (!started.ok()) return failure_of(started.error(), "TAPSTACK_ADDR=dhcp");
  is_on_ = true;
  return {};
}

tapif::Failure AddressClients::start6(Stack& stack, Instant now, const Settings& settings) {
  dhcp6_ = app::Dhcp6(interface_, mac_, random_seed(settings));
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
  dhcp6_.set_mode(stack, now, mode6_);
  dhcp6_.poll(stack, now);
  if (dhcp6_.changes() != changes_seen6_) on_change6(now);
  changes_seen6_ = dhcp6_.changes();
}

void AddressClients::on_change6(Instant now) const {
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
  save(now);
}

bool AddressClients::was_answered() const {
  return dhcp4_.state() >= app::Dhcp4State::kProbing || dhcp4_.conflicts() != 0;
}

Duration AddressClients::patience() const { return was_answered() ? kPatienceAnswered : kPatience; }

void AddressClients::report_silence(Duration waited) {
  const double s = static_cast<double>(waited.ms()) / 1000;
  if (was_answered()) {
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

void AddressClients::load(Instant now) {
  if (state_file_.empty()) return;
  const long fd =
      sys::call(SYS_openat, AT_FDCWD, sys::pointer(state_file_.c_str()), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (fd != -ENOENT) {
      log(LogLevel::kWarn, "TAPSTACK_STATE: cannot read %s: %s", state_file_.c_str(),
          std::strerror(static_cast<int>(-fd)));
    }
    return;
  }
  std::array<uint8_t, wire::kDhcp4StateBytes + 1> bytes;
  const long got = sys::read(static_cast<int>(fd), bytes.data(), bytes.size());
  sys::close(static_cast<int>(fd));
  const size_t length = got < 0 ? 0 : static_cast<size_t>(got);
  const bool is_used = dhcp4_.restore(now, wall_s(), std::span(bytes).first(length));
  log(LogLevel::kDebug, "TAPSTACK_STATE: %s %s", state_file_.c_str(),
      is_used ? "remembers a lease" : "holds no lease that is still valid for this MAC");
}

// By way of another file, so that one that was cut short never takes the place of a good one.
void AddressClients::save(Instant now) const {
  if (state_file_.empty()) return;
  std::array<uint8_t, wire::kDhcp4StateBytes> bytes;
  if (!dhcp4_.save(now, wall_s(), bytes)) return;
  const std::string draft = state_file_ + ".new";
  long result = sys::call(SYS_openat, AT_FDCWD, sys::pointer(draft.c_str()),
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (result >= 0) {
    const int fd = static_cast<int>(result);
    result = sys::write(fd, bytes.data(), bytes.size());
    sys::close(fd);
    if (result == static_cast<long>(bytes.size())) {
      result = sys::call(SYS_renameat2, AT_FDCWD, sys::pointer(draft.c_str()), AT_FDCWD,
                         sys::pointer(state_file_.c_str()), 0);
    }
  }
  if (result < 0) {
    log(LogLevel::kWarn, "TAPSTACK_STATE: cannot write %s: %s", state_file_.c_str(),
        std::strerror(static_cast<int>(-result)));
  }
}

}  // namespace tapstack::shim
