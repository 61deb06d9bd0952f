// A line of a list of sockets as tools show it (netstat, ss): what there is at one moment, of any
// protocol, with or without a program that has it.
#pragma once

#include <cstdint>

#include "mem/handle.h"
#include "transport/tcp/info.h"
#include "util/address.h"
#include "util/time.h"

namespace tapstack {

// What runs; values as Linux shows them (inet_diag's idiag_timer).
enum class ListedTimer : uint8_t {
  kNone = 0,
  kRetransmit = 1,  // of text, a SYN or a SYN-ACK; loss probes too
  kKeepAlive = 2,   // also of FIN-WAIT-2 that nobody reads
  kTimeWait = 3,
  kWindowProbe = 4,
};

struct Listed {
  // Tells it from all others of its kind as long as it lives.
  uint64_t key = 0;
  mem::Index owner = mem::kNoIndex;  // the socket, while a program has it
  Family family = Family::kIp4;      // of the socket: kIp6 may have IPv4 addresses
  bool ip6_only = false;
  uint8_t protocol = 0;
  TcpState state = TcpState::kClosed;  // datagrams: kEstablished with a peer, as Linux
  bool receive_shut = false, send_shut = false;
  Endpoint local;  // the address may be without family: bound to nothing
  Endpoint remote;
  InterfaceId interface;  // SO_BINDTODEVICE
  // Bytes received and not read; of a listener: connections that wait for accept().
  uint32_t receive_queue = 0;
  // Bytes not acknowledged; of a listener: its backlog.
  uint32_t send_queue = 0;
  uint32_t receive_buffer_bytes = 0, send_buffer_bytes = 0;
  uint32_t drops = 0;  // datagrams that found no room
  uint8_t tos = 0, traffic_class = 0;
  bool is_port_asked_for = false;  // by bind()
  bool receive_errors = false, free_bind = false, transparent = false;
  bool header_included = false;
  bool multicast_loop = true, multicast_all = true;

  // TCP.
  ListedTimer timer = ListedTimer::kNone;
  uint8_t retransmits = 0;  // of the same text, SYN or SYN-ACK
  uint8_t probes = 0;       // unanswered, of a closed window or keep-alive
  Duration timer_left;
  uint32_t rto_us = 0, delayed_ack_us = 0;
  bool is_interactive = false;  // delays its ACKs for answers to carry
  uint32_t cwnd_segments = 0;
  uint32_t ssthresh_segments = 0;      // all ones: slow start was never left
  uint32_t fast_open_queue_limit = 0;  // of a listener
};

}  // namespace tapstack
