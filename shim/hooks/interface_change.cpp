#include "shim/hooks/interface_change.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "shim/hooks/devices.h"
#include "shim/hooks/rtnetlink.h"

namespace tapstack::shim {
namespace {

int change_link(const InterfaceRecord& record, const ifreq& request, unsigned long number) {
  Rtnetlink message(RTM_NEWLINK);
  ifinfomsg head{};
  head.ifi_index = record.id;
  if (number == SIOCSIFFLAGS) {
    constexpr uint32_t kSettable = IFF_UP | IFF_PROMISC | IFF_ALLMULTI;
    head.ifi_flags = static_cast<uint16_t>(request.ifr_flags);
    head.ifi_change = kSettable;
  }
  message.out().fixed(head);
  if (number == SIOCSIFMTU) message.out().number(IFLA_MTU, request.ifr_mtu);
  if (number == SIOCSIFTXQLEN) message.out().number(IFLA_TXQLEN, request.ifr_qlen);
  if (number == SIOCSIFHWADDR) {
    MacAddress mac;
    std::memcpy(mac.octets.data(), request.ifr_hwaddr.sa_data, mac.octets.size());
    message.out().number(IFLA_ADDRESS, mac.octets);
  }
  if (number == SIOCSIFNAME) message.out().text(IFLA_IFNAME, request.ifr_newname);
  return message.ask();
}

int change_address4(uint16_t type, uint8_t index, uint32_t address, uint8_t length) {
  Rtnetlink message(type, type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0);
  message.out().fixed(ifaddrmsg{AF_INET, length, 0, 0, index});
  message.out().number(IFA_LOCAL, address);
  return message.ask();
}

// The interface's first address of IPv4; null: it has none.
const Prefix* first_address4(const InterfaceRecord& record) {
  for (size_t i = 0; i < record.address_count && i < std::size(record.addresses); ++i) {
    if (record.addresses[i].address.is_ip4()) return &record.addresses[i];
  }
  return nullptr;
}

// inet_abc_len: what an address of a class is taken to have, as nothing else is said.
uint8_t length_by_class(uint32_t address) {
  if (address == 0) return 0;
  const uint32_t first = ntohl(address) >> 24;
  if (first < 128) return 8;
  return first < 192 ? 16 : 24;
}

// One address in place of the first one, if there is one.
int replace_address4(const InterfaceRecord& record, uint32_t address, uint8_t length) {
  const Prefix* before = first_address4(record);
  if (before != nullptr) {
    const uint32_t old = htonl(before->address.ip4().value);
    if (old == address && before->length == length) return 0;
    const int error = change_address4(RTM_DELADDR, record.id, old, before->length);
    if (error != 0) return error;
  }
  return address == 0 ? 0 : change_address4(RTM_NEWADDR, record.id, address, length);
}

// devinet_ioctl, as far as there is something to set.
int change_address(const InterfaceRecord& record, const ifreq& request, unsigned long number) {
  sockaddr_in given;
  std::memcpy(&given, &request.ifr_addr, sizeof given);
  if (number != SIOCSIFNETMASK && given.sin_family != AF_INET) return EINVAL;
  const Prefix* before = first_address4(record);
  const uint32_t value = given.sin_addr.s_addr;
  if (number == SIOCSIFADDR) return replace_address4(record, value, length_by_class(value));
  if (before == nullptr) return EADDRNOTAVAIL;
  const uint32_t own = before->address.ip4().value;
  if (number == SIOCSIFNETMASK) {
    const uint32_t mask = ntohl(value);
    if ((~mask & (~mask + 1)) != 0) return EINVAL;  // bad_mask
    return replace_address4(record, htonl(own), static_cast<uint8_t>(std::popcount(mask)));
  }
  const uint32_t hosts = before->length == 0 ? ~0u : ~(~0u << (32 - before->length));
  return ntohl(value) == (own | hosts) ? 0 : EOPNOTSUPP;  // it follows from the prefix
}

// addrconf_add_ifaddr, addrconf_del_ifaddr: on sockets of IPv6.
int change_address6(unsigned long number, const in6_ifreq& request) {
  const bool adds = number == SIOCSIFADDR;
  Rtnetlink message(adds ? RTM_NEWADDR : RTM_DELADDR, adds ? NLM_F_CREATE | NLM_F_EXCL : 0);
  message.out().fixed(ifaddrmsg{AF_INET6, static_cast<uint8_t>(request.ifr6_prefixlen), 0, 0,
                                static_cast<uint32_t>(request.ifr6_ifindex)});
  message.out().number(IFA_LOCAL, request.ifr6_addr);
  return message.ask();
}

int change_interface(unsigned long number, const ifreq& request) {
  char name[IFNAMSIZ] = {};
  std::memcpy(name, request.ifr_name, sizeof name - 1);
  InterfaceRecord record;
  if (!interface_named(name, record)) return ENODEV;
  switch (number) {
    case SIOCSIFADDR:
    case SIOCSIFNETMASK:
    case SIOCSIFBRDADDR:
      return change_address(record, request, number);
    default:
      return change_link(record, request, number);
  }
}

}  // namespace

bool interface_change(const Handle& handle, unsigned long number, void* argument, int& error) {
  switch (number) {
    case SIOCSIFADDR:
    case SIOCDIFADDR:
      if (handle.is_ip6) {
        in6_ifreq request;
        std::memcpy(&request, argument, sizeof request);
        error = change_address6(number, request);
        return true;
      }
      if (number == SIOCDIFADDR) return false;
      break;
    case SIOCSIFNETMASK:
    case SIOCSIFBRDADDR:
    case SIOCSIFFLAGS:
    case SIOCSIFMTU:
    case SIOCSIFHWADDR:
    case SIOCSIFTXQLEN:
    case SIOCSIFNAME:
      break;
    default:
      return false;
  }
  ifreq request;
  std::memcpy(&request, argument, sizeof request);
  error = change_interface(number, request);
  return true;
}

}  // namespace tapstack::shim
