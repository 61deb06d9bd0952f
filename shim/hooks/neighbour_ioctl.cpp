// SIOCGARP, SIOCSARP and SIOCDARP, arp(7).
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>

#include "shim/hooks/devices.h"
#include "shim/hooks/interface_change.h"
#include "shim/hooks/rtnetlink.h"

namespace tapstack::shim {
namespace {

// The interface that the request names, or the one that the address is a neighbour on.
int device_of(const arpreq& request, uint32_t address, int& index) {
  InterfaceRecord record;
  char name[IFNAMSIZ] = {};
  std::memcpy(name, request.arp_dev, sizeof name - 1);
  if (name[0] != 0) {
    if (!interface_named(name, record)) return ENODEV;
    index = record.id;
    return 0;
  }
  Rtnetlink way(RTM_GETROUTE);
  way.out().fixed(rtmsg{AF_INET, 32, 0, 0, 0, 0, 0, 0, 0});
  way.out().number(RTA_DST, address);
  if (const int error = way.ask(); error != 0) return error;
  const auto answer = way.answer();
  if (!answer) return ENETUNREACH;
  index = static_cast<int>(answer->attributes<rtmsg>().number<uint32_t>(RTA_OIF).value_or(0));
  return 0;
}

int set(const arpreq& request, int index, uint32_t address) {
  if (request.arp_ha.sa_family != ARPHRD_ETHER) return EINVAL;
  const bool is_permanent = (request.arp_flags & ATF_PERM) != 0;
  const uint16_t state = is_permanent ? NUD_PERMANENT : NUD_STALE;
  Rtnetlink message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
  message.out().fixed(ndmsg{AF_INET, 0, 0, index, state, 0, 0});
  message.out().number(NDA_DST, address);
  MacAddress mac;
  std::memcpy(mac.octets.data(), request.arp_ha.sa_data, mac.octets.size());
  message.out().number(NDA_LLADDR, mac.octets);
  return message.ask();
}

int remove(int index, uint32_t address) {
  Rtnetlink message(RTM_DELNEIGH);
  message.out().fixed(ndmsg{AF_INET, 0, 0, index, 0, 0, 0});
  message.out().number(NDA_DST, address);
  const int error = message.ask();
  return error == ENOENT ? ENXIO : error;
}

int get(arpreq& request, int index, uint32_t address) {
  Rtnetlink message(RTM_GETNEIGH);
  message.out().fixed(ndmsg{AF_INET, 0, 0, index, 0, 0, 0});
  message.out().number(NDA_DST, address);
  const int error = message.ask();
  if (error != 0) return error == ENOENT ? ENXIO : error;
  const auto answer = message.answer();
  if (!answer) return ENXIO;
  const auto mac = answer->attributes<ndmsg>().number<decltype(MacAddress::octets)>(NDA_LLADDR);
  const uint16_t state = answer->fixed<ndmsg>().ndm_state;
  request.arp_flags = mac ? ATF_COM : 0;
  if ((state & NUD_PERMANENT) != 0) request.arp_flags |= ATF_PERM;
  request.arp_ha = {};
  request.arp_ha.sa_family = ARPHRD_ETHER;
  if (mac) std::memcpy(request.arp_ha.sa_data, mac->data(), mac->size());
  InterfaceRecord record;
  if (interface_numbered(static_cast<unsigned>(index), record)) {
    std::memcpy(request.arp_dev, record.name, sizeof request.arp_dev);
  }
  return 0;
}

// arp_ioctl.
int answer(unsigned long number, arpreq& request) {
  sockaddr_in address;
  std::memcpy(&address, &request.arp_pa, sizeof address);
  if (address.sin_family != AF_INET) return EPFNOSUPPORT;
  int index = 0;
  const int error = device_of(request, address.sin_addr.s_addr, index);
  if (error != 0) return error;
  if (number == SIOCSARP) return set(request, index, address.sin_addr.s_addr);
  return number == SIOCDARP ? remove(index, address.sin_addr.s_addr)
                            : get(request, index, address.sin_addr.s_addr);
}

}  // namespace

bool neighbour_ioctl(unsigned long number, void* argument, int& error) {
  if (number != SIOCGARP && number != SIOCSARP && number != SIOCDARP) return false;
  arpreq request;
  std::memcpy(&request, argument, sizeof request);
  error = answer(number, request);
  if (error == 0 && number == SIOCGARP) std::memcpy(argument, &request, sizeof request);
  return true;
}

}  // namespace tapstack::shim
