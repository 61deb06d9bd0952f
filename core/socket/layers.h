// What lies under the sockets of one Stack, and how calls of a socket get at it.
#pragma once

#include "link/context.h"
#include "net/network.h"
#include "socket/socket_table.h"
#include "transport/packet_taps.h"
#include "transport/ping.h"
#include "transport/raw.h"
#include "transport/tcp/tcp.h"
#include "transport/udp.h"

namespace tapstack::socket {

struct Layers {
  // Draws the secrets of all of them.
  explicit Layers(Random& random);

  net::Network network;
  transport::tcp::Tcp tcp;
  transport::Udp udp;
  transport::Ping ping;
  transport::Raw raw;
  [[no_unique_address]] transport::Packets packets;
};

// Lent for the length of one call.
struct Environment {
  Context& ctx;
  Layers& layers;
  SocketTable& sockets;
};

}  // namespace tapstack::socket
