#include "shim/names/lookup.h"

#include <algorithm>
#include <string_view>

#include "shim/names/hosts.h"
#include "shim/names/nsswitch.h"
#include "shim/names/resolver.h"

namespace tapstack::shim::names {
namespace {

bool is_within(std::string_view domain, std::string_view name) {
  if (name.size() > 1 && name.back() == '.') name.remove_suffix(1);
  if (!name.ends_with(domain)) return false;
  return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

bool is_localhost(std::string_view name) { return is_within("localhost", name); }

void merge(FoundHost& host, HostEntry entry) {
  if (host.canonical.empty()) {
    host.canonical = std::move(entry.canonical);
    host.aliases = std::move(entry.aliases);
  }
  const bool known = std::find(host.addresses.begin(), host.addresses.end(), entry.address) !=
                     host.addresses.end();
  if (!known) host.addresses.push_back(entry.address);
}

bool is_of_use(const FoundHost& host, Families wanted) {
  return std::ranges::any_of(host.addresses,
                             [&](const IpAddress& a) { return has_family(wanted, a.family()); });
}

HostAnswer rated(FoundHost host, Families wanted) {
  const LookupStatus status = is_of_use(host, wanted)  ? LookupStatus::kFound
                              : host.addresses.empty() ? LookupStatus::kNotFound
                                                       : LookupStatus::kNoData;
  return {status, std::move(host)};
}

HostAnswer find_in_files(const std::string& name, Families wanted) {
  FoundHost host;
  for (HostEntry& entry : read_hosts()) {
    if (has_name(entry, name)) merge(host, std::move(entry));
  }
  // RFC 6761 6.3 (3): always a loopback address, also of a family that the file leaves out.
  if (is_localhost(name) && !is_of_use(host, wanted)) {
    return {LookupStatus::kFound, {name, {}, {Ip6Address::loopback(), Ip4Address::loopback()}}};
  }
  return rated(std::move(host), wanted);
}

HostAnswer find_address_in_files(const IpAddress& address) {
  for (HostEntry& entry : read_hosts()) {
    if (entry.address != address) continue;
    return {LookupStatus::kFound,
            {std::move(entry.canonical), std::move(entry.aliases), {address}}};
  }
  return {};
}

bool is_end(const HostStep& step, LookupStatus status) {
  if (status == LookupStatus::kFound) return true;
  const bool is_answer = status == LookupStatus::kNoData || status == LookupStatus::kNotFound;
  return is_answer ? step.ends_if_not_found : step.ends_if_no_answer;
}

// Asks one source after the other. What the last of them said counts, but for an address of another
// family, which is worth more than nothing.
template <class Ask>
HostAnswer ask_in_order(const Ask& ask) {
  HostAnswer best;
  for (const HostStep& step : read_nsswitch()) {
    if (step.source == HostSource::kDns && !has_name_servers()) continue;
    HostAnswer answer = ask(step.source);
    const bool is_over = is_end(step, answer.status);
    const bool is_known = !best.host.addresses.empty();
    if (answer.status == LookupStatus::kFound || !is_known) best = std::move(answer);
    if (is_over) break;
  }
  return best;
}

}  // namespace

HostAnswer find_host(const std::string& name, Families wanted) {
  return ask_in_order([&](HostSource source) {
    if (source == HostSource::kFiles || is_localhost(name)) return find_in_files(name, wanted);
    if (is_within("invalid", name)) return HostAnswer{};  // RFC 6761 6.4 (3): nobody is asked
    return resolve_host(name, wanted);
  });
}

HostAnswer find_address(const IpAddress& address) {
  return ask_in_order([&](HostSource source) {
    return source == HostSource::kFiles ? find_address_in_files(address) : resolve_address(address);
  });
}

}  // namespace tapstack::shim::names
