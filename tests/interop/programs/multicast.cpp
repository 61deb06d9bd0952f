// Multicast sockets of either family: memberships, source filters, own packets that come back.
#include <ifaddrs.h>
#include <net/if.h>

#include <vector>

#include "check.h"

namespace {

// The first interface but loopback that has an IPv4 address.
struct Interface {
  unsigned index = 0;
  in_addr address{};
};

Interface outside() {
  Interface found;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return found;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    if ((one->ifa_flags & IFF_LOOPBACK) != 0 || found.index != 0) continue;
    found.index = if_nametoindex(one->ifa_name);
    found.address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr;
  }
  freeifaddrs(list);
  return found;
}

const in_addr kGroup{inet_addr("239.1.2.3")};
const in_addr kOther{inet_addr("239.1.2.4")};
constexpr const char* kGroup6 = "ff15::1234";
constexpr const char* kOther6 = "ff15::1235";

in6_addr address6(const char* text) {
  in6_addr address{};
  inet_pton(AF_INET6, text, &address);
  return address;
}

sockaddr_storage storage_of(in_addr address) {
  sockaddr_storage storage{};
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_addr = address;
  std::memcpy(&storage, &in, sizeof in);
  return storage;
}

sockaddr_storage storage_of(const in6_addr& address) {
  sockaddr_storage storage{};
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_addr = address;
  std::memcpy(&storage, &in, sizeof in);
  return storage;
}

template <class T>
int set(int fd, int level, int name, const T& value) {
  return setsockopt(fd, level, name, &value, sizeof value);
}

// Whether a datagram that the socket sends to its own port at `to` comes back to it.
bool comes_back_from(int fd, const check::Address& to) {
  if (sendto(fd, "hello", 5, 0, check::any(to), check::address_length) != 5) return false;
  char text[8];
  return check::poll_one(fd, POLLIN, 200) != 0 && recv(fd, text, sizeof text, 0) == 5;
}

bool comes_back(int fd, in_addr group) {
  check::Address to = check::address(check::port_of(fd));
  to.ip4.sin_addr = group;
  return comes_back_from(fd, to);
}

bool comes_back6(int fd, const char* group) {
  return comes_back_from(fd, check::address(check::port_of(fd), group));
}

int bound_socket() {
  const int fd = socket(check::family, SOCK_DGRAM, 0);
  check::equal(check::bind_to(fd, 0, check::Host::kAny), 0, "bind");
  return fd;
}

void memberships(const Interface& out) {
  const int fd = bound_socket();
  const ip_mreqn group{kGroup, out.address, 0};
  check::equal(set(fd, IPPROTO_IP, IP_MULTICAST_IF, out.address), 0, "IP_MULTICAST_IF");
  in_addr told{};
  socklen_t length = sizeof told;
  check::equal(getsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &told, &length), 0, "is told again");
  check::equal(told.s_addr, out.address.s_addr, "as it was set");
  check::equal(set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0), 0, "IP_MULTICAST_ALL off");
  check::that(!comes_back(fd, kGroup), "who did not join hears nothing");
  check::equal(set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, group), 0, "IP_ADD_MEMBERSHIP");
  check::that(comes_back(fd, kGroup), "who joined hears the group");
  check::that(!comes_back(fd, kOther), "and no other");
  check::fails([&] { return set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, group); }, EADDRINUSE,
               "joining again");
  check::equal(set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0), 0, "IP_MULTICAST_LOOP off");
  check::that(!comes_back(fd, kGroup), "nothing of its own comes back then");
  check::equal(set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 1), 0, "IP_MULTICAST_LOOP on");
  check::equal(set(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, group), 0, "IP_DROP_MEMBERSHIP");
  check::that(!comes_back(fd, kGroup), "who left hears nothing");
  check::fails([&] { return set(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, group); }, EADDRNOTAVAIL,
               "leaving again");
  close(fd);
}

void sources(const Interface& out) {
  const int fd = bound_socket();
  set(fd, IPPROTO_IP, IP_MULTICAST_IF, out.address);
  set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
  const in_addr stranger{inet_addr("10.10.10.99")};
  const ip_mreq_source theirs{kGroup, out.address, stranger};
  const ip_mreq_source ours{kGroup, out.address, out.address};
  check::equal(set(fd, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, theirs), 0,
               "IP_ADD_SOURCE_MEMBERSHIP");
  check::that(!comes_back(fd, kGroup), "what others send is not heard");
  check::equal(set(fd, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, ours), 0, "a second source");
  check::that(comes_back(fd, kGroup), "what it sends is heard");
  check::fails([&] { return set(fd, IPPROTO_IP, IP_BLOCK_SOURCE, ours); }, EINVAL,
               "blocking where sources are listed");
  check::equal(set(fd, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, ours), 0,
               "IP_DROP_SOURCE_MEMBERSHIP");
  check::equal(set(fd, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, theirs), 0, "the last one");
  const ip_mreqn group{kGroup, out.address, 0};
  check::equal(set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, group), 0, "joining for all sources");
  check::equal(set(fd, IPPROTO_IP, IP_BLOCK_SOURCE, ours), 0, "IP_BLOCK_SOURCE");
  check::that(!comes_back(fd, kGroup), "a blocked source is not heard");
  check::equal(set(fd, IPPROTO_IP, IP_UNBLOCK_SOURCE, ours), 0, "IP_UNBLOCK_SOURCE");
  check::that(comes_back(fd, kGroup), "until it no longer is");
  close(fd);
}

