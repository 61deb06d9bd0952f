// Which kinds of socket getaddrinfo offers, and the port that a service has on each.
#pragma once

#include <netdb.h>

#include <vector>

#include "core/api/types.h"

namespace tapstack::shim::names {

struct ServiceKind {
  int socket_type = 0;
  int protocol = 0;
  Port port;
};

// The kinds that `hints` allow for `service` (null: port 0), in getaddrinfo's order. Answers 0,
// EAI_SOCKTYPE, EAI_SERVICE or EAI_NONAME. /etc/services is asked for names.
int find_kinds(const char* service, const addrinfo& hints, std::vector<ServiceKind>& kinds);

}  // namespace tapstack::shim::names
