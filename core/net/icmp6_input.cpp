#include "net/icmp6_input.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "net/icmp_counters.h"
#include "net/icmp_echo.h"
#include "net/ip6_header_walk.h"
#include "net/mld_input.h"
#include "net/nd_input.h"
#include "wire/icmp6.h"
#include "wire/ip6.h"
#include "wire/pseudo_header.h"

namespace tapstack::net {
namespace {

using wire::Icmp6Type;
using wire::Icmp6View;
using wire::Ip6View;

// The quoted transport header must show the ports.
constexpr uint32_t kQuotedTransportMin = 8;
constexpr uint32_t kMtuMin = 1280;  // RFC 8200 5

bool drop_bad(Context& ctx, DropReason reason) {
  ctx.drop(reason);
  ctx.counters.count(Mib::kIcmp6InErrors);
  return false;
}

// RFC 4443 2.3.
bool is_checksum_good(Context& ctx, const mem::Packet& message) {
  const mem::PacketInfo& info = message.info;
  if (info.offload.checksum == mem::ChecksumState::kVerified) return true;
  const uint32_t bytes = message.size() - info.ip_header_bytes;
  ChecksumSum sum =
      wire::pseudo_header_sum(info.source, info.destination, wire::ip_protocol::kIcmp6, bytes);
  sum.add_word(ctx.memory.sum(message, info.ip_header_bytes, bytes));
  return sum.checksum() == 0;
}

bool is_discovery(Icmp6Type type) {
  return type >= Icmp6Type::kRouterSolicitation && type <= Icmp6Type::kRedirect;
}

// Neighbour discovery has to hear of another host that uses our address (RFC 4862 5.4.4). For
// everything else, as with the other protocols, nobody else speaks for us.
bool is_spoofed(const Parts& parts, const mem::PacketInfo& info, Icmp6Type type) {
  return info.interface != link::kLoopback && !is_discovery(type) &&
         parts.interfaces.owner(info.source) != nullptr;
}

// The packet that an error quotes, as far as IP goes.
struct Quote {
  IpAddress source;
  IpAddress destination;
  uint32_t packet_bytes = 0;  // of the whole packet
  uint8_t protocol = 0;
  uint32_t transport_begin = 0;  // in the message
};

// Nothing when its transport header does not show (RFC 4443 2.4 (d)). Addresses that need a zone
// get that of the link; what we said to ourselves is about a packet to the same zone.
std::optional<Quote> read_quote(Context& ctx, const mem::Packet& message) {
  const mem::PacketInfo& info = message.info;
  const uint32_t begin = info.ip_header_bytes + uint32_t{Icmp6View::kHeaderBytes};
  std::array<uint8_t, Ip6View::kHeaderBytes> bytes;
  if (message.size() < begin + bytes.size()) return std::nullopt;
  ctx.memory.copy_out(message, begin, bytes);
  const auto view = Ip6View::parse_quoted(bytes);
  Ip6HeaderWalk walk(ctx, message, begin);
  if (!view || !walk.to_upper_layer()) return std::nullopt;
  const bool is_own = info.interface == link::kLoopback;
  const InterfaceId zone = is_own ? info.destination.zone() : info.interface;
  Quote quote;
  quote.source = IpAddress(view->source(), zone);
  quote.destination = IpAddress(view->destination(), zone);
  quote.packet_bytes = Ip6View::kHeaderBytes + uint32_t{view->payload_bytes()};
  quote.protocol = walk.next_header();
  quote.transport_begin = begin + walk.offset();
  if (message.size() < quote.transport_begin + kQuotedTransportMin) return std::nullopt;
  return quote;
}

// Path MTU discovery (RFC 8201 4). Returns what is believed afterwards; 0: not a sound report. What
// is said about a segment of TCP is believed when TCP has verified its sequence number (RFC
// 5927 7.2), and only reported until then.
uint32_t learn_path_mtu(Context& ctx, Parts& parts, const Icmp6View& icmp, const Quote& quoted) {
  const uint32_t mtu = icmp.mtu();
  // RFC 8201 4: "must discard" what is below the minimum MTU; one that the packet would have passed
  // did not refuse it.
  if (mtu < kMtuMin || mtu >= quoted.packet_bytes) {
    ctx.drop(DropReason::kIcmpBadMtu);
    return 0;
  }
  if (quoted.protocol == wire::ip_protocol::kTcp) return mtu;
  return parts.path_mtus.lower(quoted.destination, mtu, ctx.now);
}

// RFC 4443 2.4 (d): an error is for the transport that the quoted headers lead to.
void report_error(Context& ctx, Parts& parts, const mem::Packet& message, const Icmp6View& icmp) {
  const mem::PacketInfo& info = message.info;
  const std::optional<Quote> quoted = read_quote(ctx, message);
  if (!quoted) {
    drop_bad(ctx, DropReason::kIcmpQuoteTooShort);
    return;
  }
  if (parts.interfaces.owner(quoted->source) == nullptr) {
    ctx.drop(DropReason::kIcmpQuoteNotOurs);
    return;
  }
  IcmpError& error = parts.error;
  error = IcmpError{};
  error.type = static_cast<uint8_t>(icmp.type());
  error.code = icmp.code();
  const ErrorMeaning meaning = meaning_of_icmp6(error.type, error.code);
  if (meaning.error == Error::kMessageTooLong) {
    error.mtu_bytes = learn_path_mtu(ctx, parts, icmp, *quoted);
    if (error.mtu_bytes == 0) return;
  }
  error.reporter = info.source;
  error.source = quoted->source;
  error.destination = quoted->destination;
  error.interface = info.interface;
  error.protocol = quoted->protocol;
  error.hop_limit = info.ttl;
  error.is_local = parts.interfaces.owner(info.source) != nullptr;
  error.is_hard = meaning.is_hard;
  error.error = meaning.error;
  error.quoted_bytes = static_cast<uint8_t>(
      std::min<size_t>(message.size() - quoted->transport_begin, sizeof error.quoted));
  ctx.memory.copy_out(message, quoted->transport_begin, {error.quoted, error.quoted_bytes});
  parts.has_error = meaning.error != Error::kNone;
}

}  // namespace

ErrorMeaning meaning_of_icmp6(uint8_t type, uint8_t code) {
  // By code of Destination Unreachable.
  static constexpr ErrorMeaning kUnreachable[] = {
      {Error::kNetworkUnreachable, false},  // 0 no route
      {Error::kAccess, true},               // 1 communication prohibited
      {Error::kHostUnreachable, false},     // 2 beyond scope of source address
      {Error::kHostUnreachable, false},     // 3 address
      {Error::kConnectionRefused, true},    // 4 port
      {Error::kAccess, true},               // 5 source address failed a policy
      {Error::kAccess, true},               // 6 reject route
  };
  switch (static_cast<Icmp6Type>(type)) {
    case Icmp6Type::kDestinationUnreachable:
      if (code < std::size(kUnreachable)) return kUnreachable[code];
      return {Error::kProtocol, true};
    case Icmp6Type::kPacketTooBig:  // RFC 4443 3.2: the code is ignored
      return {Error::kMessageTooLong, false};
    case Icmp6Type::kTimeExceeded:
      return {Error::kHostUnreachable, false};
    case Icmp6Type::kParameterProblem:
      return {Error::kProtocol, true};
    default:
      return {};
  }
}

bool icmp6_input(Context& ctx, Parts& parts, mem::Packet& message) {
  ctx.counters.count(Mib::kIcmp6InMsgs);
  const uint32_t begin = message.info.ip_header_bytes;
  if (message.size() < begin + Icmp6View::kHeaderBytes) {
    return drop_bad(ctx, DropReason::kIcmpTooShort);
  }
  if (!is_checksum_good(ctx, message)) {
    ctx.counters.count(Mib::kIcmp6InCsumErrors);
    return drop_bad(ctx, DropReason::kIcmpBadChecksum);
  }
  std::array<uint8_t, Icmp6View::kHeaderBytes> bytes;
  ctx.memory.copy_out(message, begin, bytes);
  const Icmp6View icmp = *Icmp6View::parse(bytes);
  if (is_spoofed(parts, message.info, icmp.type())) return drop_bad(ctx, DropReason::kIpOwnSource);
  if (!count_icmp6_in(ctx, static_cast<uint8_t>(icmp.type()))) {
    ctx.drop(DropReason::kIcmpUnknownType);
  }
  switch (icmp.type()) {
    case Icmp6Type::kEcho:
      answer_echo(ctx, parts, message);
      break;
    case Icmp6Type::kDestinationUnreachable:
    case Icmp6Type::kPacketTooBig:
    case Icmp6Type::kTimeExceeded:
    case Icmp6Type::kParameterProblem:
      report_error(ctx, parts, message, icmp);
      break;
    case Icmp6Type::kRouterSolicitation:
    case Icmp6Type::kRouterAdvertisement:
    case Icmp6Type::kNeighbourSolicitation:
    case Icmp6Type::kNeighbourAdvertisement:
    case Icmp6Type::kRedirect:
      nd_input(ctx, parts, message);
      break;
    case Icmp6Type::kMulticastListenerQuery:
    case Icmp6Type::kMulticastListenerReport:
    case Icmp6Type::kMulticastListenerDone:
    case Icmp6Type::kMulticastListenerReport2:
      mld_input(ctx, parts, message);
      break;
    default:  // RFC 4443 2.4 (b): unknown ones are silently discarded; they concern sockets alone
      break;
  }
  return true;
}

}  // namespace tapstack::net