void whole_filters(const Interface& out) {
  const int fd = bound_socket();
  const ip_mreqn group{kGroup, out.address, 0};
  set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, group);
  std::vector<uint8_t> bytes(IP_MSFILTER_SIZE(2));
  ip_msfilter head{kGroup, out.address, MCAST_EXCLUDE, 2, {}};
  const in_addr listed[] = {{inet_addr("10.10.10.98")}, {inet_addr("10.10.10.99")}};
  std::memcpy(bytes.data(), &head, IP_MSFILTER_SIZE(0));
  std::memcpy(bytes.data() + IP_MSFILTER_SIZE(0), listed, sizeof listed);
  const auto length = static_cast<socklen_t>(bytes.size());
  check::equal(setsockopt(fd, IPPROTO_IP, IP_MSFILTER, bytes.data(), length), 0, "IP_MSFILTER");
  check::fails([&] { return setsockopt(fd, IPPROTO_IP, IP_MSFILTER, bytes.data(), length - 4); },
               EINVAL, "with less than it says");
  socklen_t got = length;
  head.imsf_fmode = 77;
  std::memcpy(bytes.data(), &head, IP_MSFILTER_SIZE(0));
  check::equal(getsockopt(fd, IPPROTO_IP, IP_MSFILTER, bytes.data(), &got), 0, "is told again");
  std::memcpy(&head, bytes.data(), IP_MSFILTER_SIZE(0));
  check::equal(head.imsf_fmode, MCAST_EXCLUDE, "its mode");
  check::equal(head.imsf_numsrc, 2, "its number of sources");
  check::equal(got, length, "its length");
  close(fd);
}

int bound_socket6(const Interface& out) {
  const int fd = bound_socket();
  check::equal(set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(out.index)), 0,
               "IPV6_MULTICAST_IF");
  check::equal(set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0), 0, "IPV6_MULTICAST_ALL off");
  return fd;
}

void memberships6(const Interface& out) {
  const int fd = bound_socket6(out);
  check::that(!comes_back6(fd, kGroup6), "who did not join hears nothing");
  const ipv6_mreq group{address6(kGroup6), out.index};
  check::equal(set(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, group), 0, "IPV6_JOIN_GROUP");
  check::that(comes_back6(fd, kGroup6), "who joined hears the group");
  check::that(!comes_back6(fd, kOther6), "and no other");
  check::fails([&] { return set(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, group); }, EADDRINUSE,
               "joining again");
  check::equal(set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0), 0, "IPV6_MULTICAST_LOOP off");
  check::that(!comes_back6(fd, kGroup6), "nothing of its own comes back then");
  check::equal(set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1), 0, "IPV6_MULTICAST_LOOP on");
  check::equal(set(fd, IPPROTO_IPV6, IPV6_LEAVE_GROUP, group), 0, "IPV6_LEAVE_GROUP");
  check::that(!comes_back6(fd, kGroup6), "who left hears nothing");
  check::fails([&] { return set(fd, IPPROTO_IPV6, IPV6_LEAVE_GROUP, group); }, EADDRNOTAVAIL,
               "leaving again");
  const ipv6_mreq unicast{address6("fd00::1"), out.index};
  check::fails([&] { return set(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, unicast); }, EINVAL, "no group");
  close(fd);
}

// The address from which the group is sent to.
in6_addr source_towards(const Interface& out, const char* group) {
  const int fd = bound_socket6(out);
  check::equal(check::connect_to(fd, check::address(9, group)), 0, "connect to a group");
  check::Address own;
  socklen_t length = sizeof own;
  getsockname(fd, check::any(own), &length);
  close(fd);
  return own.ip6.sin6_addr;
}

