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

}  // namespace
}  // namespace names
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int getnameinfo(const sockaddr* address, socklen_t length, char* host,
                              socklen_t host_bytes, char* service, socklen_t service_bytes,
                              int flags) {
  constexpr int kKnownFlags =
      NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD | NI_DGRAM | NI_IDN;
  if (address == nullptr || length < sizeof(sa_family_t)) return EAI_FAMILY;
  if (address->sa_family != AF_INET && address->sa_family != AF_INET6) {
    return real::getnameinfo(address, length, host, host_bytes, service, service_bytes, flags);
  }
  if ((flags & ~kKnownFlags) != 0) return EAI_BADFLAGS;
  const bool wants_host = host != nullptr && host_bytes > 0;
  const bool wants_service = service != nullptr && service_bytes > 0;
  if (!wants_host && !wants_service) return EAI_NONAME;
  names::Parsed parsed;
  if (const int error = names::parse(address, length, parsed); error != 0) return error;
  if (wants_host) {
    const int error = names::put_host(parsed.address, host, host_bytes, flags);
    if (error != 0) return error;
  }
  return wants_service ? names::put_service(parsed.port, service, service_bytes, flags) : 0;
}
