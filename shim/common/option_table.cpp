#include "shim/common/option_table.h"

#include <linux/icmp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>

namespace tapstack::shim {
namespace {

constexpr OptionRow flag(int level, int name, Option option) {
  return {level, name, OptionStyle::kBool, option, 0};
}
constexpr OptionRow number(int level, int name, Option option) {
  return {level, name, OptionStyle::kInt, option, 0};
}
constexpr OptionRow unsigned_number(int level, int name, Option option) {
  return {level, name, OptionStyle::kUInt, option, 0};
}
constexpr OptionRow wanted(int level, int name, uint32_t bit) {
  return {level, name, OptionStyle::kWanted, Option{}, bit};
}
constexpr OptionRow other(int level, int name, OptionStyle style) {
  return {level, name, style, Option{}, 0};
}

constexpr OptionRow kRows[] = {
    flag(SOL_SOCKET, SO_REUSEADDR, Option::kReuseAddress),
    flag(SOL_SOCKET, SO_REUSEPORT, Option::kReusePort),
    flag(SOL_SOCKET, SO_BROADCAST, Option::kBroadcast),
    flag(SOL_SOCKET, SO_KEEPALIVE, Option::kKeepAlive),
    flag(SOL_SOCKET, SO_NO_CHECK, Option::kNoChecksum),
    number(SOL_SOCKET, SO_RCVBUF, Option::kReceiveBuffer),
    number(SOL_SOCKET, SO_SNDBUF, Option::kSendBuffer),
    number(SOL_SOCKET, SO_RCVBUFFORCE, Option::kReceiveBuffer),
    number(SOL_SOCKET, SO_SNDBUFFORCE, Option::kSendBuffer),
    number(SOL_SOCKET, SO_RCVLOWAT, Option::kReceiveLowWater),
    {SOL_SOCKET, SO_LINGER, OptionStyle::kLinger, Option::kLingerS, 0},
    wanted(SOL_SOCKET, SO_TIMESTAMP, Wanted::kTimestamp),
    wanted(SOL_SOCKET, SO_TIMESTAMPNS, Wanted::kTimestampNs),
    other(SOL_SOCKET, SO_OOBINLINE, OptionStyle::kNative),
    other(SOL_SOCKET, SO_RCVTIMEO, OptionStyle::kNative),
    other(SOL_SOCKET, SO_SNDTIMEO, OptionStyle::kNative),
    other(SOL_SOCKET, SO_TYPE, OptionStyle::kFixed),
    other(SOL_SOCKET, SO_DOMAIN, OptionStyle::kFixed),
    other(SOL_SOCKET, SO_PROTOCOL, OptionStyle::kFixed),
    other(SOL_SOCKET, SO_ERROR, OptionStyle::kFixed),
    other(SOL_SOCKET, SO_ACCEPTCONN, OptionStyle::kFixed),
    other(SOL_SOCKET, SO_SNDLOWAT, OptionStyle::kFixed),

    number(IPPROTO_IP, IP_TTL, Option::kTtl),
    number(IPPROTO_IP, IP_TOS, Option::kTos),
    number(IPPROTO_IP, IP_MTU_DISCOVER, Option::kMtuDiscover),
    number(IPPROTO_IP, IP_MTU, Option::kMtu),
    number(IPPROTO_IP, IP_MULTICAST_TTL, Option::kMulticastTtl),
    flag(IPPROTO_IP, IP_MULTICAST_LOOP, Option::kMulticastLoop),
    flag(IPPROTO_IP, IP_MULTICAST_ALL, Option::kMulticastAll),
    flag(IPPROTO_IP, IP_RECVERR, Option::kReceiveErrors),
    flag(IPPROTO_IP, IP_HDRINCL, Option::kHeaderIncluded),
    wanted(IPPROTO_IP, IP_RECVTTL, Wanted::kTtl),
    wanted(IPPROTO_IP, IP_RECVTOS, Wanted::kTos),
    wanted(IPPROTO_IP, IP_PKTINFO, Wanted::kPacketInfo),
    wanted(IPPROTO_IP, IP_RECVOPTS, Wanted::kOptions),
    wanted(IPPROTO_IP, IP_RETOPTS, Wanted::kRawOptions),

    flag(IPPROTO_IPV6, IPV6_V6ONLY, Option::kIp6Only),
    number(IPPROTO_IPV6, IPV6_UNICAST_HOPS, Option::kIp6HopLimit),
    number(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, Option::kIp6MulticastHops),
    number(IPPROTO_IPV6, IPV6_MULTICAST_IF, Option::kMulticastInterface),
    flag(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, Option::kMulticastLoop),
    flag(IPPROTO_IPV6, IPV6_MULTICAST_ALL, Option::kMulticastAll),
    number(IPPROTO_IPV6, IPV6_TCLASS, Option::kIp6TrafficClass),
    number(IPPROTO_IPV6, IPV6_MTU_DISCOVER, Option::kIp6MtuDiscover),
    number(IPPROTO_IPV6, IPV6_MTU, Option::kIp6Mtu),
    flag(IPPROTO_IPV6, IPV6_RECVERR, Option::kIp6ReceiveErrors),
    flag(IPPROTO_IPV6, IPV6_DONTFRAG, Option::kIp6DontFragment),
    flag(IPPROTO_IPV6, IPV6_HDRINCL, Option::kHeaderIncluded),
    number(IPPROTO_IPV6, IPV6_CHECKSUM, Option::kIp6Checksum),
    number(SOL_RAW, IPV6_CHECKSUM, Option::kIp6Checksum),
    wanted(IPPROTO_IPV6, IPV6_RECVPKTINFO, Wanted::kIp6PacketInfo),
    wanted(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, Wanted::kIp6HopLimit),
    wanted(IPPROTO_IPV6, IPV6_RECVTCLASS, Wanted::kIp6TrafficClass),
    wanted(IPPROTO_IPV6, IPV6_2292PKTINFO, Wanted::kIp6PacketInfo2292),
    wanted(IPPROTO_IPV6, IPV6_2292HOPLIMIT, Wanted::kIp6HopLimit2292),
    wanted(IPPROTO_IPV6, IPV6_RECVRTHDR, Wanted::kIp6RoutingHeader),
    wanted(IPPROTO_IPV6, IPV6_RECVHOPOPTS, Wanted::kIp6HopOptions),
    wanted(IPPROTO_IPV6, IPV6_RECVDSTOPTS, Wanted::kIp6DestinationOptions),

    flag(IPPROTO_UDP, UDP_NO_CHECK6_TX, Option::kIp6NoChecksumSent),
    flag(IPPROTO_UDP, UDP_NO_CHECK6_RX, Option::kIp6NoChecksumTaken),

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
    wanted(IPPROTO_TCP, TCP_INQ, Wanted::kInQueue),

    unsigned_number(SOL_RAW, ICMP_FILTER, Option::kIcmpFilter),
};

}  // namespace

const OptionRow* find_option(int level, int name) {
  for (const OptionRow& row : kRows) {
    if (row.level == level && row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace tapstack::shim
