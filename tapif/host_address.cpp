#include "tapif/host_address.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sstream>
#include <vector>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/rtnetlink.h>

#include "tapif/host_end.h"
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

// Whether two networks of one family have addresses in common.
bool overlap(const Prefix& a, const Prefix& b) {
  const unsigned bits = std::min(a.length, b.length);
  const auto &x = a.address.octets(), &y = b.address.octets();
  if (!std::equal(x.begin(), x.begin() + bits / 8, y.begin())) return false;
  return bits % 8 == 0 || ((x[bits / 8] ^ y[bits / 8]) >> (8 - bits % 8)) == 0;
}

// Every IPv4 address of this network namespace.
std::vector<Assigned> assigned4(int fd) {
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

// Every IPv6 address but link-local ones, which each interface has: lines of "address index
// prefix-length scope flags name", all but the last in hexadecimal digits.
std::vector<Assigned> assigned6() {
  std::vector<Assigned> result;
  std::istringstream lines(os::read_file("/proc/net/if_inet6"));
  std::string digits, label;
  unsigned index = 0, length = 0, scope = 0, flags = 0;
  lines >> std::hex;
  while (lines >> digits >> index >> length >> scope >> flags >> label) {
    if (digits.size() != 32) continue;
    Ip6Address address;
    for (size_t i = 0; i < 16; ++i) {
      address.octets[i] = static_cast<uint8_t>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
    }
    if (address.is_link_local()) continue;
    result.push_back({label, Prefix{address, static_cast<uint8_t>(length)}});
  }
  return result;
}

// Nothing to do, a conflict, or (with `is_needed`) the address is to be set.
Failure check_address(const std::vector<Assigned>& all, const std::string& name,
                      const Prefix& wanted, bool& is_needed) {
  std::string others;
  for (const Assigned& assigned : all) {
    if (assigned.is_of(name)) {
      if (assigned.prefix == wanted) return {};
      if (wanted.address.is_ip4()) others = to_string(assigned.prefix);
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

Failure set_ip4(int fd, const std::string& name, const Prefix& wanted) {
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

// An attribute of rtnetlink(7) that holds an IPv6 address.
struct AddressAttribute {
  rtattr head;
  Ip6Address value;
};

// RTM_NEWADDR. Without IFA_F_NODAD the address would not be of use for a second or more.
struct NewAddress {
  nlmsghdr head{};
  ifaddrmsg address{};
  AddressAttribute local{};
};
static_assert(sizeof(NewAddress) ==
              NLMSG_LENGTH(sizeof(ifaddrmsg)) + RTA_LENGTH(sizeof(Ip6Address)));

// 0 or -errno.
long add_by_netlink(unsigned index, const Prefix& wanted) {
  NewAddress request;
  request.head.nlmsg_len = sizeof request;
  request.head.nlmsg_type = RTM_NEWADDR;
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  request.address.ifa_family = AF_INET6;
  request.address.ifa_prefixlen = wanted.length;
  request.address.ifa_flags = IFA_F_NODAD;
  request.address.ifa_index = index;
  request.local = {{RTA_LENGTH(sizeof(Ip6Address)), IFA_LOCAL}, wanted.address.ip6()};
  const os::Fd fd(os::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!fd) return fd.get();
  const long sent = os::write(fd.get(), &request, sizeof request);
  if (sent < 0) return sent;
  struct {
    nlmsghdr head;
    nlmsgerr error;
  } answer{};
  const long got = os::read(fd.get(), &answer, sizeof answer);
  if (got < 0) return got;
  return answer.head.nlmsg_type == NLMSG_ERROR ? answer.error.error : -EPROTO;
}

// Whether the interface is a member of the group in which it is asked for its address (RFC 4291
// 2.7.1): lines of "index name group users flags timer".
bool hears_solicitations(const std::string& name, const Ip6Address& address) {
  std::istringstream lines(os::read_file("/proc/net/igmp6"));
  char group[33];
  std::snprintf(group, sizeof group, "ff0200000000000000000001ff%02x%02x%02x", address.octets[13],
                address.octets[14], address.octets[15]);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string index, label, member;
    if (words >> index >> label >> member && label == name && member == group) return true;
  }
  return false;
}

// The kernel joins that group a little later, in a queue of work; a solicitation that comes before
// goes by unheard, and the next one is a second away.
void await_solicitations(const std::string& name, const Ip6Address& address) {
  constexpr int kMsMax = 100;
  os::wait_until(kMsMax, [&] { return hears_solicitations(name, address); });
}

Failure set_ip6(int fd, const std::string& name, const Prefix& wanted) {
  ifreq request = request_for(name);
  long r = os::ioctl(fd, SIOCGIFINDEX, &request);
  if (r >= 0) r = add_by_netlink(static_cast<unsigned>(request.ifr_ifindex), wanted);
  if (r < 0) return failed(name, "set the address " + to_string(wanted), r);
  await_solicitations(name, wanted.address.ip6());
  return {};
}

// A socket for questions about the family of `wanted`.
Failure open_control(const std::string& name, const Prefix& wanted, os::Fd& fd) {
  fd.reset(os::socket(wanted.address.is_ip4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd) return {};
  return failed(name, "set the address " + to_string(wanted), fd.get());
}

Failure check_against_all(int fd, const std::string& name, const Prefix& wanted, bool& is_needed) {
  const std::vector<Assigned> all = wanted.address.is_ip4() ? assigned4(fd) : assigned6();
  return check_address(all, name, wanted, is_needed);
}

}  // namespace

Failure set_host_address(const std::string& name, const Prefix& wanted) {
  os::Fd fd;
  if (Failure failure = open_control(name, wanted, fd)) return failure;
  bool is_needed = false;
  if (Failure failure = check_against_all(fd.get(), name, wanted, is_needed)) return failure;
  if (!is_needed) return {};
  return wanted.address.is_ip4() ? set_ip4(fd.get(), name, wanted)
                                 : set_ip6(fd.get(), name, wanted);
}

Failure check_host_address(const std::string& name, const Prefix& wanted) {
  os::Fd fd;
  if (Failure failure = open_control(name, wanted, fd)) return failure;
  bool is_needed = false;
  return check_against_all(fd.get(), name, wanted, is_needed);
}

}  // namespace tapstack::tapif
