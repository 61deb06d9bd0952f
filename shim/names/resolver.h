// The resolver: questions to name servers with the settings of this machine and the answers kept
// for as long as they hold; and hosts looked for in the domains of the search list.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/app/dns_exchange.h"
#include "shim/names/lookup.h"

namespace tapstack::shim::names {

// The answer of a name server, or why there is none.
struct DnsReply {
  LookupStatus status = LookupStatus::kTryAgain;
  app::DnsFound found;           // with a message
  std::vector<uint8_t> message;  // as it came; empty: no server had one of use
  bool is_silence = false;       // no server answered at all
};

// How a program wants a question asked that it wrote itself (res_send).
struct QueryFlags {
  bool wants_recursion = true;
  bool asks_authentic = false;
  bool disables_checking = false;
  bool asks_dnssec = false;
};

// Whether there is anybody to ask: TAPSTACK_DNS=none, or =learnt before anything was, says no.
bool has_name_servers();

// Asks servers, whatever is known already.
DnsReply ask_servers(const wire::DnsQuestion& question, const QueryFlags& flags);

// The addresses of a name, of the families wanted, A and AAAA at the same time; the search list is
// applied.
HostAnswer resolve_host(const std::string& name, Families wanted);
// The name of an address (PTR).
HostAnswer resolve_address(const IpAddress& address);

// The names that res_search() tries for `name`.
std::vector<std::string> search_list_for(const std::string& name);

}  // namespace tapstack::shim::names
