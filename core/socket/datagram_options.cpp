#include "socket/datagram_options.h"

#include <algorithm>
#include <cstddef>

#include "socket/address_preferences.h"
#include "socket/buffer_sizes.h"
#include "socket/datagram_socket.h"
#include "wire/ip4.h"
#include "wire/udp_lite.h"

namespace tapstack::socket {
namespace {

using transport::DatagramSettings;
using transport::set_mtu_discover;

struct Flag {
  Option option;
  bool DatagramSettings::*field;
  bool raw_only;
};
constexpr Flag kFlags[] = {
    {Option::kReceiveErrors, &DatagramSettings::receive_errors, false},
    {Option::kMulticastLoop, &DatagramSettings::multicast_loop, false},
    {Option::kMulticastAll, &DatagramSettings::multicast_all, false},
    {Option::kNoChecksum, &DatagramSettings::no_checksum, false},
    {Option::kHeaderIncluded, &DatagramSettings::header_included, true},
};

// nullptr: no flag, or none of this kind of socket.
const Flag* flag_of(const Socket& socket, Option option) {
  for (const Flag& flag : kFlags) {
    if (flag.option == option && (!flag.raw_only || socket.kind == SocketKind::kRaw)) return &flag;
  }
  return nullptr;
}

struct Ip6Flag {
  Option option;
  bool transport::Ip6Settings::*field;
  bool udp_only;
};
constexpr Ip6Flag kIp6Flags[] = {
    {Option::kIp6ReceiveErrors, &transport::Ip6Settings::receive_errors, false},
    {Option::kIp6DontFragment, &transport::Ip6Settings::dont_fragment, false},
    {Option::kIp6NoChecksumSent, &transport::Ip6Settings::no_checksum_sent, true},
    {Option::kIp6NoChecksumTaken, &transport::Ip6Settings::no_checksum_taken, true},
    {Option::kIp6MulticastLoop, &transport::Ip6Settings::multicast_loop, false},
    {Option::kIp6MulticastAll, &transport::Ip6Settings::multicast_all, false},
    {Option::kIp6AutoFlowLabel, &transport::Ip6Settings::auto_flow_label, false},
    {Option::kIp6FlowInfoSend, &transport::Ip6Settings::flow_info_send, false},
};

const Ip6Flag* ip6_flag_of(const Socket& socket, Option option) {
  for (const Ip6Flag& flag : kIp6Flags) {
    if (flag.option == option && (!flag.udp_only || socket.kind == SocketKind::kUdp)) return &flag;
  }
  return nullptr;
}

// UDP_CORK. As on Linux it is no error that what was held back cannot be sent.
Status set_cork(Environment env, const Socket& socket, bool is_on) {
  if (socket.kind != SocketKind::kUdp) return Error::kNoProtocolOption;
  env.layers.udp.find(socket.endpoint)->settings.cork = is_on;
  if (!is_on) env.layers.udp.push(env.ctx, env.layers.network, socket.endpoint).ignore();
  return Status();
}

// UDPLITE_SEND_CSCOV and UDPLITE_RECV_CSCOV, as udp_lib_setsockopt: a header is always covered.
Status set_coverage(const Socket& socket, transport::Coverage& coverage, Option option,
                    int64_t value) {
  if (socket.protocol != wire::ip_protocol::kUdpLite) return Error::kNoProtocolOption;
  const int64_t least = value == 0 ? 0 : int64_t{wire::UdpLiteView::kCoverageBytesMin};
  const auto bytes = static_cast<uint16_t>(std::clamp<int64_t>(value, least, UINT16_MAX));
  if (option == Option::kLiteSendCoverage) {
    coverage.set_sent(bytes);
  } else {
    coverage.set_wanted(bytes);
  }
  return Status();
}

// Of UDP, too, whose checksum covers all.
Result<int64_t> get_coverage(const Socket& socket, const transport::Coverage& coverage,
                             Option option) {
  if (socket.kind != SocketKind::kUdp) return Error::kNoProtocolOption;
  return int64_t{option == Option::kLiteSendCoverage ? coverage.sent() : coverage.wanted()};
}

Error icmp_filter_error(const Socket& socket) {
  if (socket.kind != SocketKind::kRaw) return Error::kNoProtocolOption;
  return socket.protocol == wire::ip_protocol::kIcmp ? Error::kNone : Error::kNotSupported;
}

// RFC 3542 3.1: raw sockets have one.
Error checksum_error(const Socket& socket) {
  return socket.kind == SocketKind::kRaw ? Error::kNone : Error::kNoProtocolOption;
}

Result<int64_t> path_mtu(const Layers& layers, const transport::DatagramEndpoint& endpoint,
                         Instant now) {
  if (!endpoint.is_connected) return Error::kNotConnected;
  const auto route = layers.network.route(endpoint.remote.address, endpoint.local.address,
                                          endpoint.settings.interface, now);
  if (!route.ok()) return Error::kNotConnected;
  return int64_t{route->mtu_bytes};
}

// A TTL option: -1 is `unset`. kInvalid outside [min, 255].
Status set_ttl(uint8_t& ttl, int64_t value, int64_t min, uint8_t unset) {
  if (value != -1 && (value < min || value > 255)) return Error::kInvalid;
  ttl = value == -1 ? unset : static_cast<uint8_t>(value);
  return Status();
}

// As Linux: `missing` for an interface that is not there, kInvalid for another than the socket is
// bound to.
struct AskedInterface {
  int64_t number = 0;
  Error missing = Error::kAddressNotAvailable;
};
Status set_interface(Environment env, const Socket& socket, InterfaceId& kept,
                     const AskedInterface& asked) {
  const auto [value, missing] = asked;
  const InterfaceId interface { static_cast<uint8_t>(value) };
  const bool is_there = value >= 0 && value <= UINT8_MAX &&
                        (value == 0 || env.layers.network.interface(interface) != nullptr);
  if (!is_there) return missing;
  const bool is_bound_elsewhere = socket.interface.value != 0 && socket.interface != interface;
  if (value != 0 && is_bound_elsewhere) return Error::kInvalid;
  kept = interface;
  return Status();
}

// RFC 3542 6.1, as Linux does it: an interface that is not there is no error before something is
// sent by it; what is beyond any number that an interface can have is kept as one such.
Status set_packet_interface(const Socket& socket, InterfaceId& kept, int64_t value) {
  if (socket.kind == SocketKind::kRaw) return Error::kNoProtocolOption;
  if (value < 0) return Error::kInvalid;
  const InterfaceId interface { static_cast<uint8_t>(std::min<int64_t>(value, UINT8_MAX)) };
  if (socket.interface.value != 0 && socket.interface != interface) return Error::kInvalid;
  kept = interface;
  return Status();
}

Status set_octet(uint8_t& kept, int64_t value) {
  if (value < 0 || value > UINT8_MAX) return Error::kInvalid;
  kept = static_cast<uint8_t>(value);
  return Status();
}

constexpr int64_t kIp6MtuMin = 1280;

// IPV6_MTU, RFC 3542 11.1: no smaller than every link's (RFC 8200 5).
Status set_mtu(transport::Ip6Settings& ip6, int64_t value) {
  if (value != 0 && (value < kIp6MtuMin || value > UINT32_MAX)) return Error::kInvalid;
  ip6.mtu_bytes = static_cast<uint32_t>(value);
  return Status();
}

Status set_ip6_option(Environment env, Socket& socket, Option option, int64_t value) {
  transport::Ip6Settings& ip6 = datagram_socket::endpoint_of(env.layers, socket).settings.ip6;
  if (const Ip6Flag* flag = ip6_flag_of(socket, option)) {
    ip6.*flag->field = value != 0;
    return Status();
  }
  switch (option) {
    case Option::kIp6HopLimit:
      return set_ttl(ip6.hop_limit, value, 0, 0);
    case Option::kIp6MulticastHops:
      return set_ttl(ip6.multicast_hops, value, 0, 1);
    case Option::kIp6TrafficClass:
      return set_ttl(ip6.traffic_class, value, 0, 0);
    case Option::kIp6MtuDiscover:
      return set_mtu_discover(ip6.mtu_discover, value);
    case Option::kIp6Mtu:
      return set_mtu(ip6, value);
    case Option::kIp6MinHops:
      return set_octet(ip6.min_hops, value);
    case Option::kIp6AddressPreferences:
      return set_preferences(ip6.preferences, value);
    case Option::kIp6MulticastInterface:
      return set_interface(env, socket, ip6.multicast_interface, {value, Error::kNoDevice});
    case Option::kIp6UnicastInterface:
      return set_interface(env, socket, ip6.unicast_interface, {value});
    case Option::kIp6PacketInterface:
      return set_packet_interface(socket, ip6.packet_interface, value);
    case Option::kIp6Checksum:
      if (const Error error = checksum_error(socket); error != Error::kNone) return error;
      return env.layers.raw.set_checksum_offset(socket.endpoint, value);
    default:
      return Error::kNoProtocolOption;
  }
}

Result<int64_t> get_ip6_option(const Layers& layers, const Socket& socket, Instant now,
                               Option option) {
  const transport::DatagramEndpoint& endpoint = datagram_socket::endpoint_of(layers, socket);
  const transport::Ip6Settings& ip6 = endpoint.settings.ip6;
  if (const Ip6Flag* flag = ip6_flag_of(socket, option)) return int64_t{ip6.*flag->field};
  switch (option) {
    case Option::kIp6HopLimit:
      return int64_t{ip6.hop_limit == 0 ? kConfig.ip_ttl_default : ip6.hop_limit};
    case Option::kIp6MulticastHops:
      return int64_t{ip6.multicast_hops};
    case Option::kIp6TrafficClass:
      return int64_t{ip6.traffic_class};
    case Option::kIp6MtuDiscover:
      return static_cast<int64_t>(ip6.mtu_discover);
    case Option::kIp6MinHops:
      return int64_t{ip6.min_hops};
    case Option::kIp6AddressPreferences:
      return flags_of(ip6.preferences);
    case Option::kIp6MulticastInterface:
      return int64_t{ip6.multicast_interface.value};
    case Option::kIp6UnicastInterface:
      return int64_t{ip6.unicast_interface.value};
    case Option::kIp6Mtu:
      return path_mtu(layers, endpoint, now);
    case Option::kIp6Checksum:
      if (const Error error = checksum_error(socket); error != Error::kNone) return error;
      return int64_t{layers.raw.checksum_offset(socket.endpoint)};
    default:
      return Error::kNoProtocolOption;
  }
}

}  // namespace

Status apply_datagram_settings(Environment env, Socket& socket) {
  DatagramSettings& settings = datagram_socket::endpoint_of(env.layers, socket).settings;
  settings.reuse_address = socket.reuse_address;
  settings.reuse_port = socket.reuse_port;
  settings.broadcast = socket.broadcast;
  settings.interface = socket.interface;
  settings.ip6.only = socket.ip6_only;
  settings.free_bind = socket.free_bind;
  settings.transparent = socket.transparent;
  return Status();
}

Status set_datagram_option(Environment env, Socket& socket, Option option, int64_t value) {
  DatagramSettings& settings = datagram_socket::endpoint_of(env.layers, socket).settings;
  if (const Flag* flag = flag_of(socket, option)) {
    settings.*flag->field = value != 0;
    return Status();
  }
  switch (option) {
    case Option::kReceiveBuffer:
      settings.receive_buffer_bytes = granted_buffer_bytes(value, kReceiveBufferMin);
      return Status();
    case Option::kSendBuffer:
      settings.send_buffer_bytes = granted_buffer_bytes(value, kSendBufferMin);
      return Status();
    case Option::kCork:
      return set_cork(env, socket, value != 0);
    case Option::kLiteSendCoverage:
    case Option::kLiteReceiveCoverage:
      return set_coverage(socket, settings.coverage, option, value);
    case Option::kTtl:
      return set_ttl(settings.ttl, value, 1, 0);
    case Option::kMulticastTtl:
      return set_ttl(settings.multicast_ttl, value, 0, 1);
    case Option::kMulticastInterface:
      return set_interface(env, socket, settings.multicast_interface, {value});
    case Option::kUnicastInterface:
      return set_interface(env, socket, settings.unicast_interface, {value});
    case Option::kMinTtl:
      return set_octet(settings.min_ttl, value);
    case Option::kTos:
      settings.tos = static_cast<uint8_t>(value);
      return Status();
    case Option::kMtuDiscover:
      return set_mtu_discover(settings.mtu_discover, value);
    case Option::kIcmpFilter:
      if (const Error error = icmp_filter_error(socket); error != Error::kNone) return error;
      settings.icmp_filter = static_cast<uint32_t>(value);
      return Status();
    default:
      return is_ip6_option(option) ? set_ip6_option(env, socket, option, value)
                                   : Status(Error::kNoProtocolOption);
  }
}

Result<int64_t> get_datagram_option(const Layers& layers, const Socket& socket, Instant now,
                                    Option option) {
  const transport::DatagramEndpoint& endpoint = datagram_socket::endpoint_of(layers, socket);
  const DatagramSettings& settings = endpoint.settings;
  if (const Flag* flag = flag_of(socket, option)) return int64_t{settings.*flag->field};
  switch (option) {
    case Option::kReceiveBuffer:
      return int64_t{settings.receive_buffer_bytes};
    case Option::kSendBuffer:
      return int64_t{settings.send_buffer_bytes};
    case Option::kCork:
      if (socket.kind != SocketKind::kUdp) return Error::kNoProtocolOption;
      return int64_t{settings.cork};
    case Option::kLiteSendCoverage:
    case Option::kLiteReceiveCoverage:
      return get_coverage(socket, settings.coverage, option);
    case Option::kTtl:
      return int64_t{settings.ttl == 0 ? kConfig.ip_ttl_default : settings.ttl};
    case Option::kMulticastTtl:
      return int64_t{settings.multicast_ttl};
    case Option::kMulticastInterface:
      return int64_t{settings.multicast_interface.value};
    case Option::kUnicastInterface:
      return int64_t{settings.unicast_interface.value};
    case Option::kMinTtl:
      return int64_t{settings.min_ttl};
    case Option::kTos:
      return int64_t{settings.tos};
    case Option::kMtuDiscover:
      return static_cast<int64_t>(settings.mtu_discover);
    case Option::kMtu:
      return path_mtu(layers, endpoint, now);
    case Option::kIcmpFilter:
      if (const Error error = icmp_filter_error(socket); error != Error::kNone) return error;
      return int64_t{settings.icmp_filter};
    default:
      return is_ip6_option(option) ? get_ip6_option(layers, socket, now, option)
                                   : Result<int64_t>(Error::kNoProtocolOption);
  }
}

}  // namespace tapstack::socket
