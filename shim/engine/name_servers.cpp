#include "shim/engine/name_servers.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string_view>

#include "core/app/dns_exchange.h"

namespace tapstack::shim {
namespace {

void add_server(NameServersRecord& record, const IpAddress& server) {
  const auto end = std::begin(record.servers) + record.count;
  if (record.count == std::size(record.servers) || std::find(record.servers, end, server) != end) {
    return;
  }
  record.servers[record.count++] = server;
}

// Words with spaces between; those that do not fit as a whole are left out.
void add_domains(NameServersRecord& record, std::string_view domains) {
  const size_t used = std::strlen(record.search);
  const size_t gap = used == 0 ? 0 : 1;
  if (domains.empty() || used + gap + domains.size() >= sizeof record.search) return;
  if (gap != 0) record.search[used] = ' ';
  std::ranges::copy(domains, record.search + used + gap);
}

void add_of_routers(NameServersRecord& record, const Stack& stack, Instant now) {
  for (size_t n = 0;; ++n) {
    const auto server = api::dns_server_at(stack, now, n);
    if (!server.ok()) break;
    add_server(record, *server);
  }
  for (size_t n = 0;; ++n) {
    const auto domain = api::dns_domain_at(stack, now, n);
    if (!domain.ok()) break;
    size_t at = 0;
    const auto name = wire::DnsName::read(std::span(domain->bytes).first(domain->size), at);
    if (!name || !name->is_host_name()) continue;
    char text[wire::kDnsNameTextBytesMax];
    add_domains(record, {text, name->text(text)});
  }
}

void add_of_dhcp(NameServersRecord& record, const AddressClients& clients) {
  const app::Dhcp6Information& told = clients.information6();
  for (const Ip6Address& server : told.dns.span()) {
    add_server(record, IpAddress(server, clients.interface()));
  }
  add_domains(record, told.search.view());
  const app::Dhcp4Lease* lease = clients.lease4();
  if (lease == nullptr) return;
  for (const Ip4Address server : lease->dns.span()) add_server(record, server);
  // RFC 3397 2: the search list is worth more than the domain.
  add_domains(record, lease->search.length != 0 ? lease->search.view() : lease->domain.view());
}

}  // namespace

void NameServers::configure(const Settings& settings, InterfaceId interface) {
  choice_ = settings.name_server_choice;
  for (const IpAddress& server : settings.name_servers) {
    given_.push_back(server.is_ip6() ? IpAddress(server.ip6(), interface) : server);
  }
}

NameServersRecord NameServers::record(const Stack& stack, Instant now,
                                      const AddressClients& clients) const {
  NameServersRecord record;
  record.is_all = choice_ != NameServerChoice::kAnybody;
  for (const IpAddress& server : given_) add_server(record, server);
  NameServersRecord told;
  add_of_routers(told, stack, now);
  add_of_dhcp(told, clients);
  std::ranges::copy(told.search, record.search);
  if (choice_ != NameServerChoice::kGiven) {
    for (size_t i = 0; i < told.count; ++i) add_server(record, told.servers[i]);
  }
  return record;
}

}  // namespace tapstack::shim