void sources6(const Interface& out) {
  const int fd = bound_socket6(out);
  const sockaddr_storage group = storage_of(address6(kGroup6));
  const group_source_req theirs{out.index, group, storage_of(address6("fd10:10:10::99"))};
  const group_source_req ours{out.index, group, storage_of(source_towards(out, kGroup6))};
  check::equal(set(fd, IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, theirs), 0,
               "MCAST_JOIN_SOURCE_GROUP");
  check::that(!comes_back6(fd, kGroup6), "what others send is not heard");
  check::equal(set(fd, IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, ours), 0, "a second source");
  check::that(comes_back6(fd, kGroup6), "what it sends is heard");
  check::fails([&] { return set(fd, IPPROTO_IPV6, MCAST_BLOCK_SOURCE, ours); }, EINVAL,
               "blocking where sources are listed");
  check::equal(set(fd, IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP, ours), 0,
               "MCAST_LEAVE_SOURCE_GROUP");
  check::equal(set(fd, IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP, theirs), 0, "the last one");
  const group_req any{out.index, group};
  check::equal(set(fd, IPPROTO_IPV6, MCAST_JOIN_GROUP, any), 0, "joining for all sources");
  check::equal(set(fd, IPPROTO_IPV6, MCAST_BLOCK_SOURCE, ours), 0, "MCAST_BLOCK_SOURCE");
  check::that(!comes_back6(fd, kGroup6), "a blocked source is not heard");
  check::equal(set(fd, IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE, ours), 0, "MCAST_UNBLOCK_SOURCE");
  check::that(comes_back6(fd, kGroup6), "until it no longer is");
  check::equal(set(fd, IPPROTO_IPV6, MCAST_LEAVE_GROUP, any), 0, "MCAST_LEAVE_GROUP");
  close(fd);
}

void whole_filters6(const Interface& out) {
  const int fd = bound_socket6(out);
  const sockaddr_storage group = storage_of(address6(kGroup6));
  set(fd, IPPROTO_IPV6, MCAST_JOIN_GROUP, group_req{out.index, group});
  std::vector<uint8_t> bytes(GROUP_FILTER_SIZE(2));
  group_filter head{};
  head.gf_interface = out.index;
  head.gf_group = group;
  head.gf_fmode = MCAST_EXCLUDE;
  head.gf_numsrc = 2;
  const sockaddr_storage listed[] = {storage_of(address6("fd10:10:10::98")),
                                     storage_of(address6("fd10:10:10::99"))};
  std::memcpy(bytes.data(), &head, GROUP_FILTER_SIZE(0));
  std::memcpy(bytes.data() + GROUP_FILTER_SIZE(0), listed, sizeof listed);
  const auto length = static_cast<socklen_t>(bytes.size());
  check::equal(setsockopt(fd, IPPROTO_IPV6, MCAST_MSFILTER, bytes.data(), length), 0,
               "MCAST_MSFILTER");
  check::fails(
      [&] { return setsockopt(fd, IPPROTO_IPV6, MCAST_MSFILTER, bytes.data(), length - 128); },
      EINVAL, "with less than it says");
  socklen_t got = length;
  head.gf_fmode = 77;
  std::memcpy(bytes.data(), &head, GROUP_FILTER_SIZE(0));
  check::equal(getsockopt(fd, IPPROTO_IPV6, MCAST_MSFILTER, bytes.data(), &got), 0,
               "is told again");
  std::memcpy(&head, bytes.data(), GROUP_FILTER_SIZE(0));
  check::equal(head.gf_fmode, MCAST_EXCLUDE, "its mode");
  check::equal(head.gf_numsrc, 2, "its number of sources");
  check::equal(got, length, "its length");
  close(fd);
}

void by_index(const Interface& out) {
  const int fd4 = bound_socket();
  set(fd4, IPPROTO_IP, IP_MULTICAST_IF, ip_mreqn{{}, {}, static_cast<int>(out.index)});
  group_req any4{out.index, storage_of(kGroup)};
  check::equal(set(fd4, IPPROTO_IP, MCAST_JOIN_GROUP, any4), 0, "MCAST_JOIN_GROUP of IPv4");
  check::that(comes_back(fd4, kGroup), "is heard");
  group_source_req one{out.index, storage_of(kGroup), storage_of(out.address)};
  check::equal(set(fd4, IPPROTO_IP, MCAST_BLOCK_SOURCE, one), 0, "MCAST_BLOCK_SOURCE");
  check::that(!comes_back(fd4, kGroup), "is not heard");
  close(fd4);
}

void not_for_streams(const Interface& out) {
  const int fd = socket(check::family, SOCK_STREAM, 0);
  const ip_mreqn group{kGroup, out.address, 0};
  const ipv6_mreq group6{address6(kGroup6), out.index};
  check::fails(
      [&] {
        return check::is_ip6 ? set(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, group6)
                             : set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, group);
      },
      EPROTO, "a stream joins no group");
  close(fd);
}

}  // namespace

int main() {
  const Interface out = outside();
  if (!check::that(out.index != 0, "there is an interface")) return check::finish();
  if (check::is_ip6) {
    memberships6(out);
    sources6(out);
    whole_filters6(out);
  } else {
    memberships(out);
    sources(out);
    whole_filters(out);
    by_index(out);
  }
  not_for_streams(out);
  return check::finish();
}
