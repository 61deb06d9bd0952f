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

std::string text_of(const IpAddress& address) { return tapif::to_string(address); }

}  // namespace

tapif::Failure AddressClients::start(Stack& stack, Instant now, InterfaceId interface,
                                     const MacAddress& mac, const Settings& settings) {
  if (!settings.asks_dhcp) return {};
  device_ = settings.device.tap.name;
  state_file_ = settings.state_file;
  is_alone_ = std::ranges::none_of(settings.addresses,
                                   [](const Prefix& own) { return own.address.is_ip4(); });
  started_at_ = now;
  app::Dhcp4ClientSettings wanted;
  wanted.interface = interface;
  wanted.protocol.mac = mac;
  dhcp4_ = app::Dhcp4(wanted, random_seed(settings));
  link_local_ = app::LinkLocal4(interface, mac);
  load(now);
  const Status started = dhcp4_.start(stack, now);
  if (!started.ok()) {
    const int error = to_errno(started.error());
    return {error, "TAPSTACK_ADDR=dhcp: cannot begin: " + std::string(std::strerror(error))};
  }
  is_on_ = true;
  return {};
}

void AddressClients::poll(Stack& stack, Instant now) {
  if (!is_on_) return;
  dhcp4_.poll(stack, now);
  const bool is_helpless = dhcp4_.lease() == nullptr && now - started_at_ >= kLinkLocalAfter &&
                           dhcp4_.state() == app::Dhcp4State::kSelecting;
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

Instant AddressClients::next_deadline() const {
  if (!is_on_) return Instant::never();
  const Instant helpless_at = started_at_ + kLinkLocalAfter;
  const Instant next = std::min(dhcp4_.next_deadline(), link_local_.next_deadline());
  return dhcp4_.lease() == nullptr && !had_link_local_ ? std::min(next, helpless_at) : next;
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
