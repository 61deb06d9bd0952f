// What programs name a socket by, and what they may ask of it.
#pragma once

#include <cstdint>

#include "mem/handle.h"

namespace tapstack {

// Names a socket of a Stack; stale (Error::kBadHandle) after it was closed.
using SocketId = mem::Handle<struct SocketTag>;

enum class SocketKind : uint8_t {
  kTcp,     // SOCK_STREAM
  kUdp,     // SOCK_DGRAM; IPPROTO_UDPLITE, too
  kPing,    // SOCK_DGRAM, IPPROTO_ICMP(V6): echo requests with a kernel-chosen identifier
  kRaw,     // SOCK_RAW: protocol given at open
  kPacket,  // AF_PACKET: frames (api/packet_sockets.h)
};

// Bits of readiness, with the meaning of poll(2).
struct Readiness {
  static constexpr uint16_t kReadable =
      1;  // POLLIN: data, end of stream, or a connection to accept
  static constexpr uint16_t kWritable = 2;    // POLLOUT
  static constexpr uint16_t kPeerClosed = 4;  // POLLRDHUP
  static constexpr uint16_t kHangUp = 8;      // POLLHUP: both directions are over
  static constexpr uint16_t kError = 16;      // POLLERR: SO_ERROR, the error queue or a send report
  static constexpr uint16_t kUrgent = 32;     // POLLPRI
  uint16_t bits = 0;
  constexpr bool has(uint16_t b) const { return (bits & b) != 0; }
};

enum class Shutdown : uint8_t { kReceive, kSend, kBoth };

// Options of a socket, as setsockopt names them. Values are int64_t: booleans 0 or 1, sizes in
// bytes, times in the unit of the name. An option that a kind of socket does not have answers
// kNoProtocolOption; a value out of range kInvalid.
enum class Option : uint16_t {
  kReuseAddress,         // SO_REUSEADDR
  kReusePort,            // SO_REUSEPORT
  kBroadcast,            // SO_BROADCAST
  kKeepAlive,            // SO_KEEPALIVE
  kKeepAliveIdleS,       // TCP_KEEPIDLE, seconds
  kKeepAliveIntervalS,   // TCP_KEEPINTVL
  kKeepAliveProbes,      // TCP_KEEPCNT
  kLingerS,              // SO_LINGER: -1 off, otherwise seconds
  kReceiveBuffer,        // SO_RCVBUF; read back doubled, as Linux does
  kSendBuffer,           // SO_SNDBUF
  kReceiveLowWater,      // SO_RCVLOWAT
  kNoDelay,              // TCP_NODELAY
  kCork,                 // TCP_CORK, UDP_CORK
  kQuickAck,             // TCP_QUICKACK
  kMaxSegment,           // TCP_MAXSEG
  kUserTimeoutMs,        // TCP_USER_TIMEOUT
  kSynRetries,           // TCP_SYNCNT
  kDeferAcceptS,         // TCP_DEFER_ACCEPT, seconds; rounded up to time-outs of the SYN-ACK
  kLinger2S,             // TCP_LINGER2, seconds; -1: no FIN-WAIT-2 for orphans
  kNotSentLowWater,      // TCP_NOTSENT_LOWAT
  kWindowClamp,          // TCP_WINDOW_CLAMP
  kFastOpenQueue,        // TCP_FASTOPEN: connections that may be let in by their SYN at a time
  kFastOpenConnect,      // TCP_FASTOPEN_CONNECT
  kFastOpenNoCookie,     // TCP_FASTOPEN_NO_COOKIE: as a client and of a listener
  kTtl,                  // IP_TTL
  kTos,                  // IP_TOS
  kMtuDiscover,          // IP_MTU_DISCOVER: 0 dont, 1 want, 2 do, 3 probe, 4 interface, 5 omit
  kMtu,                  // IP_MTU (get, connected)
  kReceiveErrors,        // IP_RECVERR
  kHeaderIncluded,       // IP_HDRINCL
  kIcmpFilter,           // ICMP_FILTER: bit mask of types not wanted
  kBindInterface,        // SO_BINDTODEVICE: interface number, 0 none
  kOobInline,            // SO_OOBINLINE
  kNoChecksum,           // SO_NO_CHECK
  kMulticastTtl,         // IP_MULTICAST_TTL
  kMulticastLoop,        // IP_MULTICAST_LOOP
  kMulticastInterface,   // IP_MULTICAST_IF: interface number, 0 as routed
  kMulticastAll,         // IP_MULTICAST_ALL: groups that other sockets joined, too
  kCongestion,           // TCP_CONGESTION: a CongestionAlgorithm
  kMaxPacingRate,        // SO_MAX_PACING_RATE: bytes a second, [0, 2^63); -1 no limit
  kFreeBind,             // IP_FREEBIND: addresses that are not (yet) ours may be bound
  kTransparent,          // IP_TRANSPARENT: likewise
  kMinTtl,               // IP_MINTTL: what comes with less is dropped (RFC 5082); [0, 255]
  kLiteSendCoverage,     // UDPLITE_SEND_CSCOV: bytes of header and data; 0 all
  kLiteReceiveCoverage,  // UDPLITE_RECV_CSCOV: what covers less is dropped; 0 all
  kUnicastInterface,  // IP_UNICAST_IF: interface number for what is sent to one host, 0 as routed
  // Of IPv6 sockets only, beside IPv4's own: a socket of both families has both.
  kIp6Only,                // IPV6_V6ONLY: before it has a port
  kIp6HopLimit,            // IPV6_UNICAST_HOPS: [0, 255]; 0 and -1 the default
  kIp6MulticastHops,       // IPV6_MULTICAST_HOPS: [0, 255]; -1 the default
  kIp6TrafficClass,        // IPV6_TCLASS: [0, 255]; -1 the default
  kIp6MtuDiscover,         // IPV6_MTU_DISCOVER, as kMtuDiscover
  kIp6Mtu,                 // IPV6_MTU: get, connected; set: no larger than so, 0 or [1280, )
  kIp6ReceiveErrors,       // IPV6_RECVERR
  kIp6DontFragment,        // IPV6_DONTFRAG
  kIp6NoChecksumSent,      // UDP_NO_CHECK6_TX
  kIp6NoChecksumTaken,     // UDP_NO_CHECK6_RX
  kIp6MulticastLoop,       // IPV6_MULTICAST_LOOP
  kIp6MulticastInterface,  // IPV6_MULTICAST_IF, as kMulticastInterface
  kIp6MulticastAll,        // IPV6_MULTICAST_ALL
  kIp6UnicastInterface,    // IPV6_UNICAST_IF
  kIp6PacketInterface,     // IPV6_PKTINFO, of UDP and ping: where all that is sent leaves; set only
  kIp6MinHops,             // IPV6_MINHOPCOUNT
  kIp6AddressPreferences,  // IPV6_ADDR_PREFERENCES: bits of RFC 5014 2, as Linux numbers them
  kIp6AutoFlowLabel,       // IPV6_AUTOFLOWLABEL: off, packets have label 0
  kIp6FlowInfoSend,        // IPV6_FLOWINFO_SEND: sin6_flowinfo is what packets carry
  kIp6Checksum,            // IPV6_CHECKSUM of raw sockets: Raw::set_checksum_offset()
  kPacketIgnoreOutgoing,   // PACKET_IGNORE_OUTGOING
  // Not in setsockopt:
  kPacketDrained,  // of packet sockets: frames are taken away at once; SO_RCVBUF bounds nothing
  // Nor these; in sysctl net.ipv4:
  kReceiveBufferMax,        // tcp_rmem[2]: how far a TCP receive buffer grows, bytes
  kSendBufferMax,           // tcp_wmem[2]
  kSendBufferStart,         // tcp_wmem[1]: what it grows from
  kTimestamps,              // tcp_timestamps: offered, and agreed to
  kSack,                    // tcp_sack
  kWindowScaling,           // tcp_window_scaling
  kQuickAcksAtStart,        // none: Linux always does
  kRestartAfterIdle,        // tcp_slow_start_after_idle
  kBurstSegmentsMin,        // tcp_min_tso_segs
  kNotSentLowWaterDefault,  // tcp_notsent_lowat: of sockets that have none of their own
};

// Whether sockets of IPv4 do not have it.
constexpr bool is_ip6_option(Option option) {
  return option >= Option::kIp6Only && option <= Option::kIp6Checksum;
}

}  // namespace tapstack
