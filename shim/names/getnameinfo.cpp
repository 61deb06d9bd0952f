// getnameinfo, RFC 3493 6.2: addresses to names, and ports to services.
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/names/lookup.h"
#include "shim/names/numeric.h"
#include "shim/trace/address.h"
#include "shim/trace/arguments.h"
#include "shim/trace/lookups.h"

namespace tapstack::shim {

namespace real {
inline constinit Next<int(const sockaddr*, socklen_t, char*, socklen_t, char*, socklen_t, int)>
    getnameinfo("getnameinfo");
}  // namespace real

namespace names {
namespace {

struct Parsed {
  NumericAddress address;
  Port port;
};

int parse(const sockaddr* address, socklen_t length, Parsed& out) {
  if (address->sa_family == AF_INET) {
    if (length < sizeof(sockaddr_in)) return EAI_FAMILY;
    sockaddr_in in;
    std::memcpy(&in, address, sizeof in);
    out = {{Ip4Address{ntohl(in.sin_addr.s_addr)}, 0}, Port{ntohs(in.sin_port)}};
    return 0;
  }
  constexpr socklen_t kShortest = offsetof(sockaddr_in6, sin6_scope_id);  // RFC 2133's
  if (length < kShortest) return EAI_FAMILY;
  sockaddr_in6 in{};
  std::memcpy(&in, address, std::min<size_t>(length, sizeof in));
  Ip6Address octets;
  std::memcpy(octets.octets.data(), &in.sin6_addr, octets.octets.size());
  out = {{octets, in.sin6_scope_id}, Port{ntohs(in.sin6_port)}};
  return 0;
}

int put(const std::string& text, char* to, socklen_t bytes) {
  if (text.size() >= bytes) return EAI_OVERFLOW;
  std::memcpy(to, text.c_str(), text.size() + 1);
  return 0;
}

std::string numeric_host(const NumericAddress& address) {
  std::string text = to_text(address.address);
  if (address.scope == 0) return text;
  char name[IF_NAMESIZE] = {};
  const bool is_named =
      address.address.ip6().needs_zone() && if_indextoname(address.scope, name) != nullptr;
  return text + "%" + (is_named ? name : std::to_string(address.scope));
}

int put_host(const NumericAddress& address, char* to, socklen_t bytes, int flags) {
  if ((flags & NI_NUMERICHOST) != 0) {
    return (flags & NI_NAMEREQD) != 0 ? EAI_NONAME : put(numeric_host(address), to, bytes);
  }
  const IpAddress& asked = address.address;
  const bool is_mapped = asked.is_ip6() && asked.ip6().is_mapped();
  HostAnswer answer = find_address(is_mapped ? IpAddress(asked.ip6().ip4()) : asked);
  std::string& name = answer.host.canonical;
  if (name.empty()) {
    if ((flags & NI_NAMEREQD) == 0) return put(numeric_host(address), to, bytes);
    return answer.status == LookupStatus::kTryAgain ? EAI_AGAIN : EAI_NONAME;
  }
  if ((flags & NI_NOFQDN) != 0) name.resize(std::min(name.find('.'), name.size()));
  return put(name, to, bytes);
}

int put_service(Port port, char* to, socklen_t bytes, int flags) {
  if ((flags & NI_NUMERICSERV) == 0) {
    servent entry;
    servent* found = nullptr;
    char text[1024];
    getservbyport_r(htons(port.value), (flags & NI_DGRAM) != 0 ? "udp" : "tcp", &entry, text,
                    sizeof text, &found);
    if (found != nullptr) return put(found->s_name, to, bytes);
  }
  return put(std::to_string(port.value), to, bytes);
}

// Where the caller wants a text; null when it wants none.
struct TextRoom {
  char* to;
  socklen_t bytes;
  char* usable() const { return bytes > 0 ? to : nullptr; }
};

int look_up(const sockaddr* address, socklen_t length, const TextRoom& host,
            const TextRoom& service, int flags) {
  constexpr int kKnownNameFlags =
      NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD | NI_DGRAM | NI_IDN;
  if (address == nullptr || length < sizeof(sa_family_t)) return EAI_FAMILY;
  if (address->sa_family != AF_INET && address->sa_family != AF_INET6) {
    return real::getnameinfo(address, length, host.to, host.bytes, service.to, service.bytes,
                             flags);
  }
  if ((flags & ~kKnownNameFlags) != 0) return EAI_BADFLAGS;
  if (host.usable() == nullptr && service.usable() == nullptr) return EAI_NONAME;
  Parsed parsed;
  if (const int error = parse(address, length, parsed); error != 0) return error;
  if (host.usable() != nullptr) {
    const int error = put_host(parsed.address, host.to, host.bytes, flags);
    if (error != 0) return error;
  }
  if (service.usable() == nullptr) return 0;
  return put_service(parsed.port, service.to, service.bytes, flags);
}

}  // namespace
}  // namespace names
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int getnameinfo(const sockaddr* address, socklen_t length, char* host,
                              socklen_t host_bytes, char* service, socklen_t service_bytes,
                              int flags) {
  const names::TextRoom host_room{host, host_bytes}, service_room{service, service_bytes};
  const auto call = [&] {
    const trace::Silent silent;
    return trace::LookupResult{names::look_up(address, length, host_room, service_room, flags)};
  };
  return trace::traced("getnameinfo", trace::Always{}, call, trace::Address{address, length},
                       trace::TextRoom{host_room.usable()}, trace::TextRoom{service_room.usable()},
                       trace::Flags{trace::kNameInfoFlags, flags})
      .value;
}
