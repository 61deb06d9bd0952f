#include "shim/engine/link.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "shim/common/errno_map.h"
#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/engine/stable_secret.h"

namespace tapstack::shim {
namespace {

constexpr size_t kEthernetHeader = 14;
constexpr size_t kVlanTag = 4;  // a frame may carry one, so that it is seen to be too long
// Frames of one turn: enough to amortise a turn, few enough that the lock is free soon.
constexpr int kTurnFrames = 64;
// And bytes: what came is acknowledged at the end of a turn, and a peer whose acknowledgement takes
// longer than two round trips sends again (RFC 8985 7.2).
constexpr int kDeviceTurnBytes = 524'288;

// A program that tries again and again shall not spend its time, and the lock, on a device that
// cannot be had.
constexpr Duration kRetryPause = Duration::s(1);

bool is_gone_error(int error) { return error == ENODEV || error == EBADFD || error == EBADF; }

// The addresses are of use at once, while they are still being probed (RFC 4429): the program that
// wants them is running already.
link::Ip6Settings ip6_settings(const Settings& settings) {
  link::Ip6Settings ip6;
  ip6.mode = settings.autoconfigures ? link::Ip6Mode::kAutoconfigured : link::Ip6Mode::kManual;
  ip6.is_optimistic = true;
  ip6.identifier = settings.identifier;
  if (settings.identifier == link::IdentifierKind::kStable) ip6.stable_secret = stable_secret();
  ip6.has_temporary = settings.has_temporary_addresses;
  // A stream leads to one station. passt takes whatever source it has seen last for the stack's
  // address, :: of a probe too, and sends what is for our connections there from then on
  // (tap6_handler of 2023).
  if (!settings.device.stream_path.empty()) ip6.dad_transmits = 0;
  return ip6;
}

api::InterfaceSettings interface_settings(const tapif::DeviceInfo& info, bool is_up,
                                          const link::Ip6Settings& ip6) {
  api::InterfaceSettings settings;
  std::strncpy(settings.name, info.name.c_str(), sizeof settings.name - 1);
  settings.mac = info.mac;
  settings.mtu_bytes = info.mtu_bytes;
  settings.can_segment = info.can_segment;
  settings.can_checksum = info.can_checksum;
  settings.is_up = is_up;
  settings.ip6 = ip6;
  return settings;
}

tapif::Failure failure_of(Error error, const std::string& what) {
  return {to_errno(error), what + ": " + std::strerror(to_errno(error))};
}

// A link-local address of the settings is one of this link.
IpAddress on_interface(const IpAddress& address, InterfaceId interface) {
  return address.is_ip6() ? IpAddress(address.ip6(), interface) : address;
}

}  // namespace

tapif::Failure Link::set_up(Stack& stack, Watch& watch, Instant now, const Settings& settings) {
  if (const int error = watch_device(watch)) {
    return {error, "cannot wait for the device: " + std::string(std::strerror(error))};
  }
  ip6_ = ip6_settings(settings);
  const Result<InterfaceId> added =
      api::add_interface(stack, now, interface_settings(device_->info(), true, ip6_));
  if (!added.ok()) return failure_of(added.error(), "cannot add the interface to the stack");
  interface_ = *added;
  if (tapif::Failure failure = add_addresses(stack, now, settings)) return failure;
  return add_gateways(stack, settings);
}

LinkImage Link::image(Stack& stack, Watch& watch) {
  if (is_blocked_) {
    api::frame_done(stack, frame_);
    watch.want_device_room(device_->fd(), false);
  }
  is_blocked_ = false;
  if (!is_gone_) device_->settle();
  watch.remove_device(device_->status_fd());
  return {interface_, ip6_, is_gone_, has_told_why_, retry_at_, info().mac, device_->fd()};
}

int Link::restore(const LinkImage& image, Watch& watch) {
  interface_ = image.interface;
  ip6_ = image.ip6;
  is_gone_ = image.is_gone;
  has_told_why_ = image.has_told_why;
  retry_at_ = image.retry_at;
  return is_gone_ ? 0 : watch.add_device_status(device_->status_fd());
}

tapif::Failure Link::add_addresses(Stack& stack, Instant now, const Settings& settings) {
  for (const Prefix& address : settings.addresses) {
    const Prefix own{on_interface(address.address, interface_), address.length};
    const Status status = api::add_address(stack, now, interface_, own);
    if (!status.ok()) {
      return failure_of(status.error(), "TAPSTACK_ADDR: cannot add " + tapif::to_string(address));
    }
  }
  return {};
}

tapif::Failure Link::add_gateways(Stack& stack, const Settings& settings) {
  for (const IpAddress& gateway : settings.gateways) {
    // Where the address comes by DHCP the gateway can be reached no sooner: the client adds it.
    if (gateway.is_ip4() && settings.asks_dhcp && !settings.has_address(Family::kIp4)) continue;
    const Prefix any{gateway.is_ip4() ? IpAddress(Ip4Address::any()) : IpAddress(Ip6Address::any()),
                     0};
    const Status status = api::add_route(stack, any, on_interface(gateway, interface_), interface_);
    if (!status.ok()) {
      return failure_of(status.error(),
                        "TAPSTACK_GW: cannot route through " + tapif::to_string(gateway));
    }
  }
  return {};
}

int Link::watch_device(Watch& watch) {
  const int error = watch.add_device(device_->fd());
  return error != 0 ? error : watch.add_device_status(device_->status_fd());
}

bool Link::input(Stack& stack, Watch& watch, Instant now) {
  int bytes = 0;
  for (int count = 0; count < kTurnFrames && bytes < kDeviceTurnBytes && !is_gone_; ++count) {
    const int got = input_one(stack, watch, now);
    if (got == 0) break;
    bytes += got;
    if (api::has_answer_due(stack)) break;
  }
  return bytes > 0;
}

int Link::input_one(Stack& stack, Watch& watch, Instant now) {
  const tapif::DeviceInfo& info = device_->info();
  const size_t largest =
      kEthernetHeader + (info.can_segment ? kConfig.superframe_bytes : info.mtu_bytes + kVlanTag);
  std::array<Bytes, api::kFrameSpansMax> spans;
  const size_t count = api::receive_buffers(stack, largest, spans);
  if (count == 0) {
    discard_one(stack, now);
    return 0;
  }
  api::Offload offload;
  const int bytes = device_->read(now, std::span(spans).first(count), offload);
  if (bytes > 0) {
    api::input(stack, now, interface_, static_cast<size_t>(bytes), offload);
    return bytes;
  }
  if (is_gone_error(-bytes)) on_gone(stack, watch, now, -bytes);
  return 0;
}

// No memory: the frame is lost, as on a card whose ring is full; waiting for memory would leave the
// device readable and the poll thread spinning.
void Link::discard_one(Stack& stack, Instant now) {
  std::array<uint8_t, 256> scratch;
  const Bytes part(scratch);
  api::Offload offload;
  device_->read(now, {&part, 1}, offload);
  api::count_overrun(stack, interface_);
}

bool Link::output(Stack& stack, Watch& watch, Instant now) {
  bool any = false;
  while (!is_gone_ && (is_blocked_ || api::next_frame(stack, now, interface_, frame_))) {
    const int result =
        device_->write(now, std::span(frame_.spans).first(frame_.spans_used), frame_.offload);
    if (result == -EAGAIN) {
      if (!is_blocked_) watch.want_device_room(device_->fd(), true);
      is_blocked_ = true;
      return any;
    }
    api::frame_done(stack, frame_);
    if (is_blocked_) watch.want_device_room(device_->fd(), false);
    is_blocked_ = false;
    any = true;
    if (is_gone_error(-result)) on_gone(stack, watch, now, -result);
  }
  return any;
}

void Link::on_gone(Stack& stack, Watch& watch, Instant now, int error) {
  is_gone_ = true;
  has_told_why_ = false;
  retry_at_ = now;
  watch.remove_device(device_->fd());
  watch.remove_device(device_->status_fd());
  if (is_blocked_) api::frame_done(stack, frame_);
  is_blocked_ = false;
  api::change_interface(stack, now, interface_, interface_settings(device_->info(), false, ip6_))
      .ignore();
  api::end_connections(stack, now, interface_, Error::kNetworkDown);
  log(LogLevel::kError,
      "the device %s is gone (%s): %s Its connections end with ENETDOWN; the next "
      "socket() or connect() tries to open it again",
      device_->info().name.c_str(), std::strerror(error), device_->info().end_hint.c_str());
}

void Link::check_status(Stack& stack, Watch& watch, Instant now) {
  if (is_gone_) return;
  const int result = device_->check_status();
  if (is_gone_error(-result)) on_gone(stack, watch, now, -result);
}

void Link::revive(Stack& stack, Watch& watch, Instant now) {
  if (!is_gone_ || now < retry_at_) return;
  retry_at_ = now + kRetryPause;
  const sys::Passthrough passthrough;
  tapif::Failure failure = device_->reopen();
  if (!failure) {
    private_fds::adopt(device_->fd());
    private_fds::adopt(device_->status_fd());
    failure.error = watch_device(watch);
  }
  if (failure) {
    if (!has_told_why_) log(LogLevel::kError, "%s", failure.message.c_str());
    has_told_why_ = true;
    return;
  }
  is_gone_ = false;
  api::change_interface(stack, now, interface_, interface_settings(device_->info(), true, ip6_))
      .ignore();
  log(LogLevel::kWarn, "the device %s is there again", device_->info().name.c_str());
}

Instant Link::next_deadline() const {
  return is_gone_ ? Instant::never() : device_->next_deadline();
}

}  // namespace tapstack::shim
