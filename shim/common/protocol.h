// What hooks ask of the engine: plain request and reply structs without pointers; descriptors
// travel beside them. The same structs go by a call under the lock (engine in this process) or by a
// SEQPACKET message (engine in a keeper).
#pragma once

#include <array>
#include <cstdint>

#include "core/api/types.h"

namespace tapstack::shim {

inline constexpr uint32_t kProtocolVersion = 1;
inline constexpr size_t kPayloadBytes = 2048;

// Names a socket of the engine. It is what the abstract name of the engine's end says
// (see identity.h), so that any process can tell what a descriptor is.
struct SlotId {
  uint32_t slot = 0xffffffffu;
  uint32_t generation = 0;
  bool is_null() const { return slot == 0xffffffffu; }
  bool operator==(const SlotId&) const = default;
};

enum class Op : uint16_t {
  kHello,  // args: kProtocolVersion, 1 if the descriptor beside it is a handle and shows that the
           // client may use its socket (kProve); reply: HelloRecord in payload. Error: the payload
           // says why
  kOpen,   // args: family (AF_*), SocketKind, protocol, the program's user; reply: slot, descriptor
           // beside it (handle). AF_NETLINK: SOCK_* in place of the kind. What the requests below
           // are for such a socket stands in netlink/requests.h
  kBind,   // endpoint
  kListen,   // args: backlog, the handle's descriptor number
  kConnect,  // endpoint (family none: dissolve); args: the handle's descriptor number, ConnectKind,
             // errno of a bad address; reply error 0: done (or the SYN waits for what is written
             // first), EINPROGRESS, EALREADY: the handshake runs
  kAccept,   // slot: listener, after a token was taken; args[0]: the program's user; reply: slot,
             // endpoint (peer), descriptor; EAGAIN: the connection has gone meanwhile
  kShutdown,  // args: SHUT_*, the handle's descriptor number
  kClose,     // the program's last-known descriptor is about to be closed: act now. args[0]: 1 if
              // other copies of the descriptor may exist (then only pending data is flushed)
  kLocalEndpoint,  // reply: endpoint
  kRemoteEndpoint,
  kSetOption,        // args: Option, value; SO_BINDTODEVICE: payload holds the name
  kGetOption,        // args: Option; reply: value
  kSetIcmp6Filter,   // Icmp6Filter in payload
  kIcmp6Filter,      // reply: Icmp6Filter in payload
  kSetPacketHeader,  // args[0]: PacketHeader; its bytes in payload
  kPacketHeader,     // args[0]: PacketHeader; reply: payload
  kTakeError,        // SO_ERROR: reply value = errno number, cleared
  kStatus,           // reply: Status below in payload: what poll and recv cannot see on the handle
  kTcpInfo,          // reply: TcpInfo in payload
  kQueuedError,      // reply: QueuedError in payload
  kReadable,         // FIONREAD: bytes in the core not yet on the handle
  kUnsent,           // SIOCOUTQ
  kNotSent,          // SIOCOUTQNSD
  kUrgentNext,       // the program is about to write to its handle with MSG_OOB
  kGroup,        // endpoint.address; args: GroupCall, interface; IpAddresses of sources in payload
  kGroupFilter,  // endpoint.address; args[1]: interface; reply: GroupFilter in payload
  kSource,       // endpoint: where to; reply: endpoint whose address packets there would come from,
                 // value = length of its prefix in bits
  kInterface,    // args: n; reply: InterfaceRecord in payload; ENOENT past the last
  kNameServers,  // reply: NameServersRecord in payload
  kCounters,     // args: first n; reply: as many "name value\n" lines as fit; value = next n, -1 at
                 // the end
  kSockets,      // args: SocketKind, position from 0; reply: SocketRecords in payload; value = the
                 // position to go on with, -1 at the end
  kPairInodes,   // args[0]: position from 0; reply: inodes of the AF_UNIX pairs behind sockets, as
                 // uint64_t in payload; value = the position to go on with, -1 at the end
  kTurn,         // what there is to do is done now: what was written to streams is sent, and over
                 // loopback has arrived
  kTakeHangUps,  // close whatever was closed behind the hooks' back (fclose, dup2, a dead child)
  kFlush,        // move what the program wrote into the core and out of the device now. Datagrams:
           // the reply's error is what sending met since the last kFlush (EMSGSIZE, EACCES ...)
  kCheckSend,    // datagrams: DatagramHeader in payload; args[0]: 1 if it is too long; the reply's
                 // error is what comes before a look at the bytes of such a one: where it goes, a
                 // pending error (cleared), a shutdown
  kSendNotice,   // reply: SendNotice in payload; EAGAIN: there is none
  kSendMarked,   // stream: bytes to send in payload; args: 1 if they end a record (MSG_EOR),
                 // SOF_TIMESTAMPING_TX_* for them (-1: the socket's). EAGAIN: nothing was sent,
                 // the handle would say why
  kMarkWritten,  // args as of kSendMarked: such a send has just been written to the handle
  kZeroCopied,   // a send with MSG_ZEROCOPY is done
  // See packet_records.h.
  kPacketStatistics,
  kPacketMembership,
  kSetRing,
  kRingMemory,
  kRingReady,
  kFilterPiece,
  kDetachFilter,
  kLockFilter,
  kFilterLocked,
  kFilter,
  kKeep,       // args: Kept, value
  kKept,       // args[0]: Kept; reply: value
  kSetWanted,  // args[0]: SlotStatus::wanted from now on, which only the hooks understand
  kRtnetlink,  // args[0]: 1 if who asks has CAP_NET_ADMIN; an rtnetlink message in payload; reply:
               // what it is answered with, and the errno
  kDrain,      // at exit: closes every socket; reply once all is sent and acknowledged, or after
               // args[0] ms (-1: TAPSTACK_EXIT_DRAIN_MS)
};

// What a keeper answers to another user's program about a socket that it has not shown a handle of.
inline constexpr int32_t kProve = -2;

struct Request {
  Op op = Op::kHello;
  uint16_t payload_bytes = 0;
  SlotId slot;
  int64_t args[4] = {};
  Endpoint endpoint;
  InterfaceId interface;
  uint8_t payload[kPayloadBytes];
};

struct Reply {
  int32_t error = 0;  // errno, 0 for success
  uint16_t payload_bytes = 0;
  SlotId slot;
  int64_t value = 0;
  Endpoint endpoint;
  uint8_t payload[kPayloadBytes];
};

// What kConnect asks for.
enum class ConnectKind : uint8_t {
  kPlain,
  kWithText,    // MSG_FASTOPEN
  kEndOnly,     // how the attempt made before ended; makes none. ECONNABORTED: there was none
  kBadAddress,  // what the socket's state answers; only if nothing, the errno of the address
};

// What kGroup does to a group: RFC 3678's calls.
enum class GroupCall : uint8_t {
  kJoin,
  kLeave,
  kJoinSource,  // one source in the payload
  kLeaveSource,
  kBlockSource,
  kUnblockSource,
  kFilterInclude,  // replaces the filter by the sources in the payload
  kFilterExclude,
};

// The sources that a membership takes (is_exclude: does not take).
struct GroupFilter {
  static constexpr size_t kSourcesMax = 64;
  bool is_exclude = false;
  uint32_t count = 0;  // that there are; those above kSourcesMax are not told
  IpAddress sources[kSourcesMax];
};
static_assert(sizeof(GroupFilter) <= kPayloadBytes);

// Who the engine is.
struct HelloRecord {
  uint32_t version = kProtocolVersion;
  int32_t pid = 0;
  uint8_t token[16] = {};
  char device[16] = {};
};

// What MSG_ERRQUEUE tells of the program's own sends.
struct SendNotice {
  bool is_stamp = false;    // SO_TIMESTAMPING; otherwise MSG_ZEROCOPY
  uint32_t info = 0;        // ee_info: SCM_TSTAMP_*; the first send
  uint32_t data = 0;        // ee_data: what SOF_TIMESTAMPING_OPT_ID counts; the last send
  int64_t realtime_ns = 0;  // of a stamp
};

// What the engine knows of a socket beyond what its handle shows.
struct SlotStatus {
  SocketKind kind = SocketKind::kTcp;
  TcpState tcp_state = TcpState::kClosed;
  bool is_listening = false;
  bool is_connected =
      false;  // TCP: handshake done at some time and not reset; datagram: has a peer
  bool was_connected = false;  // TCP: was established once
  bool is_bound = false;
  bool receive_shut = false;  // by shutdown(SHUT_RD)
  bool send_shut = false;
  bool peer_closed = false;   // FIN received
  int32_t pending_error = 0;  // errno that the next call would return (not cleared)
  uint16_t readiness = 0;     // Readiness bits of the core's socket
  bool has_queued_error = false;
  bool urgent_coming = false;  // TCP: an urgent octet was announced that is not on the handle yet
  uint8_t protocol = 0;        // IPPROTO_*, as given or implied at kOpen
  uint32_t wanted = 0;         // kSetWanted's, 0 at first; inherited by accepted sockets
};

struct InterfaceRecord {
  uint8_t id = 0;
  char name[16] = {};
  uint8_t mac[6] = {};
  uint32_t mtu = 0;
  uint32_t flags = 0;  // IFF_*
  uint8_t address_count = 0;
  Prefix addresses[8];
  uint64_t in_frames = 0, in_bytes = 0, out_frames = 0, out_bytes = 0;
  uint64_t in_errors = 0, in_dropped = 0, out_errors = 0, out_dropped = 0;
};

// A socket as netstat and ss show it.
struct SocketRecord {
  Listed line;
  uint32_t uid = 0;       // of the program that made it; 0 while nobody has it, as on Linux
  uint64_t inode = 0;     // of the program's handle; likewise
  uint32_t mark = 0;      // SO_MARK
  uint32_t priority = 0;  // SO_PRIORITY
  uint64_t cookie = 0;    // SO_COOKIE; of one without a program its own, with the highest bit set
};
static_assert(sizeof(SocketRecord) <= kPayloadBytes);

// SO_COOKIE.
constexpr uint64_t cookie_of(SlotId id) { return uint64_t{id.generation} << 32 | (id.slot + 1); }
constexpr SlotId slot_with_cookie(uint64_t cookie) {
  return {static_cast<uint32_t>(cookie) - 1, static_cast<uint32_t>(cookie >> 32)};
}

// Who is to be asked for names, as far as the engine knows: TAPSTACK_DNS, else what DHCP servers
// and routers named.
struct NameServersRecord {
  bool is_all = false;  // TAPSTACK_DNS: nobody else is to be asked
  uint8_t count = 0;
  IpAddress servers[4];
  char search[512] = {};  // domains, with spaces between and a zero behind
};
static_assert(sizeof(NameServersRecord) <= kPayloadBytes);

// In front of every datagram on a SEQPACKET handle, both ways. The hooks add and strip it.
struct DatagramHeader {
  // What did not come through a hook (stdio of libc writes by itself) has no header; the engine
  // takes a message without the mark as payload for the connected peer.
  static constexpr uint64_t kMark = 0x7d1d6a7f3c5ab4e9;
  static constexpr uint8_t kDontRoute = 1;  // out: MSG_DONTROUTE
  static constexpr uint8_t kStamp = 2;      // out: to be told when it is sent (kSendNotice)
  static constexpr uint8_t kMore = 4;       // out: MSG_MORE
  static constexpr uint8_t kRing = 0x10;    // in, packet: no datagram; the ring has frames
  static constexpr uint8_t kHasNetlinkAddress = 0x20;  // out, netlink: an address was given
  static constexpr uint8_t kIsAdmin = 0x40;            // out, netlink: the sender has CAP_NET_ADMIN
  static constexpr uint8_t kWakeOnly =
      0x80;  // in: no datagram; an error waits (kTakeError, kQueuedError)

