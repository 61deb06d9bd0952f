// Types of the public interface: what an embedder, the preload library and the tools see.
#pragma once

#include <cstdint>
#include <span>

#include "mem/handle.h"
#include "util/address.h"
#include "util/result.h"
#include "util/time.h"

namespace tapstack {

using Bytes = std::span<uint8_t>;
using ConstBytes = std::span<const uint8_t>;

// Names a socket of a Stack; stale (Error::kBadHandle) after it was closed.
using SocketId = mem::Handle<struct SocketTag>;

enum class SocketKind : uint8_t {
  kTcp,   // SOCK_STREAM
  kUdp,   // SOCK_DGRAM
  kPing,  // SOCK_DGRAM, IPPROTO_ICMP: echo requests with a kernel-chosen identifier
  kRaw,   // SOCK_RAW: protocol given at open
};

// Bits of readiness, with the meaning of poll(2).
struct Readiness {
  static constexpr uint16_t kReadable = 1;     // POLLIN: data, end of stream, or a connection to accept
  static constexpr uint16_t kWritable = 2;     // POLLOUT
  static constexpr uint16_t kPeerClosed = 4;   // POLLRDHUP
  static constexpr uint16_t kHangUp = 8;       // POLLHUP: both directions are over
  static constexpr uint16_t kError = 16;       // POLLERR: SO_ERROR or the error queue has something
  static constexpr uint16_t kUrgent = 32;      // POLLPRI
  uint16_t bits = 0;
  constexpr bool has(uint16_t b) const { return (bits & b) != 0; }
};

enum class Shutdown : uint8_t { kReceive, kSend, kBoth };

// Options of a socket, as setsockopt names them. Values are int64_t: booleans 0 or 1, sizes in bytes,
// times in the unit of the name. An option that a kind of socket does not have answers
// kNoProtocolOption; a value out of range kInvalid.
enum class Option : uint16_t {
  kReuseAddress,        // SO_REUSEADDR
  kReusePort,           // SO_REUSEPORT
  kBroadcast,           // SO_BROADCAST
  kKeepAlive,           // SO_KEEPALIVE
  kKeepAliveIdleS,      // TCP_KEEPIDLE, seconds
  kKeepAliveIntervalS,  // TCP_KEEPINTVL
  kKeepAliveProbes,     // TCP_KEEPCNT
  kLingerS,             // SO_LINGER: -1 off, otherwise seconds
  kReceiveBuffer,       // SO_RCVBUF; read back doubled, as Linux does
  kSendBuffer,          // SO_SNDBUF
  kReceiveLowWater,     // SO_RCVLOWAT
  kNoDelay,             // TCP_NODELAY
  kCork,                // TCP_CORK
  kQuickAck,            // TCP_QUICKACK
  kMaxSegment,          // TCP_MAXSEG
  kUserTimeoutMs,       // TCP_USER_TIMEOUT
  kSynRetries,          // TCP_SYNCNT
  kTtl,                 // IP_TTL
  kTos,                 // IP_TOS
  kMtuDiscover,         // IP_MTU_DISCOVER: 0 dont, 1 want, 2 do, 3 probe
  kMtu,                 // IP_MTU (get, connected)
  kReceiveErrors,       // IP_RECVERR
  kHeaderIncluded,      // IP_HDRINCL
  kIcmpFilter,          // ICMP_FILTER: bit mask of types not wanted
  kBindInterface,       // SO_BINDTODEVICE: interface number, 0 none
  kOobInline,           // SO_OOBINLINE
  kNoChecksum,          // SO_NO_CHECK
  kMulticastTtl,        // IP_MULTICAST_TTL
  kMulticastLoop,       // IP_MULTICAST_LOOP
};

// What comes with a datagram, or is wanted for one to send.
struct DatagramInfo {
  Endpoint peer;            // receive: from; send: to (family none: the connected peer)
  IpAddress local;          // receive: destination address of the packet; send: source wanted, or none
  InterfaceId interface;    // receive: where it came in; send: where it must go out, 0 any
  uint8_t ttl = 0;          // receive: of the packet; send: 0 for the socket's
  uint8_t tos = 0;
  uint32_t full_bytes = 0;  // receive: length of the datagram before truncation
  Instant received_at;      // receive: when it came in, on the embedder's clock
};

// An ICMP error kept for recvmsg(MSG_ERRQUEUE), or a local one (EMSGSIZE).
struct QueuedError {
  Error error = Error::kNone;
  uint8_t type = 0, code = 0;  // of the ICMP message
  bool is_local = false;       // SO_EE_ORIGIN_LOCAL: found here, no message came
  uint32_t info = 0;           // MTU with kMessageTooLong
  IpAddress reporter;          // who sent the message
  Endpoint destination;        // of the datagram that caused it
  Instant received_at;
  uint8_t payload[64] = {};    // the quoted data behind the transport header
  uint8_t payload_bytes = 0;
};

enum class TcpState : uint8_t {  // RFC 9293 3.3.2; values are Linux's TCP_* numbers
  kEstablished = 1,
  kSynSent,
  kSynReceived,
  kFinWait1,
  kFinWait2,
  kTimeWait,
  kClosed,
  kCloseWait,
  kLastAck,
  kListen,
  kClosing,
};

// State and figures of one connection, for TCP_INFO and tools. Times in microseconds, sizes in bytes.
struct TcpInfo {
  TcpState state = TcpState::kClosed;
  uint8_t backoff = 0;
  uint8_t send_scale = 0, receive_scale = 0;
  bool timestamps = false, sack = false, window_scaling = false, ecn = false;
  uint32_t rto_us = 0, delayed_ack_us = 0, srtt_us = 0, rttvar_us = 0, min_rtt_us = 0;
  uint32_t send_mss = 0, receive_mss = 0, path_mtu = 0, advertised_mss = 0;
  uint32_t cwnd_bytes = 0, ssthresh_bytes = 0, send_window = 0, receive_window = 0;
  uint32_t unacked_bytes = 0, sacked_bytes = 0, lost_bytes = 0, retransmitting_bytes = 0;
  uint32_t send_queue_bytes = 0, receive_queue_bytes = 0;
  uint64_t bytes_sent = 0, bytes_acked = 0, bytes_received = 0, bytes_retransmitted = 0;
  uint32_t segments_out = 0, segments_in = 0, retransmits_total = 0, retransmits_now = 0;
  uint32_t reordering = 0, accept_queue = 0, backlog = 0;
  int64_t last_data_sent_us = 0, last_data_received_us = 0, last_ack_received_us = 0;  // ago
};

}  // namespace tapstack
