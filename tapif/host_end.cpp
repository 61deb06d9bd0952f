#include "tapif/host_end.h"

#include <cstring>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "tapif/host_address.h"
#include "tapif/os.h"

namespace tapstack::tapif {
namespace {

// Any socket takes these ioctls; without one each of them answers EBADF.
int open_control() { return os::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); }

// The other end is a stack of its own and no router: the kernel need not ask it for a router, and
// its link-local address is of use at once rather than after a second of duplicate address
// detection. What cannot be written (no IPv6, or /proc/sys is read-only) stays.
void calm_ip6(const std::string& name) {
  for (const char* setting : {"accept_ra", "accept_dad"}) {
    const std::string path = "/proc/sys/net/ipv6/conf/" + name + "/" + setting;
    const os::Fd fd(os::open(path.c_str(), O_WRONLY));
    if (fd) os::write(fd.get(), "0", 1);
  }
}

Failure set_mtu(int fd, const std::string& name, uint32_t mtu_bytes) {
  ifreq request = request_for(name);
  if (os::ioctl(fd, SIOCGIFMTU, &request) == 0 && request.ifr_mtu == static_cast<int>(mtu_bytes)) {
    return {};
  }
  request.ifr_mtu = static_cast<int>(mtu_bytes);
  const long r = os::ioctl(fd, SIOCSIFMTU, &request);
  return r < 0 ? failed(name, "set the MTU " + std::to_string(mtu_bytes), r) : Failure{};
}

Failure read_flags(int fd, const std::string& name, ifreq& request) {
  request = request_for(name);
  const long r = os::ioctl(fd, SIOCGIFFLAGS, &request);
  return r < 0 ? failed(name, "read the flags", r) : Failure{};
}

// The carrier that our opening of the device brought reaches the interface's queue and a bridge
// that it is a port of a little later, in a queue of work: frames are lost until then.
void await_carrier(int fd, const std::string& name) {
  constexpr int kMsMax = 1000;
  os::wait_until(kMsMax, [&] {
    ifreq request;
    return read_flags(fd, name, request) || (request.ifr_flags & IFF_RUNNING) != 0;
  });
}

Failure set_link_up(int fd, const std::string& name) {
  ifreq request;
  if (Failure failure = read_flags(fd, name, request)) return failure;
  if ((request.ifr_flags & IFF_UP) == 0) {
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    const long r = os::ioctl(fd, SIOCSIFFLAGS, &request);
    if (r < 0) return failed(name, "set up the link", r);
  }
  await_carrier(fd, name);
  return {};
}

// No IPv6 in this kernel or on the interface (RFC 8200 5: its MTU is 1280 bytes or more), or no
// right to set the address: nobody asked for it.
bool may_do_without(const TapSettings& settings, const Prefix& address, int error) {
  constexpr uint32_t kMtuMin = 1280;
  if (!settings.are_host_addresses_default || address.address.is_ip4()) return false;
  return settings.mtu_bytes < kMtuMin || error == EAFNOSUPPORT || error == EACCES || error == EPERM;
}

}  // namespace

ifreq request_for(const std::string& name) {
  ifreq request{};
  std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
  return request;
}

Failure failed(const std::string& name, const std::string& what, long result) {
  const int error = static_cast<int>(-result);
  std::string message = "cannot " + what + " of " + name + ": " + std::strerror(error);
  if (error == EPERM) {
    message += "; set it up as root beforehand, or use \"tapstack run\", which needs no root";
  }
  return {error, message};
}

Failure set_up_host_end(const TapSettings& settings) {
  const os::Fd fd(open_control());
  if (Failure failure = set_mtu(fd.get(), settings.name, settings.mtu_bytes)) return failure;
  calm_ip6(settings.name);
  if (Failure failure = set_link_up(fd.get(), settings.name)) return failure;
  for (const Prefix& address : settings.host_addresses) {
    const Failure failure = set_host_address(settings.name, address);
    if (failure && !may_do_without(settings, address, failure.error)) return failure;
  }
  return {};
}

Failure set_up_host_link(const std::string& name, uint32_t mtu_bytes) {
  const os::Fd fd(open_control());
  if (Failure failure = set_mtu(fd.get(), name, mtu_bytes)) return failure;
  return set_link_up(fd.get(), name);
}

Failure host_mac(const std::string& name, MacAddress& mac) {
  const os::Fd fd(open_control());
  ifreq request = request_for(name);
  const long r = fd ? os::ioctl(fd.get(), SIOCGIFHWADDR, &request) : fd.get();
  if (r < 0) return failed(name, "read the MAC address", r);
  std::memcpy(mac.octets.data(), request.ifr_hwaddr.sa_data, mac.octets.size());
  return {};
}

}  // namespace tapstack::tapif
