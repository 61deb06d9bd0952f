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
#include "shim/trace/arguments.h"
#include "shim/trace/lookups.h"

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

// Where the _r functions put their answer.
struct EntryRoom {
  hostent* entry;
  char* buffer;
  size_t bytes;
  hostent** result;
  int* reason;
};

int refuse(const EntryRoom& room, int error) {
  *room.result = nullptr;
  *room.reason = NETDB_INTERNAL;
  return error;
}

bool is_known(int family) { return family == AF_INET || family == AF_INET6; }

int look_up_name(const char* name, int family, const EntryRoom& room) {
  const trace::Silent silent;
  if (!is_known(family)) return refuse(room, EAFNOSUPPORT);
  return answer(find(name, family), family, room.entry, room.buffer, room.bytes, room.result,
                room.reason);
}

int look_up_address(const void* bytes, socklen_t length, int family, const EntryRoom& room) {
  const trace::Silent silent;
  IpAddress address;
  if (!address_from(bytes, length, family, address)) {
    return refuse(room, is_known(family) ? EINVAL : EAFNOSUPPORT);
  }
  return answer(find_address(address), family, room.entry, room.buffer, room.bytes, room.result,
                room.reason);
}

// A function without _r: `look_up` with the room that is `kept`.
template <class LookUp>
trace::HostResult kept_in(Static& kept, LookUp look_up) {
  hostent* result = nullptr;
  int reason = 0;
  const int error =
      look_up(EntryRoom{&kept.entry, kept.buffer, sizeof kept.buffer, &result, &reason});
  if (error != 0) set_last_error(error);
  if (result == nullptr) h_errno = reason;
  return {result, reason};
}

}  // namespace
}  // namespace tapstack::shim::names

using namespace tapstack::shim;
using trace::Always;

TAPSTACK_HOOK int gethostbyname2_r(const char* name, int family, hostent* entry, char* buffer,
                                   size_t bytes, hostent** result, int* reason) {
  const names::EntryRoom room{entry, buffer, bytes, result, reason};
  return trace::traced(
      "gethostbyname2_r", Always{}, [&] { return names::look_up_name(name, family, room); },
      trace::Text{name}, trace::Named{trace::kFamilies, family}, trace::HostRoom{result, reason});
}

TAPSTACK_HOOK int gethostbyname_r(const char* name, hostent* entry, char* buffer, size_t bytes,
                                  hostent** result, int* reason) {
  const names::EntryRoom room{entry, buffer, bytes, result, reason};
  return trace::traced(
      "gethostbyname_r", Always{}, [&] { return names::look_up_name(name, AF_INET, room); },
      trace::Text{name}, trace::HostRoom{result, reason});
}

TAPSTACK_HOOK hostent* gethostbyname2(const char* name, int family) {
  const auto look_up = [=](const names::EntryRoom& room) {
    return names::look_up_name(name, family, room);
  };
  return trace::traced(
             "gethostbyname2", Always{}, [=] { return names::kept_in(names::by_name, look_up); },
             trace::Text{name}, trace::Named{trace::kFamilies, family})
      .value;
}

TAPSTACK_HOOK hostent* gethostbyname(const char* name) {
  const auto look_up = [=](const names::EntryRoom& room) {
    return names::look_up_name(name, AF_INET, room);
  };
  return trace::traced(
             "gethostbyname", Always{}, [=] { return names::kept_in(names::by_name, look_up); },
             trace::Text{name})
      .value;
}

TAPSTACK_HOOK int gethostbyaddr_r(const void* bytes, socklen_t length, int family, hostent* entry,
                                  char* buffer, size_t buffer_bytes, hostent** result,
                                  int* reason) {
  const names::EntryRoom room{entry, buffer, buffer_bytes, result, reason};
  return trace::traced(
      "gethostbyaddr_r", Always{},
      [&] { return names::look_up_address(bytes, length, family, room); },
      trace::BareAddress{bytes, length, family}, trace::HostRoom{result, reason});
}

TAPSTACK_HOOK hostent* gethostbyaddr(const void* bytes, socklen_t length, int family) {
  const auto look_up = [=](const names::EntryRoom& room) {
    return names::look_up_address(bytes, length, family, room);
  };
  return trace::traced(
             "gethostbyaddr", Always{}, [=] { return names::kept_in(names::by_address, look_up); },
             trace::BareAddress{bytes, length, family})
      .value;
}
