#include "net/icmp4_input.h"

#include <algorithm>
#include <array>
#include <utility>

#include "net/icmp_counters.h"
#include "net/icmp_echo.h"
#include "net/route_lookup.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"

namespace tapstack::net {
namespace {

using wire::Icmp4Type;
using wire::Icmp4View;
using wire::Ip4View;

// The quoted transport header must show the ports (RFC 792: 64 bits of the datagram's data).
constexpr uint32_t kQuotedTransportMin = 8;

bool drop_bad(Context& ctx, DropReason reason) {
  ctx.drop(reason);
  ctx.counters.count(Mib::kIcmpInErrors);
  return false;
}

// The first bytes of the message behind its IP header, as far as they are needed: the ICMP header
// and a quoted header of any size with the start of what it carries.
struct Front {
  static constexpr uint32_t kBytesMax =
      Icmp4View::kHeaderBytes + Ip4View::kHeaderBytesMax + sizeof(IcmpError::quoted);
  std::array<uint8_t, kBytesMax> bytes;
  uint32_t size = 0;
  std::span<const uint8_t> span() const { return {bytes.data(), size}; }
};

Front front_of(Context& ctx, const mem::Packet& message) {
  Front front;
  front.size = std::min(message.size() - message.info.ip_header_bytes, Front::kBytesMax);
  ctx.memory.copy_out(message, message.info.ip_header_bytes, {front.bytes.data(), front.size});
  return front;
}

// RFC 1122 3.2.2.2: only from the first hop that is used, only to a gateway on the same link.
void follow_redirect(Context& ctx, Parts& parts, const mem::PacketInfo& info, const Icmp4View& icmp,
                     const Ip4View& quoted) {
  const IpAddress destination = quoted.destination();
  const IpAddress gateway = icmp.gateway();
  const link::Interface* interface = parts.interfaces.find(info.interface);
  const auto route = find_route(parts, {destination, quoted.source(), InterfaceId{}}, ctx.now);
  const bool is_from_first_hop = route.ok() && route->next_hop == info.source &&
                                 route->interface == info.interface && destination != info.source;
  const bool is_gateway_on_link =
      interface != nullptr && !interface->is_loopback && interface->prefix_of(gateway) != nullptr &&
      !interface->is_broadcast(gateway) && parts.interfaces.owner(gateway) == nullptr;
  const bool is_followed = is_from_first_hop && is_gateway_on_link &&
                           icmp.code() <= wire::icmp4_redirect::kHostForTypeOfService &&
                           parts.routes.redirect(destination, gateway, info.interface).ok();
  if (!is_followed) ctx.drop(DropReason::kIcmpRedirectIgnored);
}

// Path MTU discovery (RFC 1191 5). Returns what is believed afterwards; 0: not a sound report. What
// is said about a segment of TCP is believed when TCP has verified its sequence number (RFC
// 5927 7.2), and only reported until then.
uint32_t learn_path_mtu(Context& ctx, Parts& parts, const Icmp4View& icmp, const Ip4View& quoted) {
  const uint32_t mtu = reported_path_mtu(icmp.next_hop_mtu(), quoted.total_length());
  if (mtu == 0) ctx.drop(DropReason::kIcmpBadMtu);
  if (mtu == 0 || quoted.protocol() == wire::ip_protocol::kTcp) return mtu;
  return parts.path_mtus.lower(quoted.destination(), mtu, ctx.now);
}

// RFC 1122 3.2.2: an error is for the transport that the quoted header names.
void report_error(Context& ctx, Parts& parts, const mem::PacketInfo& info,
                  std::span<const uint8_t> bytes) {
  const Icmp4View icmp = *Icmp4View::parse(bytes);
  const auto quoted = Ip4View::parse_quoted(icmp.data());
  const uint32_t quoted_bytes =
      quoted ? static_cast<uint32_t>(icmp.data().size()) - quoted->header_bytes() : 0;
  if (!quoted || quoted_bytes < kQuotedTransportMin) {
    drop_bad(ctx, DropReason::kIcmpQuoteTooShort);
    return;
  }
  if (parts.interfaces.owner(quoted->source()) == nullptr || quoted->fragment_offset_bytes() != 0) {
    ctx.drop(DropReason::kIcmpQuoteNotOurs);
    return;
  }
  if (icmp.type() == Icmp4Type::kRedirect) {
    follow_redirect(ctx, parts, info, icmp, *quoted);
    return;
  }
  IcmpError& error = parts.error;
  error = IcmpError{};
  const ErrorMeaning meaning = meaning_of_icmp4(static_cast<uint8_t>(icmp.type()), icmp.code());
  if (meaning.error == Error::kMessageTooLong) {
    error.mtu_bytes = learn_path_mtu(ctx, parts, icmp, *quoted);
    if (error.mtu_bytes == 0) return;
  }
  error.reporter = info.source;
  error.source = quoted->source();
  error.destination = quoted->destination();
  error.interface = info.interface;
  error.protocol = quoted->protocol();
  error.type = static_cast<uint8_t>(icmp.type());
  error.code = icmp.code();
  error.hop_limit = info.ttl;
  error.is_local = parts.interfaces.owner(info.source) != nullptr;
  error.is_hard = meaning.is_hard;
  error.error = meaning.error;
  error.quoted_bytes = static_cast<uint8_t>(std::min<size_t>(quoted_bytes, sizeof error.quoted));
  std::copy_n(icmp.data().data() + quoted->header_bytes(), error.quoted_bytes, error.quoted);
  parts.has_error = meaning.error != Error::kNone;
}

}  // namespace

ErrorMeaning meaning_of_icmp4(uint8_t type, uint8_t code) {
  // By code of Destination Unreachable. RFC 1122 4.2.3.9 makes 2 to 4 hard; codes 6 and up are
  // Linux's (RFC 1122 3.2.2.1 and RFC 1812 5.2.7.1 define them without saying).
  static constexpr ErrorMeaning kUnreachable[] = {
      {Error::kNetworkUnreachable, false},  // 0 network
      {Error::kHostUnreachable, false},     // 1 host
      {Error::kNoProtocolOption, true},     // 2 protocol
      {Error::kConnectionRefused, true},    // 3 port
      {Error::kMessageTooLong, false},      // 4 fragmentation needed: path MTU discovery
      {Error::kNotSupported, false},        // 5 source route failed
      {Error::kNetworkUnreachable, true},   // 6 network unknown
      {Error::kHostDown, true},             // 7 host unknown
      {Error::kHostUnreachable, true},      // 8 source host isolated
      {Error::kNetworkUnreachable, true},   // 9 network prohibited
      {Error::kHostUnreachable, true},      // 10 host prohibited
      {Error::kNetworkUnreachable, false},  // 11 network for type of service
      {Error::kHostUnreachable, false},     // 12 host for type of service
      {Error::kHostUnreachable, true},      // 13 communication prohibited
      {Error::kHostUnreachable, true},      // 14 host precedence violation
      {Error::kHostUnreachable, true},      // 15 precedence cutoff
  };
  switch (static_cast<Icmp4Type>(type)) {
    case Icmp4Type::kDestinationUnreachable:
      if (code < std::size(kUnreachable)) return kUnreachable[code];
      return {Error::kHostUnreachable, false};
    case Icmp4Type::kTimeExceeded:  // RFC 1122 3.2.2.4
      return {Error::kHostUnreachable, false};
    case Icmp4Type::kParameterProblem:
      return {Error::kProtocol, true};
    default:
      return {};
  }
}

bool icmp4_input(Context& ctx, Parts& parts, mem::Packet& message) {
  ctx.counters.count(Mib::kIcmpInMsgs);
  const mem::PacketInfo& info = message.info;
  const uint32_t begin = info.ip_header_bytes;
  if (message.size() < begin + Icmp4View::kHeaderBytes) {
    return drop_bad(ctx, DropReason::kIcmpTooShort);
  }
  const bool is_verified = info.offload.checksum == mem::ChecksumState::kVerified;
  if (!is_verified && ctx.memory.sum(message, begin, message.size() - begin) != 0xffff) {
    ctx.counters.count(Mib::kIcmpInCsumErrors);
    return drop_bad(ctx, DropReason::kIcmpBadChecksum);
  }
  const Front front = front_of(ctx, message);
  const Icmp4View icmp = *Icmp4View::parse(front.span());
  if (!count_icmp4_in(ctx, static_cast<uint8_t>(icmp.type()))) {
    ctx.drop(DropReason::kIcmpUnknownType);
  }
  switch (icmp.type()) {
    case Icmp4Type::kEcho:
      answer_echo(ctx, parts, message);
      break;
    case Icmp4Type::kDestinationUnreachable:
    case Icmp4Type::kRedirect:
    case Icmp4Type::kTimeExceeded:
    case Icmp4Type::kParameterProblem:
      report_error(ctx, parts, info, front.span());
      break;
    default:  // Source Quench is ignored (RFC 6633 3, RFC 9293 MUST-55); the rest concerns sockets
              // alone
      break;
  }
  return true;
}

}  // namespace tapstack::net
