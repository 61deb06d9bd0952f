#include "net/icmp_counters.h"

#include <span>

#include "wire/icmp4.h"
#include "wire/icmp6.h"

namespace tapstack::net {
namespace {

using wire::Icmp4Type;
using wire::Icmp6Type;

template <class Type>
struct TypeCounter {
  Type type;
  Mib mib;
};

template <class Type>
bool count(Context& ctx, std::span<const TypeCounter<Type>> counters, uint8_t type) {
  for (const TypeCounter<Type>& counter : counters) {
    if (static_cast<uint8_t>(counter.type) != type) continue;
    ctx.counters.count(counter.mib);
    return true;
  }
  return false;
}

constexpr TypeCounter<Icmp4Type> kIn4[] = {
    {Icmp4Type::kEchoReply, Mib::kIcmpInEchoReps},
    {Icmp4Type::kDestinationUnreachable, Mib::kIcmpInDestUnreachs},
    {Icmp4Type::kSourceQuench, Mib::kIcmpInSrcQuenchs},
    {Icmp4Type::kRedirect, Mib::kIcmpInRedirects},
    {Icmp4Type::kEcho, Mib::kIcmpInEchos},
    {Icmp4Type::kTimeExceeded, Mib::kIcmpInTimeExcds},
    {Icmp4Type::kParameterProblem, Mib::kIcmpInParmProbs},
    {Icmp4Type::kTimestamp, Mib::kIcmpInTimestamps},
    {Icmp4Type::kTimestampReply, Mib::kIcmpInTimestampReps},
    {Icmp4Type::kAddressMaskRequest, Mib::kIcmpInAddrMasks},
    {Icmp4Type::kAddressMaskReply, Mib::kIcmpInAddrMaskReps},
};
constexpr TypeCounter<Icmp4Type> kOut4[] = {
    {Icmp4Type::kEchoReply, Mib::kIcmpOutEchoReps},
    {Icmp4Type::kDestinationUnreachable, Mib::kIcmpOutDestUnreachs},
    {Icmp4Type::kEcho, Mib::kIcmpOutEchos},
    {Icmp4Type::kTimeExceeded, Mib::kIcmpOutTimeExcds},
    {Icmp4Type::kParameterProblem, Mib::kIcmpOutParmProbs},
};
constexpr TypeCounter<Icmp6Type> kIn6[] = {
    {Icmp6Type::kDestinationUnreachable, Mib::kIcmp6InDestUnreachs},
    {Icmp6Type::kPacketTooBig, Mib::kIcmp6InPktTooBigs},
    {Icmp6Type::kTimeExceeded, Mib::kIcmp6InTimeExcds},
    {Icmp6Type::kParameterProblem, Mib::kIcmp6InParmProblems},
    {Icmp6Type::kEcho, Mib::kIcmp6InEchos},
    {Icmp6Type::kEchoReply, Mib::kIcmp6InEchoReplies},
    {Icmp6Type::kMulticastListenerQuery, Mib::kIcmp6InGroupMembQueries},
    {Icmp6Type::kMulticastListenerReport, Mib::kIcmp6InGroupMembResponses},
    {Icmp6Type::kMulticastListenerDone, Mib::kIcmp6InGroupMembReductions},
    {Icmp6Type::kRouterSolicitation, Mib::kIcmp6InRouterSolicits},
    {Icmp6Type::kRouterAdvertisement, Mib::kIcmp6InRouterAdvertisements},
    {Icmp6Type::kNeighbourSolicitation, Mib::kIcmp6InNeighborSolicits},
    {Icmp6Type::kNeighbourAdvertisement, Mib::kIcmp6InNeighborAdvertisements},
    {Icmp6Type::kRedirect, Mib::kIcmp6InRedirects},
    {Icmp6Type::kMulticastListenerReport2, Mib::kIcmp6InMLDv2Reports},
};
constexpr TypeCounter<Icmp6Type> kOut6[] = {
    {Icmp6Type::kDestinationUnreachable, Mib::kIcmp6OutDestUnreachs},
    {Icmp6Type::kTimeExceeded, Mib::kIcmp6OutTimeExcds},
    {Icmp6Type::kParameterProblem, Mib::kIcmp6OutParmProblems},
    {Icmp6Type::kEcho, Mib::kIcmp6OutEchos},
    {Icmp6Type::kEchoReply, Mib::kIcmp6OutEchoReplies},
    {Icmp6Type::kMulticastListenerReport, Mib::kIcmp6OutGroupMembResponses},
    {Icmp6Type::kMulticastListenerDone, Mib::kIcmp6OutGroupMembReductions},
    {Icmp6Type::kRouterSolicitation, Mib::kIcmp6OutRouterSolicits},
    {Icmp6Type::kNeighbourSolicitation, Mib::kIcmp6OutNeighborSolicits},
    {Icmp6Type::kNeighbourAdvertisement, Mib::kIcmp6OutNeighborAdvertisements},
    {Icmp6Type::kMulticastListenerReport2, Mib::kIcmp6OutMLDv2Reports},
};

}  // namespace

bool count_icmp4_in(Context& ctx, uint8_t type) { return count<Icmp4Type>(ctx, kIn4, type); }

bool count_icmp6_in(Context& ctx, uint8_t type) { return count<Icmp6Type>(ctx, kIn6, type); }

void count_icmp4_out(Context& ctx, uint8_t type) {
  ctx.counters.count(Mib::kIcmpOutMsgs);
  count<Icmp4Type>(ctx, kOut4, type);
}

void count_icmp6_out(Context& ctx, uint8_t type) {
  ctx.counters.count(Mib::kIcmp6OutMsgs);
  count<Icmp6Type>(ctx, kOut6, type);
}

}  // namespace tapstack::net
