#include "tapif/host_end.h"

#include <array>
#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "tapif/os.h"
#include "tapif/settings.h"

namespace tapstack::tapif {
namespace {

// One address of an interface; the label may be an alias ("ts0:1").
struct Assigned {
  std::string label;
  Prefix prefix;
  bool is_of(const std::string& name) const { return label.substr(0, label.find(':')) == name; }
};

ifreq request_for(const std::string& name) {
  ifreq request{};
  std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
  return request;
}

Ip4Address ip4_of(const sockaddr& address) {
  sockaddr_in in{};
  std::memcpy(&in, &address, sizeof in);
  return {ntohl(in.sin_addr.s_addr)};
}

void put_ip4(Ip4Address address, sockaddr& out) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = htonl(address.value);
  std::memcpy(&out, &in, sizeof in);
}

uint32_t mask_of(uint8_t length) { return length == 0 ? 0 : 0xffffffffu << (32 - length); }

bool overlap(const Prefix& a, const Prefix& b) {
  const uint32_t mask = mask_of(a.length < b.length ? a.length : b.length);
  return ((a.address.ip4().value ^ b.address.ip4().value) & mask) == 0;
}

// Every IPv4 address of this network namespace.
std::vector<Assigned> assigned_addresses(int fd) {
  std::array<ifreq, 256> requests{};
  ifconf all{};
  all.ifc_len = sizeof requests;
  all.ifc_req = requests.data();
  std::vector<Assigned> result;
  if (os::ioctl(fd, SIOCGIFCONF, &all) < 0) return result;
  for (size_t i = 0; i < static_cast<size_t>(all.ifc_len) / sizeof(ifreq); ++i) {
    ifreq request = requests[i];
    const Ip4Address address = ip4_of(request.ifr_addr);
    uint8_t length = 32;
    if (os::ioctl(fd, SIOCGIFNETMASK, &request) == 0) {
      length = static_cast<uint8_t>(__builtin_popcount(ip4_of(request.ifr_netmask).value));
    }
    result.push_back({requests[i].ifr_name, Prefix{address, length}});
  }
  return result;
}

Failure failed(const std::string& name, const std::string& what, long result) {
  const int error = static_cast<int>(-result);
  std::string message = "cannot " + what + " of " + name + ": " + std::strerror(error);
  if (error == EPERM) {
    message += "; set it up as root beforehand, or use \"tapstack run\", which needs no root";
  }
  return {error, message};
}

// Nothing to do, a conflict, or (with `is_needed`) the address is to be set.
Failure check_address(int fd, const std::string& name, const Prefix& wanted, bool& is_needed) {
  std::string others;
  for (const Assigned& assigned : assigned_addresses(fd)) {
    if (assigned.is_of(name)) {
      if (assigned.prefix == wanted) return {};
      others = to_string(assigned.prefix);
    } else if (overlap(assigned.prefix, wanted)) {
      return {EADDRINUSE, to_string(wanted) + " for " + name + " is taken: " + assigned.label +
                              " has " + to_string(assigned.prefix) +
                              "; choose others with TAPSTACK_HOST_ADDR and TAPSTACK_ADDR"};
    }
  }
  if (!others.empty()) {
    return {EADDRNOTAVAIL, name + " has the address " + others + " instead of " +
                               to_string(wanted) +
                               "; set TAPSTACK_HOST_ADDR and TAPSTACK_ADDR to fit, or remove it"};
  }
  is_needed = true;
  return {};
}

Failure set_address(int fd, const std::string& name, const Prefix& wanted) {
  bool is_needed = false;
  if (Failure failure = check_address(fd, name, wanted, is_needed)) return failure;
  if (!is_needed) return {};
  ifreq request = request_for(name);
  put_ip4(wanted.address.ip4(), request.ifr_addr);
  if (const long r = os::ioctl(fd, SIOCSIFADDR, &request); r < 0) {
    return failed(name, "set the address " + to_string(wanted), r);
  }
  put_ip4({mask_of(wanted.length)}, request.ifr_netmask);
  if (const long r = os::ioctl(fd, SIOCSIFNETMASK, &request); r < 0) {
    return failed(name, "set the netmask", r);
  }
  return {};
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

Failure set_link_up(int fd, const std::string& name) {
  ifreq request = request_for(name);
  if (const long r = os::ioctl(fd, SIOCGIFFLAGS, &request); r < 0) {
    return failed(name, "read the flags", r);
  }
  if ((request.ifr_flags & IFF_UP) != 0) return {};
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  const long r = os::ioctl(fd, SIOCSIFFLAGS, &request);
  return r < 0 ? failed(name, "set up the link", r) : Failure{};
}

}  // namespace

Failure set_up_host_end(const std::string& name, const std::optional<Prefix>& address,
                        uint32_t mtu_bytes) {
  const os::Fd fd(os::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) return failed(name, "open a socket for the settings", fd.get());
  if (Failure failure = set_mtu(fd.get(), name, mtu_bytes)) return failure;
  if (address) {
    if (Failure failure = set_address(fd.get(), name, *address)) return failure;
  }
  return set_link_up(fd.get(), name);
}

Failure host_mac(const std::string& name, MacAddress& mac) {
  const os::Fd fd(os::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request = request_for(name);
  const long r = fd ? os::ioctl(fd.get(), SIOCGIFHWADDR, &request) : fd.get();
  if (r < 0) return failed(name, "read the MAC address", r);
  std::memcpy(mac.octets.data(), request.ifr_hwaddr.sa_data, mac.octets.size());
  return {};
}

}  // namespace tapstack::tapif
