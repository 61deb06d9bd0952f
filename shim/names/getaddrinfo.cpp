// getaddrinfo and freeaddrinfo, RFC 3493 6.1, without glibc's resolver: its sockets cannot be
// interposed. Results are laid out as glibc's, so that either freeaddrinfo fits.
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "shim/hooks/ask.h"
#include "shim/hooks/hook.h"
#include "shim/names/destination_order.h"
#include "shim/names/lookup.h"
#include "shim/names/numeric.h"
#include "shim/names/service_kinds.h"
#include "shim/trace/arguments.h"
#include "shim/trace/lookups.h"

namespace tapstack::shim::names {
namespace {

constexpr int kKnownFlags = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL |
                            AI_ADDRCONFIG | AI_IDN | AI_CANONIDN | AI_NUMERICSERV;

struct Found {
  std::vector<NumericAddress> addresses;
  std::string canonical;
};

// AI_ADDRCONFIG as glibc has it: families of which no interface has an address but loopback are not
// asked for. 0, or EAI_NONAME when none is left. Without an engine to tell both count as there.
int narrow_to_configured(int& family) {
  bool has_ip4 = false, has_ip6 = false;
  InterfaceRecord record;
  int error = 0;
  for (int n = 0; (error = ask::interface(n, record)) == 0; ++n) {
    for (size_t i = 0; i < record.address_count; ++i) {
      const IpAddress& own = record.addresses[i].address;
      if (own.is_loopback()) continue;
      (own.is_ip4() ? has_ip4 : has_ip6) = true;
    }
  }
  if (error != ENOENT) return 0;
  if (family == AF_UNSPEC && has_ip4 != has_ip6) family = has_ip4 ? AF_INET : AF_INET6;
  const bool is_missing = (family == AF_INET && !has_ip4) || (family == AF_INET6 && !has_ip6);
  return is_missing ? EAI_NONAME : 0;
}

// Leaves the addresses that `hints` want. An IPv4-mapped address is an IPv4 one to who wants those.
int choose(const addrinfo& hints, Found& found) {
  std::vector<NumericAddress> ip4, ip6;
  for (const NumericAddress& a : found.addresses) {
    const bool is_mapped = a.address.is_ip6() && a.address.ip6().is_mapped();
    if (a.address.is_ip4()) {
      ip4.push_back(a);
    } else if (is_mapped && hints.ai_family == AF_INET) {
      ip4.push_back({a.address.ip6().ip4(), 0});
    } else {
      ip6.push_back(a);
    }
  }
  const bool may_map = hints.ai_family == AF_INET6 && (hints.ai_flags & AI_V4MAPPED) != 0;
  found.addresses.clear();
  if (hints.ai_family != AF_INET) found.addresses = ip6;
  if (may_map && (ip6.empty() || (hints.ai_flags & AI_ALL) != 0)) {
    for (const NumericAddress& a : ip4) {
      found.addresses.push_back({Ip6Address::mapped(a.address.ip4()), 0});
    }
  }
  if (hints.ai_family != AF_INET6) {
    found.addresses.insert(found.addresses.end(), ip4.begin(), ip4.end());
  }
  return found.addresses.empty() ? EAI_ADDRFAMILY : 0;
}

// Without a name: the wildcards for servers, loopback for others.
int find_own(const addrinfo& hints, Found& found) {
  const bool passive = (hints.ai_flags & AI_PASSIVE) != 0;
  found.addresses.push_back({passive ? Ip6Address::any() : Ip6Address::loopback(), 0});
  found.addresses.push_back({passive ? Ip4Address::any() : Ip4Address::loopback(), 0});
  return choose(hints, found);
}

Families wanted_families(const addrinfo& hints) {
  if (hints.ai_family == AF_INET) return Families::kIp4;
  const bool may_map = (hints.ai_flags & AI_V4MAPPED) != 0;
  return hints.ai_family == AF_INET6 && !may_map ? Families::kIp6 : Families::kBoth;
}

int error_of(LookupStatus status) {
  switch (status) {
    case LookupStatus::kNoData:
      return EAI_NODATA;
    case LookupStatus::kTryAgain:
      return EAI_AGAIN;
    case LookupStatus::kNoRecovery:
      return EAI_FAIL;
    default:
      return EAI_NONAME;
  }
}

int find(const char* name, const addrinfo& hints, Found& found) {
  if (name == nullptr) return find_own(hints, found);
  if (const auto numeric = parse_numeric(name, if_nametoindex)) {
    found.addresses.push_back(*numeric);
    found.canonical = name;
    return choose(hints, found);
  }
  if ((hints.ai_flags & AI_NUMERICHOST) != 0) return EAI_NONAME;
  HostAnswer answer = find_host(name, wanted_families(hints));
  if (answer.host.addresses.empty()) return error_of(answer.status);
  for (const IpAddress& address : answer.host.addresses) found.addresses.push_back({address, 0});
  found.canonical = std::move(answer.host.canonical);
  return choose(hints, found);
}

// A mapped address is reached as the IPv4 address in it.
IpAddress as_destination(const NumericAddress& address) {
  if (address.address.is_ip4()) return address.address;
  const Ip6Address octets = address.address.ip6();
  if (octets.is_mapped()) return octets.ip4();
  return IpAddress(octets, InterfaceId{static_cast<uint8_t>(address.scope)});
}

void sort(std::vector<NumericAddress>& addresses) {
  if (addresses.size() < 2) return;
  constexpr Port kAny{9};  // connecting a datagram socket sends nothing, so any port does
  std::vector<Destination> destinations;
  for (const NumericAddress& address : addresses) {
    Destination destination{address, {}, 0};
    Prefix source;
    if (ask::source_of({as_destination(address), kAny}, source) == 0) {
      destination.source = source.address;
      destination.source_prefix_length = source.length;
    }
    destinations.push_back(destination);
  }
  order_destinations(destinations);
  std::ranges::transform(destinations, addresses.begin(), &Destination::to);
}

socklen_t fill(sockaddr* to, const NumericAddress& address, Port port) {
  if (address.address.is_ip4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port.value);
    in.sin_addr.s_addr = htonl(address.address.ip4().value);
    std::memcpy(to, &in, sizeof in);
    return sizeof in;
  }
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(port.value);
  in.sin6_scope_id = address.scope;
  std::memcpy(&in.sin6_addr, address.address.octets().data(), sizeof in.sin6_addr);
  std::memcpy(to, &in, sizeof in);
  return sizeof in;
}

// One node with its address behind it, as glibc allocates them; null without memory.
addrinfo* make_node(const NumericAddress& address, const ServiceKind& kind, int flags) {
  auto* node = static_cast<addrinfo*>(std::calloc(1, sizeof(addrinfo) + sizeof(sockaddr_in6)));
  if (node == nullptr) return nullptr;
  node->ai_flags = flags;
  node->ai_family = address.address.is_ip4() ? AF_INET : AF_INET6;
  node->ai_socktype = kind.socket_type;
  node->ai_protocol = kind.protocol;
  node->ai_addr = reinterpret_cast<sockaddr*>(node + 1);
  node->ai_addrlen = fill(node->ai_addr, address, kind.port);
  return node;
}

void free_list(addrinfo* list) {
  while (list != nullptr) {
    addrinfo* next = list->ai_next;
    std::free(list->ai_canonname);
    std::free(list);
    list = next;
  }
}

int make_list(const Found& found, const std::vector<ServiceKind>& kinds, int flags,
              addrinfo** list) {
  addrinfo** end = list;
  for (const NumericAddress& address : found.addresses) {
    for (const ServiceKind& kind : kinds) {
      *end = make_node(address, kind, flags);
      if (*end == nullptr) return EAI_MEMORY;
      end = &(*end)->ai_next;
    }
  }
  if ((flags & AI_CANONNAME) != 0 && *list != nullptr) {
    (*list)->ai_canonname = strdup(found.canonical.c_str());
    if ((*list)->ai_canonname == nullptr) return EAI_MEMORY;
  }
  return 0;
}

int check(const char* name, const char* service, const addrinfo& hints) {
  if (name == nullptr && service == nullptr) return EAI_NONAME;
  if ((hints.ai_flags & ~kKnownFlags) != 0) return EAI_BADFLAGS;
  if ((hints.ai_flags & AI_CANONNAME) != 0 && name == nullptr) return EAI_BADFLAGS;
  const bool known =
      hints.ai_family == AF_UNSPEC || hints.ai_family == AF_INET || hints.ai_family == AF_INET6;
  return known ? 0 : EAI_FAMILY;
}

// A lone "*" stands for nothing, as glibc has it.
const char* given(const char* text) {
  return text != nullptr && std::strcmp(text, "*") == 0 ? nullptr : text;
}

int look_up(const char* name, const char* service, const addrinfo* wanted, addrinfo** list) {
  addrinfo hints{};
  hints.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG;  // what no hints mean to glibc
  if (wanted != nullptr) hints = *wanted;
  name = given(name);
  service = given(service);
  if (const int error = check(name, service, hints); error != 0) return error;
  std::vector<ServiceKind> kinds;
  if (const int error = find_kinds(service, hints, kinds); error != 0) return error;
  if ((hints.ai_flags & AI_ADDRCONFIG) != 0) {
    if (const int error = narrow_to_configured(hints.ai_family); error != 0) return error;
  }
  Found found;
  if (const int error = find(name, hints, found); error != 0) return error;
  sort(found.addresses);
  addrinfo* made = nullptr;
  if (const int error = make_list(found, kinds, hints.ai_flags, &made); error != 0) {
    free_list(made);
    return error;
  }
  *list = made;
  return 0;
}

}  // namespace
}  // namespace tapstack::shim::names

using namespace tapstack::shim;
using namespace tapstack::shim::names;

TAPSTACK_HOOK int getaddrinfo(const char* name, const char* service, const addrinfo* wanted,
                              addrinfo** list) {
  const auto call = [=] {
    const trace::Silent silent;
    return trace::LookupResult{look_up(name, service, wanted, list)};
  };
  return trace::traced("getaddrinfo", trace::Always{}, call, trace::Text{name},
                       trace::Text{service}, trace::LookupHints{wanted},
                       trace::FoundAddresses{list})
      .value;
}

TAPSTACK_HOOK void freeaddrinfo(addrinfo* list) noexcept { free_list(list); }
