// /proc/net/dev and if_inet6: dev_seq_printf_stats(), if6_seq_show() of Linux.
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cerrno>

#include "shim/common/address.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/devices.h"
#include "shim/proc/netlink_dump.h"
#include "shim/proc/tables.h"

namespace tapstack::shim::proc {
namespace {

// Calls visit(record) for each interface; 0 or an errno.
template <class Visit>
int each_interface(Visit visit) {
  InterfaceRecord record;
  int error = 0;
  for (int n = 0; (error = ask::interface(n, record)) == 0; ++n) visit(record);
  return error == ENOENT ? 0 : error;
}

unsigned long long number(uint64_t value) { return value; }

// ipv6_addr_scope() of what an interface can have.
unsigned scope_of(const Ip6Address& address) {
  if (address.is_loopback()) return 0x10;  // IPV6_ADDR_LOOPBACK
  if (address.is_link_local()) return 0x20;
  return address.is_site_local() ? 0x40 : 0;
}

// A message of RTM_GETADDR.
void add_address(Text& text, const netlink::Message& message) {
  const auto head = message.fixed<ifaddrmsg>();
  const auto attributes = message.attributes<ifaddrmsg>();
  const in6_addr address = attributes.number<in6_addr>(IFA_ADDRESS).value_or(in6_addr{});
  const uint32_t flags = attributes.number<uint32_t>(IFA_FLAGS).value_or(head.ifa_flags);
  InterfaceRecord record;
  const bool is_known = interface_numbered(head.ifa_index, record);
  for (const uint8_t octet : address.s6_addr) text.add("%02x", octet);
  text.add(" %02x %02x %02x %02x %8s\n", head.ifa_index, head.ifa_prefixlen,
           scope_of(address_from_in6(address, head.ifa_index).ip6()), flags & 0xff,
           is_known ? record.name : "*");
}

}  // namespace

int write_dev(Text& text) {
  text.add(std::string_view(
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs "
      "drop fifo colls carrier compressed\n"));
  return each_interface([&](const InterfaceRecord& r) {
    text.add("%6s: %7llu %7llu %4llu %4llu %4llu %5llu %10llu %9llu ", r.name, number(r.in_bytes),
             number(r.in_frames), number(r.in_errors), number(r.in_dropped), 0ULL, 0ULL, 0ULL,
             0ULL);
    text.add("%8llu %7llu %4llu %4llu %4llu %5llu %7llu %10llu\n", number(r.out_bytes),
             number(r.out_frames), number(r.out_errors), number(r.out_dropped), 0ULL, 0ULL, 0ULL,
             0ULL);
  });
}

int write_if_inet6(Text& text) {
  NetlinkDump dump(RTM_GETADDR, AF_INET6);
  netlink::Message message;
  while (dump.next(message)) {
    if (message.fixed<ifaddrmsg>().ifa_family == AF_INET6) add_address(text, message);
  }
  return dump.error();
}

}  // namespace tapstack::shim::proc
