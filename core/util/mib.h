// The counters that network managers know (RFC 4293, RFC 4113, RFC 4022 and Linux's extensions),
// with the names that /proc/net/snmp, snmp6 and netstat use.
#pragma once

#include <cstddef>
#include <cstdint>

#define TAPSTACK_MIB(X)              \
  X(IpInReceives)                    \
  X(IpInHdrErrors)                   \
  X(IpInAddrErrors)                  \
  X(IpInUnknownProtos)               \
  X(IpInDelivers)                    \
  X(IpInTruncatedPkts)               \
  X(IpInMcastPkts)                   \
  X(IpInBcastPkts)                   \
  X(IpInOctets)                      \
  X(IpOutRequests)                   \
  X(IpOutDiscards)                   \
  X(IpOutNoRoutes)                   \
  X(IpOutMcastPkts)                  \
  X(IpOutBcastPkts)                  \
  X(IpOutOctets)                     \
  X(IpReasmTimeout)                  \
  X(IpReasmReqds)                    \
  X(IpReasmOKs)                      \
  X(IpReasmFails)                    \
  X(IpReasmOverlaps)                 \
  X(IpFragOKs)                       \
  X(IpFragFails)                     \
  X(IpFragCreates)                   \
  X(IcmpInMsgs)                      \
  X(IcmpInErrors)                    \
  X(IcmpInCsumErrors)                \
  X(IcmpInDestUnreachs)              \
  X(IcmpInTimeExcds)                 \
  X(IcmpInParmProbs)                 \
  X(IcmpInSrcQuenchs)                \
  X(IcmpInRedirects)                 \
  X(IcmpInEchos)                     \
  X(IcmpInEchoReps)                  \
  X(IcmpInTimestamps)                \
  X(IcmpInTimestampReps)             \
  X(IcmpInAddrMasks)                 \
  X(IcmpInAddrMaskReps)              \
  X(IcmpOutMsgs)                     \
  X(IcmpOutErrors)                   \
  X(IcmpOutRateLimitGlobal)          \
  X(IcmpOutDestUnreachs)             \
  X(IcmpOutTimeExcds)                \
  X(IcmpOutParmProbs)                \
  X(IcmpOutEchos)                    \
  X(IcmpOutEchoReps)                 \
  X(Ip6InReceives)                   \
  X(Ip6InHdrErrors)                  \
  X(Ip6InAddrErrors)                 \
  X(Ip6InUnknownProtos)              \
  X(Ip6InTruncatedPkts)              \
  X(Ip6InDiscards)                   \
  X(Ip6InDelivers)                   \
  X(Ip6InMcastPkts)                  \
  X(Ip6InOctets)                     \
  X(Ip6OutRequests)                  \
  X(Ip6OutDiscards)                  \
  X(Ip6OutNoRoutes)                  \
  X(Ip6OutMcastPkts)                 \
  X(Ip6OutOctets)                    \
  X(Ip6InMcastOctets)                \
  X(Ip6OutMcastOctets)               \
  X(Ip6InNoECTPkts)                  \
  X(Ip6InECT1Pkts)                   \
  X(Ip6InECT0Pkts)                   \
  X(Ip6InCEPkts)                     \
  X(Ip6ReasmTimeout)                 \
  X(Ip6ReasmReqds)                   \
  X(Ip6ReasmOKs)                     \
  X(Ip6ReasmFails)                   \
  X(Ip6ReasmOverlaps)                \
  X(Ip6FragOKs)                      \
  X(Ip6FragFails)                    \
  X(Ip6FragCreates)                  \
  X(Icmp6InMsgs)                     \
  X(Icmp6InErrors)                   \
  X(Icmp6InCsumErrors)               \
  X(Icmp6InDestUnreachs)             \
  X(Icmp6InPktTooBigs)               \
  X(Icmp6InTimeExcds)                \
  X(Icmp6InParmProblems)             \
  X(Icmp6InEchos)                    \
  X(Icmp6InEchoReplies)              \
  X(Icmp6InGroupMembQueries)         \
  X(Icmp6InGroupMembResponses)       \
  X(Icmp6InGroupMembReductions)      \
  X(Icmp6InRouterSolicits)           \
  X(Icmp6InRouterAdvertisements)     \
  X(Icmp6InNeighborSolicits)         \
  X(Icmp6InNeighborAdvertisements)   \
  X(Icmp6InRedirects)                \
  X(Icmp6InMLDv2Reports)             \
  X(Icmp6OutMsgs)                    \
  X(Icmp6OutErrors)                  \
  X(Icmp6OutRateLimitHost)           \
  X(Icmp6OutDestUnreachs)            \
  X(Icmp6OutTimeExcds)               \
  X(Icmp6OutParmProblems)            \
  X(Icmp6OutEchos)                   \
  X(Icmp6OutEchoReplies)             \
  X(Icmp6OutGroupMembResponses)      \
  X(Icmp6OutGroupMembReductions)     \
  X(Icmp6OutRouterSolicits)          \
  X(Icmp6OutNeighborSolicits)        \
  X(Icmp6OutNeighborAdvertisements)  \
  X(Icmp6OutMLDv2Reports)            \
  X(UdpInDatagrams)                  \
  X(UdpNoPorts)                      \
  X(UdpInErrors)                     \
  X(UdpOutDatagrams)                 \
  X(UdpRcvbufErrors)                 \
  X(UdpSndbufErrors)                 \
  X(UdpInCsumErrors)                 \
  X(UdpIgnoredMulti)                 \
  X(Udp6InDatagrams)                 \
  X(Udp6NoPorts)                     \
  X(Udp6InErrors)                    \
  X(Udp6OutDatagrams)                \
  X(Udp6RcvbufErrors)                \
  X(Udp6SndbufErrors)                \
  X(Udp6InCsumErrors)                \
  X(Udp6IgnoredMulti)                \
  X(TcpActiveOpens)                  \
  X(TcpPassiveOpens)                 \
  X(TcpAttemptFails)                 \
  X(TcpEstabResets)                  \
  X(TcpCurrEstab)                    \
  X(TcpInSegs)                       \
  X(TcpOutSegs)                      \
  X(TcpRetransSegs)                  \
  X(TcpInErrs)                       \
  X(TcpOutRsts)                      \
  X(TcpInCsumErrors)                 \
  X(TcpExtSyncookiesSent)            \
  X(TcpExtSyncookiesRecv)            \
  X(TcpExtSyncookiesFailed)          \
  X(TcpExtEmbryonicRsts)             \
  X(TcpExtOutOfWindowIcmps)          \
  X(TcpExtTW)                        \
  X(TcpExtTWRecycled)                \
  X(TcpExtPAWSEstab)                 \
  X(TcpExtDelayedACKs)               \
  X(TcpExtListenOverflows)           \
  X(TcpExtListenDrops)               \
  X(TcpExtTCPSackRecovery)           \
  X(TcpExtTCPRenoRecovery)           \
  X(TcpExtTCPSACKReneging)           \
  X(TcpExtTCPSACKReorder)            \
  X(TcpExtTCPLostRetransmit)         \
  X(TcpExtTCPFastRetrans)            \
  X(TcpExtTCPSlowStartRetrans)       \
  X(TcpExtTCPTimeouts)               \
  X(TcpExtTCPFullUndo)               \
  X(TcpExtTCPPartialUndo)            \
  X(TcpExtTCPDSACKUndo)              \
  X(TcpExtTCPLossUndo)               \
  X(TcpExtTCPLossProbes)             \
  X(TcpExtTCPLossProbeRecovery)      \
  X(TcpExtTCPMTUPFail)               \
  X(TcpExtTCPMTUPSuccess)            \
  X(TcpExtTCPDSACKOldSent)           \
  X(TcpExtTCPDSACKOfoSent)           \
  X(TcpExtTCPDSACKRecv)              \
  X(TcpExtTCPSpuriousRTOs)           \
  X(TcpExtTCPAbortOnData)            \
  X(TcpExtTCPAbortOnClose)           \
  X(TcpExtTCPAbortOnTimeout)         \
  X(TcpExtTCPAbortOnLinger)          \
  X(TcpExtTCPTimeWaitOverflow)       \
  X(TcpExtTCPReqQFullDoCookies)      \
  X(TcpExtTCPOFOQueue)               \
  X(TcpExtTCPOFODrop)                \
  X(TcpExtTCPChallengeACK)           \
  X(TcpExtTCPSYNChallenge)           \
  X(TcpExtTCPFastOpenActive)         \
  X(TcpExtTCPFastOpenPassive)        \
  X(TcpExtTCPFastOpenActiveFail)     \
  X(TcpExtTCPFastOpenPassiveFail)    \
  X(TcpExtTCPFastOpenListenOverflow) \
  X(TcpExtTCPFastOpenCookieReqd)     \
  X(TcpExtTCPFromZeroWindowAdv)      \
  X(TcpExtTCPToZeroWindowAdv)        \
  X(TcpExtTCPSynRetrans)             \
  X(TcpExtTCPOrigDataSent)           \
  X(TcpExtTCPACKSkippedSynRecv)      \
  X(TcpExtTCPACKSkippedPAWS)         \
  X(TcpExtTCPACKSkippedSeq)          \
  X(TcpExtTCPKeepAlive)              \
  X(TcpExtTCPWinProbe)               \
  X(TcpExtTCPDelivered)              \
  X(TcpExtTCPDeliveredCE)            \
  X(TcpExtTCPRcvQDrop)               \
  X(TcpExtTCPDeferAcceptDrop)        \
  X(ArpInRequests)                   \
  X(ArpInReplies)                    \
  X(ArpOutRequests)                  \
  X(ArpOutReplies)

namespace tapstack {

enum class Mib : uint8_t {
#define X(name) k##name,
  TAPSTACK_MIB(X)
#undef X
};

inline constexpr const char* kMibNames[] = {
#define X(name) #name,
    TAPSTACK_MIB(X)
#undef X
};
inline constexpr size_t kMibs = sizeof kMibNames / sizeof kMibNames[0];
static_assert(kMibs <= 256, "Mib is one byte");

// The counter's name, a string literal.
constexpr const char* name(Mib mib) { return kMibNames[static_cast<size_t>(mib)]; }

}  // namespace tapstack
