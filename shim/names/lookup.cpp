#include "shim/names/lookup.h"

#include <algorithm>
#include <string_view>

#include "shim/names/hosts.h"

namespace tapstack::shim::names {
namespace {

bool is_localhost(std::string_view name) {
  constexpr std::string_view kName = "localhost";
  if (name.size() > 1 && name.back() == '.') name.remove_suffix(1);
  if (name.size() < kName.size() || name.substr(name.size() - kName.size()) != kName) return false;
  return name.size() == kName.size() || name[name.size() - kName.size() - 1] == '.';
}

void merge(FoundHost& host, HostEntry entry) {
  if (host.canonical.empty()) {
    host.canonical = std::move(entry.canonical);
    host.aliases = std::move(entry.aliases);
  }
  const bool known = std::find(host.addresses.begin(), host.addresses.end(), entry.address) !=
                     host.addresses.end();
  if (!known) host.addresses.push_back(entry.address);
}

}  // namespace

FoundHost find_host(const std::string& name) {
  FoundHost host;
  for (HostEntry& entry : read_hosts()) {
    if (has_name(entry, name)) merge(host, std::move(entry));
  }
  if (host.addresses.empty() && is_localhost(name)) {
    host.canonical = name;
    host.addresses.emplace_back(Ip6Address::loopback());
    host.addresses.emplace_back(Ip4Address::loopback());
  }
  return host;
}

FoundHost find_address(const IpAddress& address) {
  for (HostEntry& entry : read_hosts()) {
    if (entry.address != address) continue;
    return {std::move(entry.canonical), std::move(entry.aliases), {address}};
  }
  return {};
}

}  // namespace tapstack::shim::names
