#include "socket/program_address.h"

#include "socket/datagram_options.h"

namespace tapstack::socket {
namespace {

// RFC 4007 11.
Result<IpAddress> with_zone(const Socket& socket, const IpAddress& given, InterfaceId interface) {
  if (!given.ip6().needs_zone()) return given;
  const InterfaceId bound = socket.interface.value != 0 ? socket.interface : interface;
  const InterfaceId zone = given.zone().value != 0 ? given.zone() : bound;
  if (bound.value != 0 && zone != bound) return Error::kInvalid;
  if (zone.value == 0 && given.is_link_local()) return Error::kInvalid;
  return IpAddress(given.ip6(), zone);
}

}  // namespace

Result<IpAddress> address_from_program(const Socket& socket, const IpAddress& given,
                                       InterfaceId interface, Error refusal) {
  if (given.family() == Family::kNone) return given;
  if (socket.family == Family::kIp4) {
    return given.is_ip4() ? Result<IpAddress>(given) : Error::kAddressFamilyNotSupported;
  }
  if (given.is_ip6() && !given.ip6().is_mapped()) return with_zone(socket, given, interface);
  if (socket.ip6_only) return refusal;
  return given.is_ip4() ? given : IpAddress(given.ip6().ip4());
}

void adopt_zone(Environment env, Socket& socket, const IpAddress& address) {
  if (address.zone().value == 0) return;
  socket.interface = address.zone();
  if (!socket.is_tcp()) apply_datagram_settings(env, socket).ignore();
}

}  // namespace tapstack::socket
