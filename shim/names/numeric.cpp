#include "shim/names/numeric.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cctype>
#include <cstdlib>
#include <cstring>

namespace tapstack::shim::names {
namespace {

std::optional<uint32_t> parse_number(const char* text) {
  if (std::isdigit(static_cast<unsigned char>(*text)) == 0) return std::nullopt;
  char* end = nullptr;
  const unsigned long number = std::strtoul(text, &end, 10);
  if (*end != '\0') return std::nullopt;
  return static_cast<uint32_t>(number);
}

// What stands behind '%'; empty when it is no scope for `address`.
std::optional<uint32_t> parse_scope(const Ip6Address& address, const char* text,
                                    InterfaceNumber number_of) {
  if (number_of != nullptr && address.needs_zone()) {
    if (const unsigned number = number_of(text); number != 0) return number;
  }
  return parse_number(text);
}

std::optional<NumericAddress> parse_ip6(const std::string& text, InterfaceNumber number_of) {
  const size_t percent = text.find('%');
  Ip6Address address;
  if (inet_pton(AF_INET6, text.substr(0, percent).c_str(), address.octets.data()) != 1) {
    return std::nullopt;
  }
  NumericAddress out{address, 0};
  if (percent != std::string::npos) {
    const auto scope = parse_scope(address, text.c_str() + percent + 1, number_of);
    if (!scope) return std::nullopt;
    out.scope = *scope;
  }
  return out;
}

}  // namespace

std::optional<NumericAddress> parse_numeric(const std::string& text, InterfaceNumber number_of) {
  in_addr address{};
  // inet_aton lets anything follow a blank; a name has none.
  if (text.find_first_of(" \t\n") == std::string::npos && inet_aton(text.c_str(), &address) != 0) {
    return NumericAddress{Ip4Address{ntohl(address.s_addr)}, 0};
  }
  return parse_ip6(text, number_of);
}

std::optional<Port> parse_port(const char* text) {
  const auto number = parse_number(text);
  if (!number) return std::nullopt;
  return Port{static_cast<uint16_t>(*number)};
}

std::string to_text(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(address.is_ip4() ? AF_INET : AF_INET6, address.octets().data(), text, sizeof text);
  return text;
}

}  // namespace tapstack::shim::names
