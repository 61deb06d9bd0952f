// /etc/hosts, hosts(5): addresses and their names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/api/types.h"

namespace tapstack::shim::names {

struct HostEntry {
  IpAddress address;
  std::string canonical;             // the first name of the line
  std::vector<std::string> aliases;  // the others
};

// The entries of a file's text, in order; lines that make no sense are skipped, as glibc does.
std::vector<HostEntry> parse_hosts(std::string_view text);

// The entries of /etc/hosts; empty if it cannot be read. Reads it every time: it is small, and a
// change shows at once.
std::vector<HostEntry> read_hosts();

// True if `entry` has the name, in any case of letters; a final dot of `name` is ignored.
bool has_name(const HostEntry& entry, std::string_view name);

}  // namespace tapstack::shim::names
