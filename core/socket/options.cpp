#include "socket/options.h"

#include <algorithm>

#include "socket/datagram_options.h"
#include "socket/datagram_socket.h"
#include "socket/packet_socket.h"
#include "socket/tcp_options.h"

namespace tapstack::socket {
namespace {

constexpr uint32_t kIntMax = 0x7fffffff;  // programs pass these values as int

// The option as a flag that every kind of socket has; nullptr when it is none.
bool* flag_of(Socket& socket, Option option) {
  switch (option) {
    case Option::kReuseAddress:
      return &socket.reuse_address;
    case Option::kReusePort:
      return &socket.reuse_port;
    case Option::kBroadcast:
      return &socket.broadcast;
    case Option::kKeepAlive:
      return &socket.settings.keep_alive;
    case Option::kOobInline:
      return &socket.settings.oob_inline;
    case Option::kFreeBind:
      return &socket.free_bind;
    case Option::kTransparent:
      return &socket.transparent;
    default:
      return nullptr;
  }
}

bool has_port(const Layers& layers, const Socket& socket) {
  if (socket.is_tcp()) return socket.phase != TcpPhase::kFresh || !socket.binding.is_null();
  return datagram_socket::endpoint_of(layers, socket).local.port.value != 0;
}

// RFC 3493 5.3. Raw and ping sockets are of one family whatever is said.
Status set_ip6_only(const Layers& layers, Socket& socket, bool value) {
  if (has_port(layers, socket)) return Error::kInvalid;
  if (socket.is_tcp() || socket.kind == SocketKind::kUdp) socket.ip6_only = value;
  return Status();
}

// What is kept for every kind of socket. Returns whether `option` is of that sort.
bool set_common(Environment env, Socket& socket, Option option, int64_t value, Status& status) {
  if (bool* flag = flag_of(socket, option)) {
    *flag = value != 0;
    return true;
  }
  switch (option) {
    case Option::kIp6Only:
      status = set_ip6_only(env.layers, socket, value != 0);
      return true;
    case Option::kReceiveLowWater:
      // Linux: a negative one means as many as there can be.
      socket.receive_low_water_bytes = value < 0 || value > kIntMax
                                           ? kIntMax
                                           : std::max<uint32_t>(1, static_cast<uint32_t>(value));
      return true;
    case Option::kLingerS:
      if (value < -1 || value > kIntMax)
        status = Error::kInvalid;
      else
        socket.settings.linger_s = static_cast<int32_t>(value);
      return true;
    case Option::kBindInterface: {
      const InterfaceId id{static_cast<uint8_t>(value)};
      const bool exists =
          value >= 0 && value <= 255 && (value == 0 || env.layers.network.interface(id) != nullptr);
      if (exists)
        socket.interface = id;
      else
        status = Error::kNoDevice;
      return true;
    }
    default:
      return false;
  }
}

}  // namespace

Status set_option(Environment env, Socket& socket, Option option, int64_t value) {
  if (is_ip6_option(option) && socket.family != Family::kIp6) return Error::kNoProtocolOption;
  Status status;
  const bool is_common = set_common(env, socket, option, value, status);
  if (!status.ok()) return status;
  if (socket.is_packet()) {
    return is_common ? Status() : packet_socket::set_option(env.layers, socket, option, value);
  }
  if (socket.kind == SocketKind::kTcp) {
    return is_common ? apply_tcp_settings(env, socket) : set_tcp_option(env, socket, option, value);
  }
  return is_common ? apply_datagram_settings(env, socket)
                   : set_datagram_option(env, socket, option, value);
}

Result<int64_t> get_option(const Layers& layers, const Socket& socket, Instant now, Option option) {
  if (is_ip6_option(option) && socket.family != Family::kIp6) return Error::kNoProtocolOption;
  switch (option) {
    case Option::kIp6Only:
      return int64_t{socket.ip6_only};
    case Option::kReuseAddress:
      return int64_t{socket.reuse_address};
    case Option::kReusePort:
      return int64_t{socket.reuse_port};
    case Option::kBroadcast:
      return int64_t{socket.broadcast};
    case Option::kKeepAlive:
      return int64_t{socket.settings.keep_alive};
    case Option::kOobInline:
      return int64_t{socket.settings.oob_inline};
    case Option::kFreeBind:
      return int64_t{socket.free_bind};
    case Option::kTransparent:
      return int64_t{socket.transparent};
    case Option::kReceiveLowWater:
      return int64_t{socket.receive_low_water_bytes};
    case Option::kLingerS:
      return int64_t{socket.settings.linger_s};
    case Option::kBindInterface:
      return int64_t{socket.interface.value};
    default:
      break;
  }
  if (socket.is_packet()) return packet_socket::get_option(layers, socket, option);
  return socket.kind == SocketKind::kTcp ? get_tcp_option(layers, socket, now, option)
                                         : get_datagram_option(layers, socket, now, option);
}

}  // namespace tapstack::socket
