// gethostbyname, gethostbyaddr and their variants, gethostbyname(3).
#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/hooks/hook.h"
#include "shim/hooks/result.h"
#include "shim/names/hostent.h"
#include "shim/names/lookup.h"
#include "shim/names/numeric.h"

namespace tapstack::shim::names {
namespace {

constexpr size_t kStaticBytes = 8192;

// Where the functions without _r keep their answer.
struct Static {
  hostent entry;
  char buffer[kStaticBytes];
};
constinit Static by_name{}, by_address{};

bool has_family(const FoundHost& host, int family) {
  return std::any_of(host.addresses.begin(), host.addresses.end(), [&](const IpAddress& a) {
    return family == AF_INET ? a.is_ip4() : a.is_ip6();
  });
}

HostAnswer find(const char* name, int family) {
  if (const auto numeric = parse_numeric(name, if_nametoindex)) {
    return {LookupStatus::kFound, {name, {}, {numeric->address}}};
  }
  return find_host(name, family == AF_INET ? Families::kIp4 : Families::kIp6);
}

int reason_of(const HostAnswer& answer) {
  switch (answer.status) {
    case LookupStatus::kTryAgain:
      return TRY_AGAIN;
    case LookupStatus::kNoRecovery:
      return NO_RECOVERY;
    case LookupStatus::kNotFound:
      return HOST_NOT_FOUND;
    default:
      return NO_DATA;
  }
}

// What the _r functions return: 0 with *result null for "not found", ERANGE for a small buffer,
// EAGAIN when no name server answered.
int answer(const HostAnswer& found, int family, hostent* entry, char* buffer, size_t bytes,
           hostent** result, int* reason) {
  *result = nullptr;
  if (!has_family(found.host, family)) {
    *reason = reason_of(found);
    return *reason == TRY_AGAIN ? EAGAIN : 0;
  }
  if (!fill_hostent(found.host, family, *entry, buffer, bytes)) {
    *reason = NETDB_INTERNAL;
    return ERANGE;
  }
  *reason = NETDB_SUCCESS;
  *result = entry;
  return 0;
}

bool address_from(const void* bytes, socklen_t length, int family, IpAddress& address) {
  if (family == AF_INET && length == 4) {
    uint8_t octets[4];
    std::memcpy(octets, bytes, sizeof octets);
    address = Ip4Address::from(octets[0], octets[1], octets[2], octets[3]);
    return true;
  }
  if (family != AF_INET6 || length != 16) return false;
  Ip6Address octets;
  std::memcpy(octets.octets.data(), bytes, octets.octets.size());
  address = octets;
  return true;
}

}  // namespace
}  // namespace tapstack::shim::names

using namespace tapstack::shim;

TAPSTACK_HOOK int gethostbyname2_r(const char* name, int family, hostent* entry, char* buffer,
                                   size_t bytes, hostent** result, int* reason) {
  if (family != AF_INET && family != AF_INET6) {
    *result = nullptr;
    *reason = NETDB_INTERNAL;
    return EAFNOSUPPORT;
  }
  return names::answer(names::find(name, family), family, entry, buffer, bytes, result, reason);
}

TAPSTACK_HOOK int gethostbyname_r(const char* name, hostent* entry, char* buffer, size_t bytes,
                                  hostent** result, int* reason) {
  return gethostbyname2_r(name, AF_INET, entry, buffer, bytes, result, reason);
}

TAPSTACK_HOOK hostent* gethostbyname2(const char* name, int family) {
  hostent* result = nullptr;
  int reason = 0;
  const int error = gethostbyname2_r(name, family, &names::by_name.entry, names::by_name.buffer,
                                     sizeof names::by_name.buffer, &result, &reason);
  if (error != 0) set_last_error(error);
  if (result == nullptr) h_errno = reason;
  return result;
}

TAPSTACK_HOOK hostent* gethostbyname(const char* name) { return gethostbyname2(name, AF_INET); }

TAPSTACK_HOOK int gethostbyaddr_r(const void* bytes, socklen_t length, int family, hostent* entry,
                                  char* buffer, size_t buffer_bytes, hostent** result,
                                  int* reason) {
  tapstack::IpAddress address;
  if (!names::address_from(bytes, length, family, address)) {
    *result = nullptr;
    *reason = NETDB_INTERNAL;
    return family != AF_INET && family != AF_INET6 ? EAFNOSUPPORT : EINVAL;
  }
  return names::answer(names::find_address(address), family, entry, buffer, buffer_bytes, result,
                       reason);
}

TAPSTACK_HOOK hostent* gethostbyaddr(const void* bytes, socklen_t length, int family) {
  hostent* result = nullptr;
  int reason = 0;
  const int error =
      gethostbyaddr_r(bytes, length, family, &names::by_address.entry, names::by_address.buffer,
                      sizeof names::by_address.buffer, &result, &reason);
  if (error != 0) set_last_error(error);
  if (result == nullptr) h_errno = reason;
  return result;
}
