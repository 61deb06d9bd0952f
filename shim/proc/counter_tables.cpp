// /proc/net/snmp, snmp6 and netstat: the names and their order are the kernel's (net/ipv4/proc.c,
// net/ipv6/proc.c of Linux 6.18); what the stack does not count is 0.
#include <algorithm>
#include <cstdio>

#include "config.h"
#include "shim/proc/counters.h"
#include "shim/proc/tables.h"

namespace tapstack::shim::proc {
namespace {

constexpr std::string_view kIp =
    "Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos "
    "InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs "
    "ReasmFails FragOKs FragFails FragCreates OutTransmits";
constexpr std::string_view kIcmp =
    "InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects "
    "InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs OutErrors "
    "OutRateLimitGlobal OutRateLimitHost OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs "
    "OutRedirects OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks "
    "OutAddrMaskReps";
constexpr std::string_view kTcp =
    "RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets "
    "CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors";
constexpr std::string_view kUdp =
    "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti "
    "MemErrors";
constexpr std::string_view kUdpLite6 =
    "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors MemErrors";
constexpr std::string_view kTcpExt =
    "SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled RcvPruned OfoPruned "
    "OutOfWindowIcmps LockDroppedIcmps ArpFilter TW TWRecycled TWKilled PAWSActive PAWSEstab "
    "BeyondWindow TSEcrRejected PAWSOldAck PAWSTimewait DelayedACKs DelayedACKLocked "
    "DelayedACKLost ListenOverflows ListenDrops TCPHPHits TCPPureAcks TCPHPAcks TCPRenoRecovery "
    "TCPSackRecovery TCPSACKReneging TCPSACKReorder TCPRenoReorder TCPTSReorder TCPFullUndo "
    "TCPPartialUndo TCPDSACKUndo TCPLossUndo TCPLostRetransmit TCPRenoFailures TCPSackFailures "
    "TCPLossFailures TCPFastRetrans TCPSlowStartRetrans TCPTimeouts TCPLossProbes "
    "TCPLossProbeRecovery TCPRenoRecoveryFail TCPSackRecoveryFail TCPRcvCollapsed "
    "TCPBacklogCoalesce TCPDSACKOldSent TCPDSACKOfoSent TCPDSACKRecv TCPDSACKOfoRecv "
    "TCPAbortOnData TCPAbortOnClose TCPAbortOnMemory TCPAbortOnTimeout TCPAbortOnLinger "
    "TCPAbortFailed TCPMemoryPressures TCPMemoryPressuresChrono TCPSACKDiscard TCPDSACKIgnoredOld "
    "TCPDSACKIgnoredNoUndo TCPSpuriousRTOs TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure "
    "TCPSackShifted TCPSackMerged TCPSackShiftFallback TCPBacklogDrop PFMemallocDrop "
    "TCPMinTTLDrop TCPDeferAcceptDrop IPReversePathFilter TCPTimeWaitOverflow TCPReqQFullDoCookies "
    "TCPReqQFullDrop TCPRetransFail TCPRcvCoalesce TCPOFOQueue TCPOFODrop TCPOFOMerge "
    "TCPChallengeACK TCPSYNChallenge TCPFastOpenActive TCPFastOpenActiveFail TCPFastOpenPassive "
    "TCPFastOpenPassiveFail TCPFastOpenListenOverflow TCPFastOpenCookieReqd TCPFastOpenBlackhole "
    "TCPSpuriousRtxHostQueues BusyPollRxPackets TCPAutoCorking TCPFromZeroWindowAdv "
    "TCPToZeroWindowAdv TCPWantZeroWindowAdv TCPSynRetrans TCPOrigDataSent TCPHystartTrainDetect "
    "TCPHystartTrainCwnd TCPHystartDelayDetect TCPHystartDelayCwnd TCPACKSkippedSynRecv "
    "TCPACKSkippedPAWS TCPACKSkippedSeq TCPACKSkippedFinWait2 TCPACKSkippedTimeWait "
    "TCPACKSkippedChallenge TCPWinProbe TCPKeepAlive TCPMTUPFail TCPMTUPSuccess TCPDelivered "
    "TCPDeliveredCE TCPAckCompressed TCPZeroWindowDrop TCPRcvQDrop TCPWqueueTooBig "
    "TCPFastOpenPassiveAltKey TcpTimeoutRehash TcpDuplicateDataRehash TCPDSACKRecvSegs "
    "TCPDSACKIgnoredDubious TCPMigrateReqSuccess TCPMigrateReqFailure TCPPLBRehash TCPAORequired "
    "TCPAOBad TCPAOKeyNotFound TCPAOGood TCPAODroppedIcmps";
constexpr std::string_view kIpExt =
    "InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InBcastPkts OutBcastPkts InOctets "
    "OutOctets InMcastOctets OutMcastOctets InBcastOctets OutBcastOctets InCsumErrors InNoECTPkts "
    "InECT1Pkts InECT0Pkts InCEPkts ReasmOverlaps";
constexpr std::string_view kIp6 =
    "InReceives InHdrErrors InTooBigErrors InNoRoutes InAddrErrors InUnknownProtos InTruncatedPkts "
    "InDiscards InDelivers OutForwDatagrams OutRequests OutDiscards OutNoRoutes ReasmTimeout "
    "ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates InMcastPkts OutMcastPkts "
    "InOctets OutOctets InMcastOctets OutMcastOctets InBcastOctets OutBcastOctets InNoECTPkts "
    "InECT1Pkts InECT0Pkts InCEPkts OutTransmits";
constexpr std::string_view kIcmp6 =
    "InMsgs InErrors OutMsgs OutErrors InCsumErrors OutRateLimitHost InDestUnreachs InPktTooBigs "
    "InTimeExcds InParmProblems InEchos InEchoReplies InGroupMembQueries InGroupMembResponses "
    "InGroupMembReductions InRouterSolicits InRouterAdvertisements InNeighborSolicits "
    "InNeighborAdvertisements InRedirects InMLDv2Reports OutDestUnreachs OutPktTooBigs "
    "OutTimeExcds OutParmProblems OutEchos OutEchoReplies OutGroupMembQueries "
    "OutGroupMembResponses OutGroupMembReductions OutRouterSolicits OutRouterAdvertisements "
    "OutNeighborSolicits OutNeighborAdvertisements OutRedirects OutMLDv2Reports";

// Calls visit(name) for each word.
template <class Visit>
void each(std::string_view words, Visit visit) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    visit(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

// What is no counter.
struct Fixed {
  std::string_view group, name;
  long long value;
};
constexpr Fixed kFixed[] = {
    {"Ip", "Forwarding", 2},  // RFC 4293: no
    {"Ip", "DefaultTTL", kConfig.ip_ttl_default},
    {"Tcp", "RtoAlgorithm", 1},  // RFC 4022: other
    {"Tcp", "RtoMin", kConfig.tcp_rto_min_ms},
    {"Tcp", "RtoMax", kConfig.tcp_rto_max_ms},
    {"Tcp", "MaxConn", -1},  // dynamic
};

long long value_of(const Counters& counters, std::string_view group, std::string_view name) {
  for (const Fixed& fixed : kFixed) {
    if (fixed.group == group && fixed.name == name) return fixed.value;
  }
  // Packets go out as often as they were wanted: nothing is duplicated below.
  if (name == "OutTransmits") name = "OutRequests";
  if (group == "IpExt") group = "Ip";
  return static_cast<long long>(counters.value(group, name));
}

// Two lines: names, values.
void add_group(Text& text, const Counters& counters, std::string_view group,
               std::string_view names) {
  text.add(group);
  text.add(std::string_view(": "));
  text.add(names);
  text.add(std::string_view("\n"));
  text.add(group);
  text.add(std::string_view(":"));
  each(names, [&](std::string_view name) { text.add(" %lld", value_of(counters, group, name)); });
  text.add(std::string_view("\n"));
}

// snmp6's: a line for each.
void add_list(Text& text, const Counters& counters, std::string_view group,
              std::string_view names) {
  each(names, [&](std::string_view name) {
    char both[64];
    std::snprintf(both, sizeof both, "%.*s%.*s", static_cast<int>(group.size()), group.data(),
                  static_cast<int>(name.size()), name.data());
    text.add("%-32s\t%lld\n", both, value_of(counters, group, name));
  });
}

// ICMP by its type numbers: only what came or went is named.
struct IcmpType {
  const char* name;     // in IcmpMsg
  const char* counter;  // in Icmp
};
constexpr IcmpType kIcmpTypes[] = {
    {"InType0", "InEchoReps"},       {"InType3", "InDestUnreachs"},
    {"InType4", "InSrcQuenchs"},     {"InType5", "InRedirects"},
    {"InType8", "InEchos"},          {"InType11", "InTimeExcds"},
    {"InType12", "InParmProbs"},     {"InType13", "InTimestamps"},
    {"InType14", "InTimestampReps"}, {"InType17", "InAddrMasks"},
    {"InType18", "InAddrMaskReps"},  {"OutType0", "OutEchoReps"},
    {"OutType3", "OutDestUnreachs"}, {"OutType8", "OutEchos"},
    {"OutType11", "OutTimeExcds"},   {"OutType12", "OutParmProbs"},
};
constexpr IcmpType kIcmp6Types[] = {
    {"InType1", "InDestUnreachs"},
    {"InType2", "InPktTooBigs"},
    {"InType3", "InTimeExcds"},
    {"InType4", "InParmProblems"},
    {"InType128", "InEchos"},
    {"InType129", "InEchoReplies"},
    {"InType130", "InGroupMembQueries"},
    {"InType131", "InGroupMembResponses"},
    {"InType132", "InGroupMembReductions"},
    {"InType133", "InRouterSolicits"},
    {"InType134", "InRouterAdvertisements"},
    {"InType135", "InNeighborSolicits"},
    {"InType136", "InNeighborAdvertisements"},
    {"InType137", "InRedirects"},
    {"InType143", "InMLDv2Reports"},
    {"OutType1", "OutDestUnreachs"},
    {"OutType3", "OutTimeExcds"},
    {"OutType4", "OutParmProblems"},
    {"OutType128", "OutEchos"},
    {"OutType129", "OutEchoReplies"},
    {"OutType131", "OutGroupMembResponses"},
    {"OutType132", "OutGroupMembReductions"},
    {"OutType133", "OutRouterSolicits"},
    {"OutType135", "OutNeighborSolicits"},
    {"OutType136", "OutNeighborAdvertisements"},
    {"OutType143", "OutMLDv2Reports"},
};

void add_icmp_types(Text& text, const Counters& counters) {
  std::string names, values;
  for (const IcmpType& type : kIcmpTypes) {
    const uint64_t value = counters.value("Icmp", type.counter);
    if (value == 0) continue;
    names.append(" ").append(type.name);
    values.append(" ").append(std::to_string(value));
  }
  if (names.empty()) return;
  text.add("IcmpMsg:%s\nIcmpMsg:%s\n", names.c_str(), values.c_str());
}

void add_icmp6_types(Text& text, const Counters& counters) {
  for (const IcmpType& type : kIcmp6Types) {
    const uint64_t value = counters.value("Icmp6", type.counter);
    if (value == 0) continue;
    text.add("Icmp6%-27s\t%llu\n", type.name, static_cast<unsigned long long>(value));
  }
}

}  // namespace

int write_snmp(Text& text) {
  Counters counters;
  if (const int error = counters.fetch(); error != 0) return error;
  add_group(text, counters, "Ip", kIp);
  add_group(text, counters, "Icmp", kIcmp);
  add_icmp_types(text, counters);
  add_group(text, counters, "Tcp", kTcp);
  add_group(text, counters, "Udp", kUdp);
  add_group(text, counters, "UdpLite", kUdp);
  return 0;
}

int write_netstat(Text& text) {
  Counters counters;
  if (const int error = counters.fetch(); error != 0) return error;
  add_group(text, counters, "TcpExt", kTcpExt);
  add_group(text, counters, "IpExt", kIpExt);
  return 0;
}

int write_snmp6(Text& text) {
  Counters counters;
  if (const int error = counters.fetch(); error != 0) return error;
  add_list(text, counters, "Ip6", kIp6);
  add_list(text, counters, "Icmp6", kIcmp6);
  add_icmp6_types(text, counters);
  add_list(text, counters, "Udp6", kUdp);
  add_list(text, counters, "UdpLite6", kUdpLite6);
  return 0;
}

}  // namespace tapstack::shim::proc
