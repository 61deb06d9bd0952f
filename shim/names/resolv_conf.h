// /etc/resolv.conf, resolv.conf(5), with what LOCALDOMAIN and RES_OPTIONS of the environment add.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/app/dns_exchange.h"
#include "shim/names/numeric.h"

namespace tapstack::shim::names {

struct ResolverSettings {
  std::vector<Endpoint> servers;    // at port 53
  std::vector<std::string> search;  // domains that short names are tried in
  unsigned ndots = 1;               // names with as many dots are tried as they stand first
  unsigned timeout_s = 5;           // [1, 30]
  unsigned attempts = 2;            // [1, 5]
  bool rotates = false;             // "rotate": lookups begin at one server after the other
  bool uses_stream = false;         // "use-vc"
  bool has_edns = false;            // "edns0"
  bool trusts_ad = false;           // "trust-ad"
  bool asks_no_aaaa = false;        // "no-aaaa"
};

// Applies a file's text: nameserver (three of them; `number_of` makes sense of fe80::1%ts0), domain
// and search (the last of either), options. What it does not know is skipped, as glibc does.
void apply_resolv_conf(std::string_view text, InterfaceNumber number_of,
                       ResolverSettings& settings);
// Applies words such as "ndots:2 rotate", as in the file and in RES_OPTIONS.
void apply_resolver_options(std::string_view words, ResolverSettings& settings);

// Those of this machine. Read every time: it is small, and a change shows at once.
ResolverSettings read_resolver_settings(InterfaceNumber number_of);

// The names to ask for, in order, when a program looks for `name`: with a final dot as it stands
// only; else in the domains of the search list too, after or before (ndots).
std::vector<std::string> names_to_try(const std::string& name, const ResolverSettings& settings);

}  // namespace tapstack::shim::names
