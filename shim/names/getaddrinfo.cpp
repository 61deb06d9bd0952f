// getaddrinfo and freeaddrinfo, RFC 3493 6.1, without glibc's resolver: its sockets cannot be
// interposed. Results are laid out as glibc's, so that either freeaddrinfo fits.
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "shim/hooks/hook.h"
#include "shim/hooks/result.h"
#include "shim/names/lookup.h"
#include "shim/names/numeric.h"
#include "shim/names/service_kinds.h"

namespace tapstack::shim::names {
namespace {

constexpr int kKnownFlags = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL |
                            AI_ADDRCONFIG | AI_IDN | AI_CANONIDN | AI_NUMERICSERV;

struct Found {
  std::vector<NumericAddress> addresses;
  std::string canonical;
};

Ip6Address mapped(Ip4Address address) {  // RFC 4291 2.5.5.2
  Ip6Address out;
  out.octets[10] = out.octets[11] = 0xff;
  std::copy_n(IpAddress(address).octets().begin(), 4, out.octets.begin() + 12);
  return out;
}

// Leaves the addresses that `hints` want. Sockets of the stack are IPv4: without a wish for a
// family IPv6 addresses are given only when there is nothing else, and never with AI_ADDRCONFIG.
// Who asks for IPv6 alone is going to open such a socket and gets none but mapped addresses: ncat,
// for one, gives up when that socket fails.
int choose(const addrinfo& hints, Found& found) {
  const auto is_ip4 = [](const NumericAddress& a) { return a.address.is_ip4(); };
  std::vector<NumericAddress> ip4, ip6;
  std::partition_copy(found.addresses.begin(), found.addresses.end(), std::back_inserter(ip4),
                      std::back_inserter(ip6), is_ip4);
  found.addresses.clear();
  if (hints.ai_family == AF_INET || (hints.ai_family == AF_UNSPEC && !ip4.empty())) {
    found.addresses = ip4;
  } else if (hints.ai_family == AF_INET6 && (hints.ai_flags & AI_V4MAPPED) != 0) {
    for (const NumericAddress& a : ip4) found.addresses.push_back({mapped(a.address.ip4()), 0});
  } else if (hints.ai_family == AF_UNSPEC && (hints.ai_flags & AI_ADDRCONFIG) == 0) {
    found.addresses = ip6;
  }
  return found.addresses.empty() ? EAI_ADDRFAMILY : 0;
}

// Without a name: the wildcard for servers, loopback for others.
int find_own(const addrinfo& hints, Found& found) {
  const bool passive = (hints.ai_flags & AI_PASSIVE) != 0;
  if (hints.ai_family == AF_INET6) {
    set_last_error(EAFNOSUPPORT);  // what socket() would have said: iperf3 goes over to IPv4 by it
    return EAI_ADDRFAMILY;
  }
  found.addresses.push_back({passive ? Ip4Address::any() : Ip4Address::loopback(), 0});
  return 0;
}

int find(const char* name, const addrinfo& hints, Found& found) {
  if (name == nullptr) return find_own(hints, found);
  if (const auto numeric = parse_numeric(name)) {
    found.addresses.push_back(*numeric);
    found.canonical = name;
    return choose(hints, found);
  }
  if ((hints.ai_flags & AI_NUMERICHOST) != 0) return EAI_NONAME;
  FoundHost host = find_host(name);
  if (host.addresses.empty()) return EAI_NONAME;
  for (const IpAddress& address : host.addresses) found.addresses.push_back({address, 0});
  found.canonical = std::move(host.canonical);
  return choose(hints, found);
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

}  // namespace
}  // namespace tapstack::shim::names

using namespace tapstack::shim::names;

TAPSTACK_HOOK int getaddrinfo(const char* name, const char* service, const addrinfo* wanted,
                              addrinfo** list) {
  addrinfo hints{};
  hints.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG;  // what no hints mean to glibc
  if (wanted != nullptr) hints = *wanted;
  name = given(name);
  service = given(service);
  if (const int error = check(name, service, hints); error != 0) return error;
  std::vector<ServiceKind> kinds;
  if (const int error = find_kinds(service, hints, kinds); error != 0) return error;
  Found found;
  if (const int error = find(name, hints, found); error != 0) return error;
  addrinfo* made = nullptr;
  if (const int error = make_list(found, kinds, hints.ai_flags, &made); error != 0) {
    free_list(made);
    return error;
  }
  *list = made;
  return 0;
}

TAPSTACK_HOOK void freeaddrinfo(addrinfo* list) noexcept { free_list(list); }
