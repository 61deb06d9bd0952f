#include "tapif/tap.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include "tapif/derived_mac.h"
#include "tapif/device_holder.h"
#include "tapif/host_end.h"
#include "tapif/link_monitor.h"
#include "tapif/net_admin.h"
#include "tapif/os.h"
#include "tapif/virtio_header.h"

namespace tapstack::tapif {
namespace {

constexpr const char* kNode = "/dev/net/tun";

// The kernel hands over superframes of up to 64 KiB when TSO is offered: the core must take them.
constexpr bool kTakesSuperframes = kConfig.superframe_bytes >= 65535;

Failure node_failure(int error) {
  const std::string what = std::string("cannot open ") + kNode + ": " + std::strerror(error);
  switch (error) {
    case ENOENT:
      return {error, what +
                         "; load the module (modprobe tun) or make the node (mkdir -p /dev/net; "
                         "mknod /dev/net/tun c 10 200)"};
    case ENODEV:
    case ENXIO:
      return {ENODEV, what + "; this kernel has no TUN/TAP driver loaded (modprobe tun)"};
    case EACCES:
    case EPERM:
      return {error, what +
                         "; let root open it to you (chmod 666 /dev/net/tun, or a group of yours "
                         "with mode 660) or run as root"};
    default:
      return {error, what};
  }
}

Failure attach_failure(const std::string& name, int error) {
  const std::string what = "cannot attach to TAP device " + name + ": ";
  switch (error) {
    case EBUSY: {
      const DeviceHolder holder = find_device_holder(name);
      const std::string who =
          holder.pid != 0
              ? "process " + std::to_string(holder.pid) + " (" + holder.command + ")"
              : "a process that this one may not look at (another user's, or with more privileges)";
      return {error, what + who + " has it open; wait for it, or choose another with TAPSTACK_TAP"};
    }
    case EPERM:
      return {error, what +
                         "it does not exist or belongs to another user, and creating it needs "
                         "CAP_NET_ADMIN; use \"tapstack run\", which needs no root, or let root "
                         "make it (ip tuntap add " +
                         name + " mode tap user $USER)"};
    case EINVAL:
      return {error, what +
                         "an interface of that name exists and is no single-queue TAP device; "
                         "choose another name with TAPSTACK_TAP"};
    default:
      return {error, what + std::strerror(error)};
  }
}

// Opens the node and binds it to the interface, creating that if there is none.
Failure attach(const TapSettings& settings, os::Fd& fd) {
  fd.reset(os::open(kNode, O_RDWR | O_NONBLOCK));
  if (!fd) {
    return node_failure(-fd.get());
  }
  ifreq request{};
  std::strncpy(request.ifr_name, settings.name.c_str(), IFNAMSIZ - 1);
  const int offload = settings.offload ? IFF_VNET_HDR : 0;
  request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | offload);
  if (const int r = os::ioctl(fd.get(), TUNSETIFF, &request); r < 0) {
    return attach_failure(settings.name, -r);
  }
  return {};
}

// Tells the kernel what frames we take. The header's size and the offloads of a persistent device
// are those of its last user, so all are set. Returns whether superframes may be exchanged.
bool set_offloads(int fd, bool offload) {
  if (!offload) {
    os::ioctl(fd, TUNSETOFFLOAD, 0L);
    return false;
  }
  const int header_bytes = sizeof(VirtioHeader);
  os::ioctl(fd, TUNSETVNETHDRSZ, &header_bytes);
  // USO is not offered: the core does not take UDP superframes.
  const long tso = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
  if (kTakesSuperframes && os::ioctl(fd, TUNSETOFFLOAD, tso) == 0) return true;
  os::ioctl(fd, TUNSETOFFLOAD, static_cast<long>(TUN_F_CSUM));
  return false;
}

Failure choose_mac(const TapSettings& settings, MacAddress& mac) {
  MacAddress host;
  if (Failure failure = host_mac(settings.name, host)) return failure;
  if (!settings.mac) {
    mac = derive_mac(host, settings.name);
    return {};
  }
  mac = *settings.mac;
  if (mac == host) {
    return {EADDRINUSE, "the MAC address " + to_string(mac) + " is that of the host's end of " +
                            settings.name + "; choose another with TAPSTACK_MAC"};
  }
  return {};
}

class TapDevice final : public Device {
 public:
  explicit TapDevice(const TapSettings& settings) : settings_(settings) {}

  const DeviceInfo& info() const override { return info_; }
  int fd() const override { return fd_.get(); }
  int status_fd() const override { return monitor_.fd(); }
  int check_status() override;
  Failure reopen() override;
  int read(Instant now, std::span<const Bytes> spans, api::Offload& offload) override;
  int write(Instant now, std::span<const ConstBytes> spans, const api::Offload& offload) override;

 private:
  static constexpr size_t kPartsMax = api::kFrameSpansMax + 1;  // and the header
  static_assert(kPartsMax <= 1024, "UIO_MAXIOV");
  using Parts = std::array<iovec, kPartsMax>;

