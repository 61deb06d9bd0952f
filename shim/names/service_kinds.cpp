#include "shim/names/service_kinds.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>

#include "shim/names/numeric.h"

namespace tapstack::shim::names {
namespace {

struct Known {
  int socket_type;
  int protocol;
  const char* name;   // in /etc/services; null: services mean nothing to it
  bool by_default;    // offered when neither type nor protocol is asked for
  bool any_protocol;  // SOCK_RAW takes what the caller says
};

// RFC 3493 6.1 leaves the order open; this is glibc's.
constexpr Known kKnown[] = {
    {SOCK_STREAM, IPPROTO_TCP, "tcp", true, false},
    {SOCK_DGRAM, IPPROTO_UDP, "udp", true, false},
    {SOCK_STREAM, IPPROTO_SCTP, "sctp", false, false},
    {SOCK_DGRAM, IPPROTO_UDPLITE, "udplite", false, false},
    {SOCK_RAW, 0, nullptr, true, true},
};

bool is_allowed(const Known& known, const addrinfo& hints) {
  if (hints.ai_socktype == 0 && hints.ai_protocol == 0) return known.by_default;
  const bool type_fits = hints.ai_socktype == 0 || hints.ai_socktype == known.socket_type;
  const bool protocol_fits = hints.ai_protocol == 0 ? known.by_default
                             : known.any_protocol   ? hints.ai_socktype == known.socket_type
                                                    : hints.ai_protocol == known.protocol;
  return type_fits && protocol_fits;
}

std::optional<Port> port_of(const char* service, const char* protocol) {
  servent entry;
  servent* found = nullptr;
  char text[1024];
  if (getservbyname_r(service, protocol, &entry, text, sizeof text, &found) != 0)
    return std::nullopt;
  if (found == nullptr) return std::nullopt;
  return Port{ntohs(static_cast<uint16_t>(found->s_port))};
}

}  // namespace

int find_kinds(const char* service, const addrinfo& hints, std::vector<ServiceKind>& kinds) {
  const auto numeric = service != nullptr ? parse_port(service) : std::optional<Port>(Port{});
  if (!numeric && (hints.ai_flags & AI_NUMERICSERV) != 0) return EAI_NONAME;
  bool any = false;
  for (const Known& known : kKnown) {
    if (!is_allowed(known, hints)) continue;
    any = true;
    std::optional<Port> port = numeric;
    if (!port && known.name != nullptr) port = port_of(service, known.name);
    if (!port) continue;
    const int protocol = known.any_protocol ? hints.ai_protocol : known.protocol;
    kinds.push_back({known.socket_type, protocol, *port});
  }
  if (!any) return hints.ai_socktype != 0 ? EAI_SOCKTYPE : EAI_SERVICE;
  return kinds.empty() ? EAI_SERVICE : 0;
}

}  // namespace tapstack::shim::names
