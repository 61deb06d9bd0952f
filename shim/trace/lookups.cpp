#include "shim/trace/lookups.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>
#include <optional>

#include "shim/trace/address.h"
#include "shim/trace/arguments.h"
#include "shim/trace/memory.h"

namespace tapstack::shim::trace {

void LookupResult::append(Line& line) const {
  line.number(value);
  if (value == 0) return;
  line.text(" ");
  append_name(line, kAddressInfoErrors, value);
}

void QueryResult::append(Line& line) const {
  line.number(value);
  if (value >= 0) return;
  line.text(" ");
  append_name(line, kHostErrors, reason);
}

void LookupHints::append(Line& line, const Outcome& outcome) const {
  const std::optional<addrinfo> copy = value_at(hints);
  if (!copy) return line.pointer(hints);
  line.text("{");
  append_flags(line, kAddressInfoFlags, static_cast<uint32_t>(copy->ai_flags));
  line.text(", ");
  append_name(line, kFamilies, copy->ai_family);
  line.text(", ");
  SocketType{copy->ai_socktype}.append(line, outcome);
  line.text(", ");
  append_name(line, kIpProtocols, copy->ai_protocol);
  line.text("}");
}

void FoundAddresses::append(Line& line, const Outcome& outcome) const {
  if (outcome.has_failed()) return line.pointer(list);
  size_t count = 0;
  for (const addrinfo* node = *list; node != nullptr; node = node->ai_next) ++count;
  const addrinfo* node = *list;
  append_list(line, count, [&](size_t) {
    Address{node->ai_addr, node->ai_addrlen}.append(line, outcome);
    node = node->ai_next;
    return true;
  });
}

void TextRoom::append(Line& line, const Outcome& outcome) const {
  if (outcome.has_failed()) return line.pointer(text);
  Text{text}.append(line, outcome);
}

void BareAddress::append(Line& line, const Outcome&) const {
  const bool is_ip4 = family == AF_INET && length == sizeof(in_addr);
  const bool is_ip6 = family == AF_INET6 && length == sizeof(in6_addr);
  uint8_t copy[sizeof(in6_addr)];
  if ((!is_ip4 && !is_ip6) || copy_from(octets, copy, length) != length) {
    return line.pointer(octets);
  }
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(family, copy, text, sizeof text);
  line.text(text);
}

void HostResult::append(Line& line) const {
  if (value == nullptr) {
    line.text("NULL");
    if (reason == NETDB_SUCCESS) return;
    line.text(" ");
    return append_name(line, kHostErrors, reason);
  }
  line.text("{");
  Text{value->h_name}.append(line, {});
  line.text(", ");
  size_t count = 0;
  while (value->h_addr_list[count] != nullptr) ++count;
  append_list(line, count, [&](size_t i) {
    const auto length = static_cast<socklen_t>(value->h_length);
    BareAddress{value->h_addr_list[i], length, value->h_addrtype}.append(line, {});
    return true;
  });
  line.text("}");
}

void HostRoom::append(Line& line, const Outcome&) const {
  HostResult{*result, *reason}.append(line);
}

}  // namespace tapstack::shim::trace