  // Fills `parts`, the header first if there is one; returns their number.
  template <class Span>
  size_t gather(Parts& parts, VirtioHeader& header, std::span<const Span> spans) const;

  TapSettings settings_;
  os::Fd fd_;
  LinkMonitor monitor_;
  DeviceInfo info_;
};

Failure TapDevice::reopen() {
  const NetAdmin privilege;
  os::Fd fd(std::exchange(settings_.adopted_fd, -1));
  const bool is_adopted = static_cast<bool>(fd);
  if (!is_adopted) {
    if (Failure failure = attach(settings_, fd)) return failure;
  }
  DeviceInfo info;
  info.name = settings_.name;
  info.mtu_bytes = settings_.mtu_bytes;
  info.can_checksum = settings_.offload;
  info.can_segment = set_offloads(fd.get(), settings_.offload);
  if (Failure failure = choose_mac(settings_, info.mac)) return failure;
  if (!is_adopted) {
    if (Failure failure = set_up_host_end(settings_)) return failure;
  }
  fd_ = is_adopted ? std::move(fd) : os::Fd(os::move_above(fd.release(), settings_.fd_floor));
  monitor_ = LinkMonitor(settings_.fd_floor);
  info_ = std::move(info);
  return {};
}

int TapDevice::check_status() {
  monitor_.drain();
  ifreq request{};
  return std::min(os::ioctl(fd_.get(), TUNGETIFF, &request), 0);
}

template <class Span>
size_t TapDevice::gather(Parts& parts, VirtioHeader& header, std::span<const Span> spans) const {
  size_t count = 0;
  if (settings_.offload) parts[count++] = {&header, sizeof header};
  for (const Span& span : spans.first(std::min(spans.size(), api::kFrameSpansMax))) {
    parts[count++] = {const_cast<uint8_t*>(span.data()), span.size()};
  }
  return count;
}

int TapDevice::read(Instant, std::span<const Bytes> spans, api::Offload& offload) {
  Parts parts;
  for (;;) {
    VirtioHeader header;
    const size_t count = gather(parts, header, spans);
    const long n = os::readv(fd_.get(), parts.data(), count);
    if (n == -EINTR) continue;
    if (n < 0) return n == -EAGAIN ? 0 : static_cast<int>(n);
    const size_t header_bytes = settings_.offload ? sizeof header : 0;
    const size_t frame_bytes =
        static_cast<size_t>(n) - std::min(header_bytes, static_cast<size_t>(n));
    if (frame_bytes > 0 && from_virtio(header, frame_bytes, offload)) {
      return static_cast<int>(frame_bytes);
    }
  }
}

int TapDevice::write(Instant, std::span<const ConstBytes> spans, const api::Offload& offload) {
  if (spans.size() > api::kFrameSpansMax) return -EMSGSIZE;
  Parts parts;
  VirtioHeader header = to_virtio(offload);
  const size_t count = gather(parts, header, spans);
  for (;;) {
    const long n = os::writev(fd_.get(), parts.data(), count);
    if (n == -EINTR) continue;
    if (n == -EIO) return -ENETDOWN;  // tun_get_user: the interface is down
    return n < 0 ? static_cast<int>(n) : 0;
  }
}

Failure check(const TapSettings& settings) {
  if (!is_interface_name(settings.name)) {
    return {EINVAL, "TAP device \"" + settings.name + "\": no name for an interface"};
  }
  if (settings.mtu_bytes < kTapMtuMin || settings.mtu_bytes > kTapMtuMax) {
    return {EINVAL, "MTU " + std::to_string(settings.mtu_bytes) + ": want 68 to 65521 bytes"};
  }
  return {};
}

}  // namespace

Opened open_tap(const TapSettings& settings) {
  if (Failure failure = check(settings)) return failure;
  auto device = std::make_unique<TapDevice>(settings);
  if (Failure failure = device->reopen()) return failure;
  return std::unique_ptr<Device>(std::move(device));
}

Failure check_tap_node() {
  const os::Fd fd(os::open(kNode, O_RDWR | O_NONBLOCK));
  return fd ? Failure{} : node_failure(-fd.get());
}

Failure prepare_tap(const TapSettings& settings, uid_t owner) {
  if (Failure failure = check(settings)) return failure;
  const NetAdmin privilege;
  os::Fd fd;
  if (Failure failure = attach(settings, fd)) return failure;
  for (const auto& [request, argument] :
       {std::pair{TUNSETOWNER, static_cast<long>(owner)}, std::pair{TUNSETPERSIST, 1L}}) {
    if (const int r = os::ioctl(fd.get(), request, argument); r < 0) {
      return {-r, "cannot keep TAP device " + settings.name + ": " + std::strerror(-r)};
    }
  }
  return set_up_host_end(settings);
}

}  // namespace tapstack::tapif
