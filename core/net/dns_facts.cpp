#include "net/dns_facts.h"

namespace tapstack::net {

void DnsFacts::on_server(InterfaceId interface, const IpAddress& server, Instant valid_until,
                         Instant now) {
  note(servers_, {server, interface, valid_until}, now);
}

void DnsFacts::on_domain(InterfaceId interface, const DnsDomain& domain, Instant valid_until,
                         Instant now) {
  note(domains_, {domain, interface, valid_until}, now);
}

void DnsFacts::flush(InterfaceId interface) {
  forget(servers_, interface);
  forget(domains_, interface);
}

}  // namespace tapstack::net
