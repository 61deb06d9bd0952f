#include "shim/hooks/interface_ioctl.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/address.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/devices.h"
#include "shim/hooks/ethtool.h"

namespace tapstack::shim {
namespace {

constexpr unsigned long kFirst = 0x8910, kLast = 0x89ff;  // what <linux/sockios.h> spans

void put_address(sockaddr& to, uint32_t in_network_order) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = in_network_order;
  std::memcpy(&to, &in, sizeof in);
}

// The first IPv4 address with its mask and broadcast address, in network byte order.
struct Address4 {
  uint32_t address = 0, mask = 0, broadcast = 0;
  bool found = false;
};

Address4 address_of(const InterfaceRecord& record) {
  Address4 out;
  const size_t count = std::min<size_t>(record.address_count, std::size(record.addresses));
  for (size_t i = 0; i < count && !out.found; ++i) {
    const Prefix& prefix = record.addresses[i];
    if (!prefix.address.is_ip4()) continue;
    const uint32_t mask = prefix.length == 0 ? 0 : ~0u << (32 - prefix.length);
    out.address = network_order(prefix.address);
    out.mask = htonl(mask);
    out.broadcast = htonl(prefix.address.ip4().value | ~mask);
    out.found = true;
  }
  return out;
}

int put_hardware_address(const InterfaceRecord& record, ifreq& request) {
  request.ifr_hwaddr = {};
  request.ifr_hwaddr.sa_family =
      (record.flags & IFF_LOOPBACK) != 0 ? ARPHRD_LOOPBACK : ARPHRD_ETHER;
  std::memcpy(request.ifr_hwaddr.sa_data, record.mac, sizeof record.mac);
  return 0;
}

int put_ip_address(unsigned long number, const InterfaceRecord& record, ifreq& request) {
  const Address4 address = address_of(record);
  if (!address.found) return EADDRNOTAVAIL;
  const bool has_broadcast = (record.flags & IFF_BROADCAST) != 0;
  put_address(request.ifr_addr, number == SIOCGIFNETMASK   ? address.mask
                                : number == SIOCGIFBRDADDR ? (has_broadcast ? address.broadcast : 0)
                                                           : address.address);
  return 0;
}

int answer_about(unsigned long number, const InterfaceRecord& record, ifreq& request) {
  constexpr int kQueueLength = 1000;  // config.h interface_queue_packets of the host profile
  switch (number) {
    case SIOCGIFINDEX:
      request.ifr_ifindex = record.id;
      return 0;
    case SIOCGIFFLAGS:
      request.ifr_flags = static_cast<short>(record.flags);
      return 0;
    case SIOCGIFMTU:
      request.ifr_mtu = static_cast<int>(record.mtu);
      return 0;
    case SIOCGIFMETRIC:
      request.ifr_metric = 0;
      return 0;
    case SIOCGIFTXQLEN:
      request.ifr_qlen = kQueueLength;
      return 0;
    case SIOCGIFHWADDR:
      return put_hardware_address(record, request);
    case SIOCGIFADDR:
    case SIOCGIFDSTADDR:
    case SIOCGIFNETMASK:
    case SIOCGIFBRDADDR:
      return put_ip_address(number, record, request);
    case SIOCETHTOOL:
      return answer_ethtool(record, request.ifr_data);
    case SIOCGMIIPHY:  // no transceiver to ask
      return EOPNOTSUPP;
    case SIOCGIFMAP:  // no card, no memory or interrupt of one
      request.ifr_map = {};
      return 0;
    case SIOCSIFMETRIC:
      return EOPNOTSUPP;  // as on the kernel
    default:
      return ENOTTY;
  }
}

void put_entry(const InterfaceRecord& record, const Prefix& address, char* to) {
  ifreq entry{};
  std::memcpy(entry.ifr_name, record.name, sizeof record.name);
  put_address(entry.ifr_addr, network_order(address.address));
  std::memcpy(to, &entry, sizeof entry);
}

// SIOCGIFCONF: one entry an IPv4 address; with a null buffer its size.
int list_interfaces(ifconf& list) {
  const bool counts_only = list.ifc_req == nullptr;
  const auto room = static_cast<size_t>(std::max(list.ifc_len, 0));
  size_t used = 0;
  InterfaceRecord record;
  for (int n = 0; ask::interface(n, record) == 0; ++n) {
    const size_t count = std::min<size_t>(record.address_count, std::size(record.addresses));
    for (size_t i = 0; i < count; ++i) {
      const Prefix& address = record.addresses[i];
      const bool fits = counts_only || used + sizeof(ifreq) <= room;
      if (!address.address.is_ip4() || !fits) continue;
      if (!counts_only) put_entry(record, address, list.ifc_buf + used);
      used += sizeof(ifreq);
    }
  }
  list.ifc_len = static_cast<int>(used);
  return 0;
}

int name_of(ifreq& request) {
  InterfaceRecord record;
  if (!interface_numbered(static_cast<unsigned>(request.ifr_ifindex), record)) return ENODEV;
  std::memcpy(request.ifr_name, record.name, sizeof request.ifr_name);
  return 0;
}

// The kernel copies what the argument points to in and out, so it need not be aligned; Python's is
// not.
template <class Struct, class Answer>
int on_copy(void* argument, Answer answer) {
  Struct copy;
  std::memcpy(&copy, argument, sizeof copy);
  const int error = answer(copy);
  if (error == 0) std::memcpy(argument, &copy, sizeof copy);
  return error;
}

}  // namespace

bool interface_ioctl(unsigned long number, void* argument, int& error) {
  if (number < kFirst || number > kLast) return false;
  if (argument == nullptr) {
    error = EFAULT;
  } else if (number == SIOCGIFCONF) {
    error = on_copy<ifconf>(argument, list_interfaces);
  } else if (number == SIOCGIFNAME) {
    error = on_copy<ifreq>(argument, name_of);
  } else {
    error = on_copy<ifreq>(argument, [&](ifreq& request) {
      char name[IFNAMSIZ] = {};
      std::memcpy(name, request.ifr_name, sizeof name - 1);
      InterfaceRecord record;
      return interface_named(name, record) ? answer_about(number, record, request) : ENODEV;
    });
  }
  return true;
}

}  // namespace tapstack::shim
