#include "shim/trace/names.h"

#include <arpa/nameser.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>

namespace tapstack::shim::trace {
namespace {

#define TAPSTACK_NAME(constant) \
  { constant, #constant }

constexpr Name kFamilyTable[] = {
    TAPSTACK_NAME(AF_UNSPEC), TAPSTACK_NAME(AF_UNIX),    TAPSTACK_NAME(AF_INET),
    TAPSTACK_NAME(AF_INET6),  TAPSTACK_NAME(AF_NETLINK), TAPSTACK_NAME(AF_PACKET),
};

constexpr Name kSocketTypeTable[] = {
    TAPSTACK_NAME(SOCK_STREAM), TAPSTACK_NAME(SOCK_DGRAM),     TAPSTACK_NAME(SOCK_RAW),
    TAPSTACK_NAME(SOCK_RDM),    TAPSTACK_NAME(SOCK_SEQPACKET), TAPSTACK_NAME(SOCK_DCCP),
};

constexpr Name kSocketTypeFlagTable[] = {
    TAPSTACK_NAME(SOCK_NONBLOCK),
    TAPSTACK_NAME(SOCK_CLOEXEC),
};

constexpr Name kIpProtocolTable[] = {
    TAPSTACK_NAME(IPPROTO_IP),   TAPSTACK_NAME(IPPROTO_ICMP),  TAPSTACK_NAME(IPPROTO_IGMP),
    TAPSTACK_NAME(IPPROTO_TCP),  TAPSTACK_NAME(IPPROTO_UDP),   TAPSTACK_NAME(IPPROTO_ICMPV6),
    TAPSTACK_NAME(IPPROTO_IPV6), TAPSTACK_NAME(IPPROTO_SCTP),  TAPSTACK_NAME(IPPROTO_UDPLITE),
    TAPSTACK_NAME(IPPROTO_RAW),  TAPSTACK_NAME(IPPROTO_MPTCP),
};

constexpr Name kNetlinkProtocolTable[] = {
    TAPSTACK_NAME(NETLINK_ROUTE), TAPSTACK_NAME(NETLINK_SOCK_DIAG), TAPSTACK_NAME(NETLINK_NFLOG),
    TAPSTACK_NAME(NETLINK_XFRM),  TAPSTACK_NAME(NETLINK_NETFILTER), TAPSTACK_NAME(NETLINK_GENERIC),
};

constexpr Name kFrameProtocolTable[] = {
    TAPSTACK_NAME(ETH_P_ALL),   TAPSTACK_NAME(ETH_P_IP),    TAPSTACK_NAME(ETH_P_IPV6),
    TAPSTACK_NAME(ETH_P_ARP),   TAPSTACK_NAME(ETH_P_802_3), TAPSTACK_NAME(ETH_P_802_2),
    TAPSTACK_NAME(ETH_P_8021Q),
};

constexpr Name kShutdownTable[] = {
    TAPSTACK_NAME(SHUT_RD),
    TAPSTACK_NAME(SHUT_WR),
    TAPSTACK_NAME(SHUT_RDWR),
};

constexpr Name kMessageFlagTable[] = {
    TAPSTACK_NAME(MSG_OOB),          TAPSTACK_NAME(MSG_PEEK),     TAPSTACK_NAME(MSG_DONTROUTE),
    TAPSTACK_NAME(MSG_CTRUNC),       TAPSTACK_NAME(MSG_TRUNC),    TAPSTACK_NAME(MSG_DONTWAIT),
    TAPSTACK_NAME(MSG_EOR),          TAPSTACK_NAME(MSG_WAITALL),  TAPSTACK_NAME(MSG_CONFIRM),
    TAPSTACK_NAME(MSG_ERRQUEUE),     TAPSTACK_NAME(MSG_NOSIGNAL), TAPSTACK_NAME(MSG_MORE),
    TAPSTACK_NAME(MSG_WAITFORONE),   TAPSTACK_NAME(MSG_ZEROCOPY), TAPSTACK_NAME(MSG_FASTOPEN),
    TAPSTACK_NAME(MSG_CMSG_CLOEXEC),
};

constexpr Name kPollEventTable[] = {
    TAPSTACK_NAME(POLLIN),     TAPSTACK_NAME(POLLPRI),    TAPSTACK_NAME(POLLOUT),
    TAPSTACK_NAME(POLLERR),    TAPSTACK_NAME(POLLHUP),    TAPSTACK_NAME(POLLNVAL),
    TAPSTACK_NAME(POLLRDNORM), TAPSTACK_NAME(POLLRDBAND), TAPSTACK_NAME(POLLWRNORM),
    TAPSTACK_NAME(POLLWRBAND), TAPSTACK_NAME(POLLRDHUP),
};

constexpr Name kEpollEventTable[] = {
    TAPSTACK_NAME(EPOLLIN),      TAPSTACK_NAME(EPOLLPRI),       TAPSTACK_NAME(EPOLLOUT),
    TAPSTACK_NAME(EPOLLERR),     TAPSTACK_NAME(EPOLLHUP),       TAPSTACK_NAME(EPOLLRDNORM),
    TAPSTACK_NAME(EPOLLRDBAND),  TAPSTACK_NAME(EPOLLWRNORM),    TAPSTACK_NAME(EPOLLWRBAND),
    TAPSTACK_NAME(EPOLLRDHUP),   TAPSTACK_NAME(EPOLLEXCLUSIVE), TAPSTACK_NAME(EPOLLWAKEUP),
    TAPSTACK_NAME(EPOLLONESHOT), TAPSTACK_NAME(EPOLLET),
};

constexpr Name kEpollOperationTable[] = {
    TAPSTACK_NAME(EPOLL_CTL_ADD),
    TAPSTACK_NAME(EPOLL_CTL_DEL),
    TAPSTACK_NAME(EPOLL_CTL_MOD),
};

constexpr Name kDescriptorCommandTable[] = {
    TAPSTACK_NAME(F_DUPFD),  TAPSTACK_NAME(F_DUPFD_CLOEXEC), TAPSTACK_NAME(F_GETFD),
    TAPSTACK_NAME(F_SETFD),  TAPSTACK_NAME(F_GETFL),         TAPSTACK_NAME(F_SETFL),
    TAPSTACK_NAME(F_GETLK),  TAPSTACK_NAME(F_SETLK),         TAPSTACK_NAME(F_SETLKW),
    TAPSTACK_NAME(F_GETOWN), TAPSTACK_NAME(F_SETOWN),        TAPSTACK_NAME(F_GETOWN_EX),
    TAPSTACK_NAME(F_SETSIG), TAPSTACK_NAME(F_GETSIG),        TAPSTACK_NAME(F_SETOWN_EX),
};

constexpr Name kFileFlagTable[] = {
    TAPSTACK_NAME(O_RDWR),  TAPSTACK_NAME(O_WRONLY),   TAPSTACK_NAME(O_APPEND),
    TAPSTACK_NAME(O_ASYNC), TAPSTACK_NAME(O_NONBLOCK), TAPSTACK_NAME(O_CLOEXEC),
};

constexpr Name kIoctlTable[] = {
    TAPSTACK_NAME(FIONREAD),       TAPSTACK_NAME(FIONBIO),        TAPSTACK_NAME(FIOASYNC),
    TAPSTACK_NAME(FIOCLEX),        TAPSTACK_NAME(FIONCLEX),       {TIOCOUTQ, "SIOCOUTQ"},
    TAPSTACK_NAME(SIOCOUTQNSD),    TAPSTACK_NAME(SIOCATMARK),     TAPSTACK_NAME(SIOCGIFCONF),
    TAPSTACK_NAME(SIOCGIFFLAGS),   TAPSTACK_NAME(SIOCSIFFLAGS),   TAPSTACK_NAME(SIOCGIFADDR),
    TAPSTACK_NAME(SIOCSIFADDR),    TAPSTACK_NAME(SIOCGIFMTU),     TAPSTACK_NAME(SIOCSIFMTU),
    TAPSTACK_NAME(SIOCGIFINDEX),   TAPSTACK_NAME(SIOCGIFNAME),    TAPSTACK_NAME(SIOCGIFHWADDR),
    TAPSTACK_NAME(SIOCGIFBRDADDR), TAPSTACK_NAME(SIOCGIFDSTADDR), TAPSTACK_NAME(SIOCGIFMETRIC),
    TAPSTACK_NAME(SIOCGIFNETMASK), TAPSTACK_NAME(SIOCGIFTXQLEN),  TAPSTACK_NAME(SIOCGSTAMP),
    TAPSTACK_NAME(SIOCETHTOOL),    TAPSTACK_NAME(SIOCGIFMAP),     TAPSTACK_NAME(SIOCGMIIPHY),
    TAPSTACK_NAME(SIOCSIFNAME),    TAPSTACK_NAME(SIOCDIFADDR),    TAPSTACK_NAME(SIOCSIFNETMASK),
    TAPSTACK_NAME(SIOCSIFBRDADDR), TAPSTACK_NAME(SIOCSIFMETRIC),  TAPSTACK_NAME(SIOCSIFHWADDR),
    TAPSTACK_NAME(SIOCSIFTXQLEN),  TAPSTACK_NAME(SIOCADDRT),      TAPSTACK_NAME(SIOCDELRT),
    TAPSTACK_NAME(SIOCGARP),       TAPSTACK_NAME(SIOCSARP),       TAPSTACK_NAME(SIOCDARP),
};

constexpr Name kSpliceFlagTable[] = {
    TAPSTACK_NAME(SPLICE_F_MOVE),
    TAPSTACK_NAME(SPLICE_F_NONBLOCK),
    TAPSTACK_NAME(SPLICE_F_MORE),
};

constexpr Name kAddressInfoFlagTable[] = {
    TAPSTACK_NAME(AI_PASSIVE),     TAPSTACK_NAME(AI_CANONNAME), TAPSTACK_NAME(AI_NUMERICHOST),
    TAPSTACK_NAME(AI_V4MAPPED),    TAPSTACK_NAME(AI_ALL),       TAPSTACK_NAME(AI_ADDRCONFIG),
    TAPSTACK_NAME(AI_NUMERICSERV),
};

constexpr Name kAddressInfoErrorTable[] = {
    TAPSTACK_NAME(EAI_BADFLAGS), TAPSTACK_NAME(EAI_NONAME), TAPSTACK_NAME(EAI_AGAIN),
    TAPSTACK_NAME(EAI_FAIL),     TAPSTACK_NAME(EAI_FAMILY), TAPSTACK_NAME(EAI_SOCKTYPE),
    TAPSTACK_NAME(EAI_SERVICE),  TAPSTACK_NAME(EAI_MEMORY), TAPSTACK_NAME(EAI_SYSTEM),
    TAPSTACK_NAME(EAI_OVERFLOW), TAPSTACK_NAME(EAI_NODATA), TAPSTACK_NAME(EAI_ADDRFAMILY),
};

constexpr Name kNameInfoFlagTable[] = {
    TAPSTACK_NAME(NI_NUMERICHOST), TAPSTACK_NAME(NI_NUMERICSERV), TAPSTACK_NAME(NI_NOFQDN),
    TAPSTACK_NAME(NI_NAMEREQD),    TAPSTACK_NAME(NI_DGRAM),
};

constexpr Name kHostErrorTable[] = {
    TAPSTACK_NAME(HOST_NOT_FOUND), TAPSTACK_NAME(TRY_AGAIN),      TAPSTACK_NAME(NO_RECOVERY),
    TAPSTACK_NAME(NO_DATA),        TAPSTACK_NAME(NETDB_INTERNAL),
};

#undef TAPSTACK_NAME

constexpr Name kRecordClassTable[] = {{ns_c_in, "IN"}, {ns_c_chaos, "CH"}, {ns_c_any, "ANY"}};

constexpr Name kRecordTypeTable[] = {
    {ns_t_a, "A"},           {ns_t_ns, "NS"},       {ns_t_cname, "CNAME"}, {ns_t_soa, "SOA"},
    {ns_t_ptr, "PTR"},       {ns_t_mx, "MX"},       {ns_t_txt, "TXT"},     {ns_t_aaaa, "AAAA"},
    {ns_t_srv, "SRV"},       {ns_t_naptr, "NAPTR"}, {ns_t_ds, "DS"},       {ns_t_rrsig, "RRSIG"},
    {ns_t_dnskey, "DNSKEY"}, {ns_t_any, "ANY"},
};

}  // namespace

constinit const Names kFamilies = kFamilyTable;
constinit const Names kSocketTypes = kSocketTypeTable;
constinit const Names kSocketTypeFlags = kSocketTypeFlagTable;
constinit const Names kIpProtocols = kIpProtocolTable;
constinit const Names kNetlinkProtocols = kNetlinkProtocolTable;
constinit const Names kFrameProtocols = kFrameProtocolTable;
constinit const Names kShutdowns = kShutdownTable;
constinit const Names kMessageFlags = kMessageFlagTable;
constinit const Names kPollEvents = kPollEventTable;
constinit const Names kEpollEvents = kEpollEventTable;
constinit const Names kEpollOperations = kEpollOperationTable;
constinit const Names kDescriptorCommands = kDescriptorCommandTable;
constinit const Names kFileFlags = kFileFlagTable;
constinit const Names kIoctls = kIoctlTable;
constinit const Names kSpliceFlags = kSpliceFlagTable;
constinit const Names kAddressInfoFlags = kAddressInfoFlagTable;
constinit const Names kAddressInfoErrors = kAddressInfoErrorTable;
constinit const Names kNameInfoFlags = kNameInfoFlagTable;
constinit const Names kHostErrors = kHostErrorTable;
constinit const Names kRecordClasses = kRecordClassTable;
constinit const Names kRecordTypes = kRecordTypeTable;

const char* name_of(Names names, int64_t value) {
  for (const Name& name : names) {
    if (name.value == value) return name.text;
  }
  return nullptr;
}

void append_name(Line& line, Names names, int64_t value) {
  const char* name = name_of(names, value);
  if (name != nullptr) return line.text(name);
  line.number(value);
}

void append_flags(Line& line, Names names, uint64_t flags) {
  if (flags == 0) return line.text("0");
  bool is_first = true;
  for (const Name& name : names) {
    const auto bits = static_cast<uint64_t>(name.value) & 0xffffffff;
    if (bits == 0 || (flags & bits) != bits) continue;
    if (!is_first) line.text("|");
    line.text(name.text);
    flags &= ~bits;
    is_first = false;
  }
  if (flags == 0) return;
  if (!is_first) line.text("|");
  line.hexadecimal(flags);
}

void append_error(Line& line, int error) {
  const char* name = strerrorname_np(error);
  if (name != nullptr) return line.text(name);
  line.number(error);
}

}  // namespace tapstack::shim::trace
