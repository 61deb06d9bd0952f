#include "socket/datagram_options.h"

#include <cstddef>

#include "socket/buffer_sizes.h"
#include "socket/datagram_socket.h"
#include "wire/ip4.h"

namespace tapstack::socket {
namespace {

using transport::DatagramSettings;
using transport::MtuDiscover;

struct Flag {
  Option option;
  bool DatagramSettings::*field;
  bool raw_only;
};
constexpr Flag kFlags[] = {
    {Option::kReceiveErrors, &DatagramSettings::receive_errors, false},
    {Option::kMulticastLoop, &DatagramSettings::multicast_loop, false},
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

Error icmp_filter_error(const Socket& socket) {
  if (socket.kind != SocketKind::kRaw) return Error::kNoProtocolOption;
  return socket.protocol == wire::ip_protocol::kIcmp ? Error::kNone : Error::kNotSupported;
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

}  // namespace

Status apply_datagram_settings(Environment env, Socket& socket) {
  DatagramSettings& settings = datagram_socket::endpoint_of(env.layers, socket).settings;
  settings.reuse_address = socket.reuse_address;
  settings.reuse_port = socket.reuse_port;
  settings.broadcast = socket.broadcast;
  settings.interface = socket.interface;
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
    case Option::kTtl:
      return set_ttl(settings.ttl, value, 1, 0);
    case Option::kMulticastTtl:
      return set_ttl(settings.multicast_ttl, value, 0, 1);
    case Option::kTos:
      settings.tos = static_cast<uint8_t>(value);
      return Status();
    case Option::kMtuDiscover:
      if (value < 0 || value > 3) return Error::kInvalid;
      settings.mtu_discover = static_cast<MtuDiscover>(value);
      return Status();
    case Option::kIcmpFilter:
      if (const Error error = icmp_filter_error(socket); error != Error::kNone) return error;
      settings.icmp_filter = static_cast<uint32_t>(value);
      return Status();
    default:
      return Error::kNoProtocolOption;
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
    case Option::kTtl:
      return int64_t{settings.ttl == 0 ? kConfig.ip_ttl_default : settings.ttl};
    case Option::kMulticastTtl:
      return int64_t{settings.multicast_ttl};
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
      return Error::kNoProtocolOption;
  }
}

}  // namespace tapstack::socket
