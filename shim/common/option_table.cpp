#include "shim/common/option_table.h"

#include <linux/icmp.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace tapstack::shim {
namespace {

// Names that the system's headers lack, or have where they cannot be had beside netinet's.
constexpr int kIpProtocol = 52;              // IP_PROTOCOL
constexpr int kSoPassPidFd = 76;             // SO_PASSPIDFD
constexpr int kSoPeerPidFd = 77;             // SO_PEERPIDFD
constexpr int kSoReceivePriority = 82;       // SO_RCVPRIORITY
constexpr int kSoPassRights = 83;            // SO_PASSRIGHTS
constexpr int kIp6FlowInfo = 11;             // IPV6_FLOWINFO
constexpr int kIp6FlowInfoSend = 33;         // IPV6_FLOWINFO_SEND
constexpr int kUdpLiteSendCoverage = 10;     // UDPLITE_SEND_CSCOV
constexpr int kUdpLiteReceiveCoverage = 11;  // UDPLITE_RECV_CSCOV
constexpr int kUdpNoCheck6Sent = 101;        // UDP_NO_CHECK6_TX
constexpr int kUdpNoCheck6Taken = 102;       // UDP_NO_CHECK6_RX

constexpr OptionRow flag(int level, int name, Option option, uint8_t who = Who::kAll,
                         Short when_short = Short::kAsLevel) {
  return {.level = level,
          .name = name,
          .who = who,
          .style = OptionStyle::kBool,
          .option = option,
          .when_short = when_short};
}
constexpr OptionRow number(int level, int name, Option option, uint8_t who = Who::kAll,
                           Short when_short = Short::kAsLevel) {
  OptionRow row = flag(level, name, option, who, when_short);
  row.style = OptionStyle::kInt;
  return row;
}
constexpr OptionRow unsigned_number(int level, int name, Option option) {
  OptionRow row = flag(level, name, option);
  row.style = OptionStyle::kUInt;
  return row;
}
constexpr OptionRow write_only(int level, int name, Option option) {
  OptionRow row = number(level, name, option);
  row.is_write_only = true;
  return row;
}
constexpr OptionRow wanted(int level, int name, uint32_t bit) {
  return {.level = level, .name = name, .style = OptionStyle::kWanted, .wanted = bit};
}
constexpr OptionRow kept(int level, int name, Kept kept, uint8_t who = Who::kAll,
                         Short when_short = Short::kAsLevel) {
  return {.level = level,
          .name = name,
          .who = who,
          .style = OptionStyle::kKeptBool,
          .kept = kept,
          .when_short = when_short};
}
struct Range {
  int min = INT_MIN, max = INT_MAX;
};
constexpr OptionRow kept_in(int level, int name, Kept kept_as, Range range,
                            uint8_t who = Who::kAll) {
  OptionRow row = kept(level, name, kept_as, who);
  row.style = OptionStyle::kKeptInt;
  row.min = range.min;
  row.max = range.max;
  return row;
}
// Whose value must be 0 or 1.
constexpr OptionRow zero_or_one(OptionRow row) {
  row.min = 0;
  row.max = 1;
  return row;
}
// One that is on unless set.
constexpr OptionRow on_at_first(OptionRow row) {
  row.initial = 1;
  return row;
}
constexpr OptionRow other(int level, int name, OptionStyle style) {
  return {.level = level, .name = name, .style = style};
}
constexpr OptionRow constant(int level, int name, uint8_t who, int value, int set_error) {
  return {.level = level,
          .name = name,
          .who = who,
          .style = OptionStyle::kConstant,
          .value = value,
          .set_error = set_error};
}
constexpr OptionRow refused(int level, int name, int get_error, int set_error,
                            uint8_t who = Who::kAll) {
  return {.level = level,
          .name = name,
          .who = who,
          .style = OptionStyle::kRefused,
          .get_error = get_error,
          .set_error = set_error};
}
// With `privilege` only, but for values in `free`.
constexpr OptionRow privileged(OptionRow row, Privilege privilege, Range free, int error = EPERM) {
  row.privilege = privilege;
  row.free_min = free.min;
  row.free_max = free.max;
  row.without_privilege = error;
  return row;
}
constexpr OptionRow whatever_length(OptionRow row) {
  row.when_short = Short::kIgnored;
  return row;
}

constexpr Range kNoValue{1, 0}, kZero{0, 0}, kPrioritiesOfAll{0, 6};

// By kind and family, where not all have an option.
constexpr uint8_t kStreams = Who::kStream | Who::kBoth;
constexpr uint8_t kDatagrams = Who::kDatagram | Who::kBoth;
constexpr uint8_t kRaws = Who::kRaw | Who::kBoth;
constexpr uint8_t kNotRaws = kStreams | Who::kUdp | Who::kPing;
constexpr uint8_t kUdps = Who::kUdp | Who::kBoth;
constexpr uint8_t kUdp4 = Who::kUdp | Who::kIp4;
constexpr uint8_t kUdp6 = Who::kUdp | Who::kIp6;

constexpr OptionRow kRows[] = {
    privileged(kept(SOL_SOCKET, SO_DEBUG, Kept::kDebug), Privilege::kAdmin, kZero, EACCES),
    flag(SOL_SOCKET, SO_REUSEADDR, Option::kReuseAddress),
    kept(SOL_SOCKET, SO_DONTROUTE, Kept::kDontRoute),
    flag(SOL_SOCKET, SO_REUSEPORT, Option::kReusePort),
    flag(SOL_SOCKET, SO_BROADCAST, Option::kBroadcast),
    flag(SOL_SOCKET, SO_KEEPALIVE, Option::kKeepAlive),
    flag(SOL_SOCKET, SO_NO_CHECK, Option::kNoChecksum, kDatagrams),
    kept(SOL_SOCKET, SO_NO_CHECK, Kept::kNoCheck, kStreams),
    privileged(kept_in(SOL_SOCKET, SO_PRIORITY, Kept::kPriority, {}), Privilege::kAdminOrRaw,
               kPrioritiesOfAll),
    constant(SOL_SOCKET, SO_BSDCOMPAT, Who::kAll, 0, 0),
    number(SOL_SOCKET, SO_RCVBUF, Option::kReceiveBuffer),
    number(SOL_SOCKET, SO_SNDBUF, Option::kSendBuffer),
    privileged(write_only(SOL_SOCKET, SO_RCVBUFFORCE, Option::kReceiveBuffer), Privilege::kAdmin,
               kNoValue),
    privileged(write_only(SOL_SOCKET, SO_SNDBUFFORCE, Option::kSendBuffer), Privilege::kAdmin,
               kNoValue),
    number(SOL_SOCKET, SO_RCVLOWAT, Option::kReceiveLowWater),
    {.level = SOL_SOCKET,
     .name = SO_LINGER,
     .style = OptionStyle::kLinger,
     .option = Option::kLingerS},
    constant(SOL_SOCKET, SO_ZEROCOPY, kRaws | Who::kPing, 0, EOPNOTSUPP),
    zero_or_one(wanted(SOL_SOCKET, SO_ZEROCOPY, Wanted::kZeroCopy)),
    wanted(SOL_SOCKET, SO_TIMESTAMP, Wanted::kTimestamp),
    wanted(SOL_SOCKET, SO_TIMESTAMPNS, Wanted::kTimestampNs),
    wanted(SOL_SOCKET, SO_TIMESTAMP_NEW, Wanted::kTimestamp | Wanted::kNewStamps),
    wanted(SOL_SOCKET, SO_TIMESTAMPNS_NEW, Wanted::kTimestampNs | Wanted::kNewStamps),
    other(SOL_SOCKET, SO_OOBINLINE, OptionStyle::kNative),
    other(SOL_SOCKET, SO_RCVTIMEO, OptionStyle::kNative),
    other(SOL_SOCKET, SO_SNDTIMEO, OptionStyle::kNative),
    other(SOL_SOCKET, SO_RCVTIMEO_NEW, OptionStyle::kNative),
    other(SOL_SOCKET, SO_SNDTIMEO_NEW, OptionStyle::kNative),
    other(SOL_SOCKET, SO_TYPE, OptionStyle::kFixed),
    other(SOL_SOCKET, SO_DOMAIN, OptionStyle::kFixed),
    other(SOL_SOCKET, SO_PROTOCOL, OptionStyle::kFixed),
    other(SOL_SOCKET, SO_ERROR, OptionStyle::kFixed),
    other(SOL_SOCKET, SO_ACCEPTCONN, OptionStyle::kFixed),
    other(SOL_SOCKET, SO_SNDLOWAT, OptionStyle::kFixed),
    refused(SOL_SOCKET, SO_PASSCRED, EOPNOTSUPP, EOPNOTSUPP),
    refused(SOL_SOCKET, SO_PASSSEC, EOPNOTSUPP, EOPNOTSUPP),
    refused(SOL_SOCKET, kSoPassPidFd, EOPNOTSUPP, EOPNOTSUPP),
    refused(SOL_SOCKET, kSoPassRights, EOPNOTSUPP, EOPNOTSUPP),
    refused(SOL_SOCKET, SO_PEERGROUPS, ENODATA, ENOPROTOOPT),
    refused(SOL_SOCKET, kSoPeerPidFd, ENODATA, ENOPROTOOPT),
    privileged(kept_in(SOL_SOCKET, SO_MARK, Kept::kMark, {}), Privilege::kAdminOrRaw, kNoValue),
    privileged(kept(SOL_SOCKET, SO_RCVMARK, Kept::kReceiveMark), Privilege::kAdminOrRaw, kNoValue),
    kept(SOL_SOCKET, kSoReceivePriority, Kept::kReceivePriority),
    kept(SOL_SOCKET, SO_WIFI_STATUS, Kept::kWifiStatus),
    kept(SOL_SOCKET, SO_NOFCS, Kept::kNoFcs),
    kept(SOL_SOCKET, SO_SELECT_ERR_QUEUE, Kept::kSelectErrorQueue),
    kept_in(SOL_SOCKET, SO_BUSY_POLL, Kept::kBusyPoll, {0, INT_MAX}),
    privileged(kept(SOL_SOCKET, SO_PREFER_BUSY_POLL, Kept::kPreferBusyPoll), Privilege::kAdmin,
               kZero),
    constant(SOL_SOCKET, SO_BPF_EXTENSIONS, Who::kAll, 64, ENOPROTOOPT),
    kept_in(SOL_SOCKET, SO_BUF_LOCK, Kept::kBufferLock, {0, 3}),
    refused(SOL_SOCKET, SO_TXREHASH, EOPNOTSUPP, EOPNOTSUPP, kDatagrams),
    on_at_first(kept_in(SOL_SOCKET, SO_TXREHASH, Kept::kTransmitRehash, {-1, 1}, kStreams)),
    number(SOL_SOCKET, SO_BINDTOIFINDEX, Option::kBindInterface),

    number(IPPROTO_IP, IP_TTL, Option::kTtl, Who::kAll, Short::kNotEmpty),
    number(IPPROTO_IP, IP_TOS, Option::kTos),
    number(IPPROTO_IP, IP_MTU_DISCOVER, Option::kMtuDiscover),
    number(IPPROTO_IP, IP_MTU, Option::kMtu, Who::kAll, Short::kIgnored),
    number(IPPROTO_IP, IP_MULTICAST_TTL, Option::kMulticastTtl, kDatagrams, Short::kNotEmpty),
    constant(IPPROTO_IP, IP_MULTICAST_TTL, kStreams, 1, EINVAL),
    flag(IPPROTO_IP, IP_MULTICAST_LOOP, Option::kMulticastLoop, kDatagrams, Short::kNotEmpty),
    on_at_first(
        kept(IPPROTO_IP, IP_MULTICAST_LOOP, Kept::kMulticastLoop, kStreams, Short::kNotEmpty)),
    zero_or_one(
        flag(IPPROTO_IP, IP_MULTICAST_ALL, Option::kMulticastAll, kDatagrams, Short::kNotEmpty)),
    on_at_first(zero_or_one(kept(IPPROTO_IP, IP_MULTICAST_ALL, Kept::kMulticastAll,
                                 Who::kStream | Who::kIp4, Short::kNotEmpty))),
    zero_or_one(kept(IPPROTO_IP, IP_MULTICAST_ALL, Kept::kMulticastAll, Who::kStream | Who::kIp6,
                     Short::kNotEmpty)),
    constant(IPPROTO_IP, IP_MULTICAST_IF, kStreams, 0, EINVAL),
    refused(IPPROTO_IP, IP_ADD_MEMBERSHIP, ENOPROTOOPT, EPROTO, kStreams),
    refused(IPPROTO_IP, IP_DROP_MEMBERSHIP, ENOPROTOOPT, EPROTO, kStreams),
    refused(IPPROTO_IP, IP_MSFILTER, EINVAL, EINVAL, kStreams),
    flag(IPPROTO_IP, IP_RECVERR, Option::kReceiveErrors),
    flag(IPPROTO_IP, IP_HDRINCL, Option::kHeaderIncluded, kRaws),
    constant(IPPROTO_IP, IP_HDRINCL, kNotRaws, 0, ENOPROTOOPT),
    kept(IPPROTO_IP, IP_ROUTER_ALERT, Kept::kRouterAlert, kRaws),
    constant(IPPROTO_IP, IP_ROUTER_ALERT, kNotRaws, 0, EINVAL),
    kept(IPPROTO_IP, IP_NODEFRAG, Kept::kNoDefragment, kRaws),
    constant(IPPROTO_IP, IP_NODEFRAG, kNotRaws, 0, ENOPROTOOPT),
    flag(IPPROTO_IP, IP_FREEBIND, Option::kFreeBind, Who::kAll, Short::kNotEmpty),
    privileged(flag(IPPROTO_IP, IP_TRANSPARENT, Option::kTransparent, Who::kAll, Short::kNotEmpty),
               Privilege::kAdminOrRaw, kZero),
    refused(IPPROTO_IP, IP_IPSEC_POLICY, ENOPROTOOPT, EOPNOTSUPP),
    refused(IPPROTO_IP, IP_XFRM_POLICY, ENOPROTOOPT, EINVAL, Who::kAll & ~Who::kIp6),
    refused(IPPROTO_IP, IP_XFRM_POLICY, ENOPROTOOPT, EOPNOTSUPP, Who::kAll & ~Who::kIp4),
    number(IPPROTO_IP, IP_MINTTL, Option::kMinTtl, Who::kAll, Short::kNotEmpty),
    kept(IPPROTO_IP, IP_PASSSEC, Kept::kPassSecurity),
    kept(IPPROTO_IP, IP_CHECKSUM, Kept::kChecksum),
    kept(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, Kept::kBindLatePort),
    kept(IPPROTO_IP, IP_RECVFRAGSIZE, Kept::kFragmentSize, kDatagrams),
    constant(IPPROTO_IP, IP_RECVFRAGSIZE, kStreams, 0, EINVAL),
    kept_in(IPPROTO_IP, IP_RECVERR_RFC4884, Kept::kErrors4884, {0, 1}),
    whatever_length(constant(IPPROTO_IP, kIpProtocol, kNotRaws, 0, ENOPROTOOPT)),
    wanted(IPPROTO_IP, IP_RECVTTL, Wanted::kTtl),
    wanted(IPPROTO_IP, IP_RECVTOS, Wanted::kTos),
    wanted(IPPROTO_IP, IP_PKTINFO, Wanted::kPacketInfo),
    wanted(IPPROTO_IP, IP_RECVOPTS, Wanted::kOptions),
    wanted(IPPROTO_IP, IP_RETOPTS, Wanted::kRawOptions),
    wanted(IPPROTO_IP, IP_RECVORIGDSTADDR, Wanted::kOriginalDestination),

    flag(IPPROTO_IPV6, IPV6_V6ONLY, Option::kIp6Only, kNotRaws),
    whatever_length(constant(IPPROTO_IPV6, IPV6_V6ONLY, kRaws, 0, EINVAL)),
    number(IPPROTO_IPV6, IPV6_UNICAST_HOPS, Option::kIp6HopLimit),
    number(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, Option::kIp6MulticastHops, kDatagrams),
    whatever_length(constant(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kStreams, 1, ENOPROTOOPT)),
    number(IPPROTO_IPV6, IPV6_MULTICAST_IF, Option::kIp6MulticastInterface, kDatagrams),
    whatever_length(constant(IPPROTO_IPV6, IPV6_MULTICAST_IF, kStreams, 0, ENOPROTOOPT)),
    zero_or_one(flag(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, Option::kIp6MulticastLoop, kDatagrams)),
    on_at_first(kept_in(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, Kept::kMulticastLoop, {0, 1}, kStreams)),
    flag(IPPROTO_IPV6, IPV6_MULTICAST_ALL, Option::kIp6MulticastAll, kDatagrams),
    on_at_first(kept(IPPROTO_IPV6, IPV6_MULTICAST_ALL, Kept::kIp6MulticastAll, kStreams)),
    number(IPPROTO_IPV6, IPV6_TCLASS, Option::kIp6TrafficClass),
    number(IPPROTO_IPV6, IPV6_MTU_DISCOVER, Option::kIp6MtuDiscover),
    number(IPPROTO_IPV6, IPV6_MTU, Option::kIp6Mtu),
    flag(IPPROTO_IPV6, IPV6_RECVERR, Option::kIp6ReceiveErrors),
    kept_in(IPPROTO_IPV6, IPV6_RECVERR_RFC4884, Kept::kIp6Errors4884, {0, 1}),
    flag(IPPROTO_IPV6, IPV6_DONTFRAG, Option::kIp6DontFragment, kDatagrams, Short::kIsZero),
    kept(IPPROTO_IPV6, IPV6_DONTFRAG, Kept::kIp6DontFragment, kStreams, Short::kIsZero),
    flag(IPPROTO_IPV6, IPV6_HDRINCL, Option::kHeaderIncluded, kRaws),
    number(IPPROTO_IPV6, IPV6_CHECKSUM, Option::kIp6Checksum, kRaws),
    number(SOL_RAW, IPV6_CHECKSUM, Option::kIp6Checksum, Who::kRaw | Who::kIp6),
    flag(IPPROTO_IPV6, IPV6_FREEBIND, Option::kFreeBind),
    privileged(flag(IPPROTO_IPV6, IPV6_TRANSPARENT, Option::kTransparent), Privilege::kAdminOrRaw,
               kZero),
    flag(IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, Option::kIp6AutoFlowLabel, Who::kAll, Short::kIsZero),
    number(IPPROTO_IPV6, IPV6_MINHOPCOUNT, Option::kIp6MinHops),
    number(IPPROTO_IPV6, IPV6_ADDR_PREFERENCES, Option::kIp6AddressPreferences),
    kept(IPPROTO_IPV6, IPV6_ROUTER_ALERT_ISOLATE, Kept::kRouterAlertIsolate),
    constant(IPPROTO_IPV6, IPV6_ROUTER_ALERT, Who::kAll, 0, ENOPROTOOPT),
    kept(IPPROTO_IPV6, IPV6_RECVPATHMTU, Kept::kIp6PathMtu),
    kept(IPPROTO_IPV6, IPV6_RECVFRAGSIZE, Kept::kIp6FragmentSize, Who::kAll, Short::kIsZero),
    wanted(IPPROTO_IPV6, kIp6FlowInfo, Wanted::kIp6FlowInfo),
    flag(IPPROTO_IPV6, kIp6FlowInfoSend, Option::kIp6FlowInfoSend),
    wanted(IPPROTO_IPV6, IPV6_RECVPKTINFO, Wanted::kIp6PacketInfo),
    wanted(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, Wanted::kIp6HopLimit),
    wanted(IPPROTO_IPV6, IPV6_RECVTCLASS, Wanted::kIp6TrafficClass),
    wanted(IPPROTO_IPV6, IPV6_2292PKTINFO, Wanted::kIp6PacketInfo2292),
    wanted(IPPROTO_IPV6, IPV6_2292HOPLIMIT, Wanted::kIp6HopLimit2292),
    wanted(IPPROTO_IPV6, IPV6_RECVRTHDR, Wanted::kIp6RoutingHeader),
    wanted(IPPROTO_IPV6, IPV6_RECVHOPOPTS, Wanted::kIp6HopOptions),
    wanted(IPPROTO_IPV6, IPV6_RECVDSTOPTS, Wanted::kIp6DestinationOptions),
    wanted(IPPROTO_IPV6, IPV6_2292RTHDR, Wanted::kIp6RoutingHeader2292),
    wanted(IPPROTO_IPV6, IPV6_2292HOPOPTS, Wanted::kIp6HopOptions2292),
    wanted(IPPROTO_IPV6, IPV6_2292DSTOPTS, Wanted::kIp6DestinationOptions2292),
    wanted(IPPROTO_IPV6, IPV6_RECVORIGDSTADDR, Wanted::kIp6OriginalDestination),
    refused(IPPROTO_IPV6, IPV6_IPSEC_POLICY, ENOPROTOOPT, EOPNOTSUPP),
    refused(IPPROTO_IPV6, IPV6_XFRM_POLICY, ENOPROTOOPT, EINVAL),

    flag(IPPROTO_UDP, kUdpNoCheck6Sent, Option::kIp6NoChecksumSent, kUdp6),
    kept(IPPROTO_UDP, kUdpNoCheck6Sent, Kept::kNoChecksumSent, kUdp4),
    flag(IPPROTO_UDP, kUdpNoCheck6Taken, Option::kIp6NoChecksumTaken, kUdp6),
    kept(IPPROTO_UDP, kUdpNoCheck6Taken, Kept::kNoChecksumTaken, kUdp4),
    flag(IPPROTO_UDP, UDP_CORK, Option::kCork, kUdps),
    kept_in(IPPROTO_UDP, UDP_SEGMENT, Kept::kUdpSegment, {0, 65'535}, kUdps),
    kept(IPPROTO_UDP, UDP_GRO, Kept::kUdpGro, kUdps),
    constant(IPPROTO_UDP, UDP_ENCAP, kUdps, 0, ENOPROTOOPT),
    number(IPPROTO_UDP, kUdpLiteSendCoverage, Option::kLiteSendCoverage, kUdps),
    number(IPPROTO_UDP, kUdpLiteReceiveCoverage, Option::kLiteReceiveCoverage, kUdps),

    flag(IPPROTO_TCP, TCP_NODELAY, Option::kNoDelay),
    flag(IPPROTO_TCP, TCP_CORK, Option::kCork),
    number(IPPROTO_TCP, TCP_QUICKACK, Option::kQuickAck),
    number(IPPROTO_TCP, TCP_MAXSEG, Option::kMaxSegment),
    number(IPPROTO_TCP, TCP_KEEPIDLE, Option::kKeepAliveIdleS),
    number(IPPROTO_TCP, TCP_KEEPINTVL, Option::kKeepAliveIntervalS),
    number(IPPROTO_TCP, TCP_KEEPCNT, Option::kKeepAliveProbes),
    number(IPPROTO_TCP, TCP_SYNCNT, Option::kSynRetries),
    number(IPPROTO_TCP, TCP_USER_TIMEOUT, Option::kUserTimeoutMs),
    number(IPPROTO_TCP, TCP_FASTOPEN, Option::kFastOpenQueue),
    number(IPPROTO_TCP, TCP_FASTOPEN_CONNECT, Option::kFastOpenConnect),
    flag(IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, Option::kFastOpenNoCookie),
    number(IPPROTO_TCP, TCP_DEFER_ACCEPT, Option::kDeferAcceptS),
    number(IPPROTO_TCP, TCP_LINGER2, Option::kLinger2S),
    unsigned_number(IPPROTO_TCP, TCP_NOTSENT_LOWAT, Option::kNotSentLowWater),
    number(IPPROTO_TCP, TCP_WINDOW_CLAMP, Option::kWindowClamp),
    zero_or_one(wanted(IPPROTO_TCP, TCP_INQ, Wanted::kInQueue)),
};

}  // namespace

const OptionRow* find_option(int level, int name, uint8_t who) {
  for (const OptionRow& row : kRows) {
    if (row.level == level && row.name == name && (row.who & who) == who) return &row;
  }
  return nullptr;
}

}  // namespace tapstack::shim
