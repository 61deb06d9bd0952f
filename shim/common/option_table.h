// Which socket options there are, by level and name, and what takes care of each.
#pragma once

#include <climits>
#include <cstdint>

#include "core/api/types.h"

namespace tapstack::shim {

// What a program wants to hear about a datagram in control messages. The stack delivers all of it
// with every datagram; the hooks add what was asked for. And what else they have to remember of a
// socket. One bit each.
struct Wanted {
  static constexpr uint32_t kTimestamp = 1;    // SO_TIMESTAMP
  static constexpr uint32_t kTimestampNs = 2;  // SO_TIMESTAMPNS
  static constexpr uint32_t kTtl = 4;          // IP_RECVTTL
  static constexpr uint32_t kTos = 8;          // IP_RECVTOS
  static constexpr uint32_t kPacketInfo = 16;  // IP_PKTINFO
  static constexpr uint32_t kOptions = 32;     // IP_RECVOPTS
  static constexpr uint32_t kRawOptions = 64;  // IP_RETOPTS
  static constexpr uint32_t kLinger = 128;     // SO_LINGER with a time: close() may have to wait
  static constexpr uint32_t kInQueue = 256;    // TCP_INQ
  static constexpr uint32_t kIp6PacketInfo = 512;                   // IPV6_RECVPKTINFO
  static constexpr uint32_t kIp6HopLimit = 1024;                    // IPV6_RECVHOPLIMIT
  static constexpr uint32_t kIp6TrafficClass = 2048;                // IPV6_RECVTCLASS
  static constexpr uint32_t kIp6PacketInfo2292 = 4096;              // IPV6_2292PKTINFO, of RFC 2292
  static constexpr uint32_t kIp6HopLimit2292 = 8192;                // IPV6_2292HOPLIMIT
  static constexpr uint32_t kIp6RoutingHeader = 1u << 14;           // IPV6_RECVRTHDR
  static constexpr uint32_t kIp6HopOptions = 1u << 15;              // IPV6_RECVHOPOPTS
  static constexpr uint32_t kIp6DestinationOptions = 1u << 16;      // IPV6_RECVDSTOPTS
  static constexpr uint32_t kIp6RoutingHeader2292 = 1u << 17;       // IPV6_2292RTHDR
  static constexpr uint32_t kIp6HopOptions2292 = 1u << 18;          // IPV6_2292HOPOPTS
  static constexpr uint32_t kIp6DestinationOptions2292 = 1u << 19;  // IPV6_2292DSTOPTS
  static constexpr uint32_t kNewStamps = 1u << 20;  // SO_TIMESTAMP(NS)_NEW: the message's type
  static constexpr uint32_t kOriginalDestination = 1u << 21;     // IP_RECVORIGDSTADDR
  static constexpr uint32_t kIp6OriginalDestination = 1u << 22;  // IPV6_RECVORIGDSTADDR
  static constexpr uint32_t kIp6FlowInfo = 1u << 23;             // IPV6_FLOWINFO
  static constexpr uint32_t kStamping = 1u << 24;       // SO_TIMESTAMPING, received, by software
  static constexpr uint32_t kSendStamps = 1u << 26;     // ... and of what is sent
  static constexpr uint32_t kNewStamping = 1u << 25;    // SO_TIMESTAMPING_NEW
  static constexpr uint32_t kZeroCopy = 1u << 28;       // SO_ZEROCOPY
  static constexpr uint32_t kCredentials = 1u << 29;    // SO_PASSCRED, netlink
  static constexpr uint32_t kFrameInfo = 1u << 30;      // PACKET_AUXDATA
  static constexpr uint32_t kHandleOptions = 1u << 31;  // TCP: one of those that the handle has
  // Of the above, those that fill the error queue with what became of sends.
  static constexpr uint32_t kSendNotices = kSendStamps | kZeroCopy;
  // Of the above, those that want the options of a packet; and that one of them was ever set: from
  // then on datagrams come with them, whoever has taken it back.
  static constexpr uint32_t kAnyPacketOptions =
      kOptions | kRawOptions | kIp6RoutingHeader | kIp6HopOptions | kIp6DestinationOptions |
      kIp6RoutingHeader2292 | kIp6HopOptions2292 | kIp6DestinationOptions2292;
  static constexpr uint32_t kPacketOptions = 1u << 27;
};

// Options whose value the engine keeps for the program to read back, and for whoever acts on it.
enum class Kept : uint8_t {
  kDebug,               // SO_DEBUG: as on the kernel, of no effect
  kDontRoute,           // SO_DONTROUTE: datagrams, MSG_DONTROUTE for each
  kNoCheck,             // SO_NO_CHECK of a stream: none, TCP has its checksum (RFC 9293 3.1)
  kPriority,            // SO_PRIORITY: the device has one queue
  kMark,                // SO_MARK: there are no rules that could match it
  kReceiveMark,         // SO_RCVMARK: packets have none
  kReceivePriority,     // SO_RCVPRIORITY: likewise
  kWifiStatus,          // SO_WIFI_STATUS: never heard of on Ethernet
  kNoFcs,               // SO_NOFCS: a TAP has no frame check sequence
  kSelectErrorQueue,    // SO_SELECT_ERR_QUEUE
  kBusyPoll,            // SO_BUSY_POLL, us: a hint
  kPreferBusyPoll,      // SO_PREFER_BUSY_POLL
  kBufferLock,          // SO_BUF_LOCK
  kTransmitRehash,      // SO_TXREHASH: there is one path
  kRouterAlert,         // IP_ROUTER_ALERT: this host forwards nothing
  kNoDefragment,        // IP_NODEFRAG: of forwarded packets
  kPassSecurity,        // IP_PASSSEC: no security module labels packets
  kChecksum,            // IP_CHECKSUM: told of packets that the device summed, which no TAP does
  kFragmentSize,        // IP_RECVFRAGSIZE
  kIp6FragmentSize,     // IPV6_RECVFRAGSIZE
  kBindLatePort,        // IP_BIND_ADDRESS_NO_PORT: a port is chosen at once nevertheless
  kErrors4884,          // IP_RECVERR_RFC4884: what extensions follow is not told either way
  kIp6Errors4884,       // IPV6_RECVERR_RFC4884
  kMulticastLoop,       // IP_MULTICAST_LOOP of a stream: of no meaning
  kMulticastAll,        // IP_MULTICAST_ALL of a stream
  kIp6MulticastAll,     // IPV6_MULTICAST_ALL of a stream
  kRouterAlertIsolate,  // IPV6_ROUTER_ALERT_ISOLATE
  kIp6PathMtu,          // IPV6_RECVPATHMTU
  kIp6DontFragment,     // IPV6_DONTFRAG of a stream: TCP cuts to the path MTU by itself
  kNoChecksumSent,      // UDP_NO_CHECK6_TX of an IPv4 socket
  kNoChecksumTaken,     // UDP_NO_CHECK6_RX likewise
  kUdpSegment,          // UDP_SEGMENT: bytes of each datagram that a send is cut into
  kUdpGro,              // UDP_GRO: datagrams that wait are joined
  kTimestamping,        // SO_TIMESTAMPING: its flags
  kPacketVersion,       // PACKET_VERSION: for PACKET_RX_RING, as the next one
  kPacketReserve,       // PACKET_RESERVE
  kPacketCopy,          // PACKET_COPY_THRESH: what a ring cuts is not kept whole beside it
  kPacketLoss,          // PACKET_LOSS: of rings to send by
  kPacketOrigin,        // PACKET_ORIGDEV: interfaces have no masters
  kPacketTimestamp,     // PACKET_TIMESTAMP: there are those of the stack's clock only
  kPacketOffset,        // PACKET_TX_HAS_OFF: of rings to send by
  kPacketBypass,        // PACKET_QDISC_BYPASS: there is one queue
  kCount,
};

enum class OptionStyle : uint8_t {
  kBool,      // an int, read back as 0 or 1
  kInt,       // an int
  kUInt,      // the same bits as an unsigned number
  kWanted,    // a bit of Wanted
  kKeptBool,  // Kept, as 0 or 1
  kKeptInt,   // Kept
  kLinger,    // struct linger
  kNative,    // the handle's own: the kernel does it
  kFixed,     // can be read only; computed by the hook
  kConstant,  // reads as `value`; setting it answers `set_error`
  kRefused,   // reading answers `get_error`, setting `set_error`
};

// Who has an option: bits.
struct Who {
  static constexpr uint8_t kStream = 1, kUdp = 2, kRaw = 4, kPing = 8;
  static constexpr uint8_t kIp4 = 16, kIp6 = 32;  // by the family of the socket
  static constexpr uint8_t kDatagram = kUdp | kRaw | kPing;
  static constexpr uint8_t kBoth = kIp4 | kIp6;
  static constexpr uint8_t kAll = kStream | kDatagram | kBoth;
};

// What Linux does with a value that is shorter than an int, beyond its level's rule.
enum class Short : uint8_t {
  kAsLevel,    // SOL_SOCKET, UDP, IPv6: EINVAL; IP: a byte, or 0 when there is not even that
  kNotEmpty,   // IP: EINVAL when there is not even a byte
  kIsInvalid,  // IP: EINVAL
  kIsZero,     // IPv6: 0
  kIgnored,    // the answer is the same whatever the length
};

// Who may set an option, capabilities(7).
enum class Privilege : uint8_t { kNone, kAdmin, kAdminOrRaw };

struct OptionRow {
  int level = 0;
  int name = 0;
  uint8_t who = Who::kAll;
  OptionStyle style = OptionStyle::kFixed;
  Option option = {};                // kBool, kInt, kUInt, kLinger
  uint32_t wanted = 0;               // kWanted
  Kept kept = {};                    // kKeptBool, kKeptInt
  int min = INT_MIN, max = INT_MAX;  // EINVAL outside
  Short when_short = Short::kAsLevel;
  int initial = 0;  // kKept: unless set
  int value = 0;    // kConstant
  int get_error = 0, set_error = 0;
  bool is_write_only = false;  // reading answers ENOPROTOOPT
  Privilege privilege = Privilege::kNone;
  int free_min = 1, free_max = 0;  // ... for values other than these
  int without_privilege = 0;       // the errno
};

// Whether the core has it, as row.option.
constexpr bool is_in_core(const OptionRow& row) {
  return row.style <= OptionStyle::kUInt || row.style == OptionStyle::kLinger;
}

// The row for an option of a socket that is all of `who` (a bit of its kind and one of its family;
// 0 for the first of the rows, whoever it is for), or null if the stack has none such.
const OptionRow* find_option(int level, int name, uint8_t who);

}  // namespace tapstack::shim
