// One socket: what a program has set and asked for. What a protocol knows lives in its own tables.
#pragma once

#include "socket/types.h"
#include "transport/datagram_endpoint.h"
#include "transport/ports.h"
#include "transport/tcp/ids.h"
#include "transport/tcp/settings.h"
#include "wire/ip_protocol.h"

namespace tapstack::socket {

// How far a TCP socket got. What happens on the connection itself is tcp::ConnectionStatus's.
enum class TcpPhase : uint8_t {
  kFresh,      // no connection: never connected, or dissolved
  kConnected,  // has a connection, whatever its state: connecting, established, failed, ended
  kListening,
};

struct Socket {
  SocketKind kind = SocketKind::kTcp;
  Family family = Family::kIp4;  // kIp6 does IPv4, too, unless ip6_only
  bool ip6_only = false;         // IPV6_V6ONLY; raw and ping sockets always
  uint8_t protocol = 0;
  bool reuse_address = false;  // TCP; datagram sockets have theirs in DatagramSettings
  bool reuse_port = false;
  bool broadcast = false;  // TCP: kept for get_option() only
  bool free_bind = false;
  bool transparent = false;
  bool receive_shut = false;  // datagrams: by shutdown(). TCP: that, of a socket without connection
  bool send_shut = false;     // likewise
  bool is_filter_locked = false;  // SO_LOCK_FILTER
  bool is_event_queued = false;
  bool is_starved = false;  // a send found no memory; see SocketTable::add_starved()
  // TCP
  bool was_connected = false;      // the handshake was completed
  bool is_connect_open = false;    // how a connect() ended is still to be told to the next one
  bool is_port_asked_for = false;  // bind() named it: it outlives what the socket does with it
  bool is_bound_anew = false;      // bind() after the connection had ended
  TcpPhase phase = TcpPhase::kFresh;
  InterfaceId interface;  // TCP: SO_BINDTODEVICE
  uint32_t receive_low_water_bytes = 1;
  mem::Index event_next = mem::kNoIndex;
  mem::Index starved_next = mem::kNoIndex;

  // TCP
  transport::tcp::ConnectionId connection;  // in kConnected
  transport::tcp::ListenerId listener;      // in kListening
  transport::BindingId binding;             // null: no port yet
  transport::tcp::Settings settings;
  Error error = Error::kNone;  // SO_ERROR of a socket whose connection was dissolved
  Endpoint former;  // without a binding: the port there was; the address is bound unless it is any

  // UDP, ping, raw, packet
  transport::EndpointId endpoint;

  bool is_packet() const { return kind == SocketKind::kPacket; }
  bool is_tcp() const { return kind == SocketKind::kTcp; }
  bool is_raw_icmp6() const {
    return kind == SocketKind::kRaw && family == Family::kIp6 &&
           protocol == wire::ip_protocol::kIcmp6;
  }
};

}  // namespace tapstack::socket