  uint64_t mark = kMark;
  Endpoint peer;    // in: from; out: to (family none: the connected peer)
  IpAddress local;  // in: destination of the packet; out: source wanted
  Port local_port;  // in: of the socket, if Wanted::kOriginalDestination or its like is set
  InterfaceId interface;
  uint8_t ttl = 0;  // out: 0 for the socket's
  uint8_t tos = 0;
  uint8_t flags = 0;           // kDontRoute, kWakeOnly, kStamp, kMore
  uint16_t segment_bytes = 0;  // out: UDP_SEGMENT, 0 for the socket's; in: of each datagram but the
                               // last that were joined (UDP_GRO), 0: it is one
  uint32_t flow_label = 0;     // IPv6, 20 bits
  // Options of the packet stand behind this header, in front of the payload.
  std::array<uint8_t, 4> given_bytes{};  // out: how much of each PacketHeader, in that order
  uint16_t option_bytes = 0;             // in: if Wanted::kPacketOptions was ever set
  uint8_t first_header = 0;              // in: of IPv6, what the first of them is
  int64_t received_realtime_ns = 0;      // in: CLOCK_REALTIME, for SO_TIMESTAMP
  uint32_t netlink_port = 0;             // netlink, out: nl_pid of the address
  uint32_t netlink_group = 0;            // netlink: the multicast group, numbered from 1; 0: none
};

// kSetOption and kGetOption of a netlink socket, args[2]: args[0] is an option of SOL_NETLINK.
inline constexpr int64_t kNetlinkLevel = 1;

// Who a netlink socket is, or is connected to; reply of kLocalEndpoint and kRemoteEndpoint.
struct NetlinkName {
  uint32_t port = 0;    // nl_pid
  uint32_t groups = 0;  // nl_groups
};

// One per connection waiting at a listener, on the listener's handle.
inline constexpr size_t kAcceptTokenBytes = 8;

}  // namespace tapstack::shim
