// Why a packet ended before it reached its destination. Every early return on the path of a packet
// names one; each is a counter of its own.
#pragma once

#include <cstddef>
#include <cstdint>

// X(Enumerator, name): the reason is DropReason::kEnumerator, its counter is "drop.name". Within a
// layer the order is that in which the checks are made.
#define TAPSTACK_DROP_REASONS(X)                                \
  X(MemoryNoBlock, memory_no_block)                             \
  X(MemoryNoSlice, memory_no_slice)                             \
  X(MemoryNoPacket, memory_no_packet)                           \
  X(MemoryReserve, memory_reserve)                              \
  X(InterfaceUnknown, interface_unknown)                        \
  X(InterfaceDown, interface_down)                              \
  X(InterfaceQueueFull, interface_queue_full)                   \
  X(InterfaceFrameTooLong, interface_frame_too_long)            \
  X(InterfaceDeviceError, interface_device_error)               \
  X(InterfaceFlushed, interface_flushed)                        \
  X(EthernetTooShort, ethernet_too_short)                       \
  X(EthernetNotForUs, ethernet_not_for_us)                      \
  X(EthernetOwnFrame, ethernet_own_frame)                       \
  X(EthernetLength, ethernet_length)                            \
  X(EthernetVlan, ethernet_vlan)                                \
  X(EthernetUnknownType, ethernet_unknown_type)                 \
  X(EthernetBadSource, ethernet_bad_source)                     \
  X(ArpTooShort, arp_too_short)                                 \
  X(ArpBadHardware, arp_bad_hardware)                           \
  X(ArpBadProtocol, arp_bad_protocol)                           \
  X(ArpBadLength, arp_bad_length)                               \
  X(ArpBadOperation, arp_bad_operation)                         \
  X(ArpBadSender, arp_bad_sender)                               \
  X(ArpNotForUs, arp_not_for_us)                                \
  X(ArpOffLink, arp_off_link)                                   \
  X(ArpUnsolicited, arp_unsolicited)                            \
  X(ArpAddressConflict, arp_address_conflict)                   \
  X(NeighbourTableFull, neighbour_table_full)                   \
  X(NeighbourQueueFull, neighbour_queue_full)                   \
  X(NeighbourUnreachable, neighbour_unreachable)                \
  X(NeighbourFlushed, neighbour_flushed)                        \
  X(NdFragmented, nd_fragmented)                                \
  X(NdBadHopLimit, nd_bad_hop_limit)                            \
  X(NdBadCode, nd_bad_code)                                     \
  X(NdBadLength, nd_bad_length)                                 \
  X(NdBadOption, nd_bad_option)                                 \
  X(NdBadAddress, nd_bad_address)                               \
  X(NdNotForUs, nd_not_for_us)                                  \
  X(NdLoopedBack, nd_looped_back)                               \
  X(NdAddressConflict, nd_address_conflict)                     \
  X(IpTooShort, ip_too_short)                                   \
  X(IpBadVersion, ip_bad_version)                               \
  X(Ip4BadHeaderLength, ip4_bad_header_length)                  \
  X(IpBadLength, ip_bad_length)                                 \
  X(Ip4BadChecksum, ip4_bad_checksum)                           \
  X(IpBadSource, ip_bad_source)                                 \
  X(IpBadDestination, ip_bad_destination)                       \
  X(IpLoopbackOnWire, ip_loopback_on_wire)                      \
  X(IpOwnSource, ip_own_source)                                 \
  X(IpNotForUs, ip_not_for_us)                                  \
  X(IpTooFar, ip_too_far)                                       \
  X(Ip4LinkBroadcastUnicast, ip4_link_broadcast_unicast)        \
  X(Ip4BadOption, ip4_bad_option)                               \
  X(Ip4SourceRoute, ip4_source_route)                           \
  X(IpBadFragment, ip_bad_fragment)                             \
  X(IpUnknownProtocol, ip_unknown_protocol)                     \
  X(IpNoRoute, ip_no_route)                                     \
  X(IpTooBig, ip_too_big)                                       \
  X(Ip6NotSupported, ip6_not_supported)                         \
  X(Ip6Disabled, ip6_disabled)                                  \
  X(Ip6BadExtension, ip6_bad_extension)                         \
  X(Ip6HeaderLimit, ip6_header_limit)                           \
  X(Ip6OptionLimit, ip6_option_limit)                           \
  X(Ip6UnknownOption, ip6_unknown_option)                       \
  X(Ip6UnknownRouting, ip6_unknown_routing)                     \
  X(Ip6IncompleteChain, ip6_incomplete_chain)                   \
  X(Ip6NoNextHeader, ip6_no_next_header)                        \
  X(ReassemblyTableFull, reassembly_table_full)                 \
  X(ReassemblyNoMemory, reassembly_no_memory)                   \
  X(ReassemblyTooManyFragments, reassembly_too_many_fragments)  \
  X(ReassemblyOverlap, reassembly_overlap)                      \
  X(ReassemblyDuplicate, reassembly_duplicate)                  \
  X(ReassemblyTooLong, reassembly_too_long)                     \
  X(ReassemblyInconsistent, reassembly_inconsistent)            \
  X(ReassemblyTimeout, reassembly_timeout)                      \
  X(ReassemblyEvicted, reassembly_evicted)                      \
  X(IcmpTooShort, icmp_too_short)                               \
  X(IcmpBadChecksum, icmp_bad_checksum)                         \
  X(IcmpUnknownType, icmp_unknown_type)                         \
  X(IcmpEchoRefused, icmp_echo_refused)                         \
  X(IcmpEchoNoMemory, icmp_echo_no_memory)                      \
  X(IcmpEchoReplyNoSocket, icmp_echo_reply_no_socket)           \
  X(IcmpQuoteTooShort, icmp_quote_too_short)                    \
  X(IcmpQuoteNotOurs, icmp_quote_not_ours)                      \
  X(IcmpRedirectIgnored, icmp_redirect_ignored)                 \
  X(IcmpErrorRateLimited, icmp_error_rate_limited)              \
  X(IcmpErrorForbidden, icmp_error_forbidden)                   \
  X(IcmpBadMtu, icmp_bad_mtu)                                   \
  X(IcmpFromOtherPath, icmp_from_other_path)                    \
  X(GroupMessageTooShort, group_message_too_short)              \
  X(GroupMessageBadChecksum, group_message_bad_checksum)        \
  X(GroupMessageBadLength, group_message_bad_length)            \
  X(GroupMessageNotFromLink, group_message_not_from_link)       \
  X(UdpTooShort, udp_too_short)                                 \
  X(UdpBadLength, udp_bad_length)                               \
  X(UdpBadChecksum, udp_bad_checksum)                           \
  X(UdpBadPort, udp_bad_port)                                   \
  X(UdpNoPort, udp_no_port)                                     \
  X(UdpReceiveQueueFull, udp_receive_queue_full)                \
  X(UdpShutDown, udp_shut_down)                                 \
  X(RawNoEndpoint, raw_no_endpoint)                             \
  X(RawFiltered, raw_filtered)                                  \
  X(RawReceiveQueueFull, raw_receive_queue_full)                \
  X(SocketFilter, socket_filter)                                \
  X(PacketReceiveQueueFull, packet_receive_queue_full)          \
  X(RawShutDown, raw_shut_down)                                 \
  X(TcpTooShort, tcp_too_short)                                 \
  X(TcpBadHeaderLength, tcp_bad_header_length)                  \
  X(TcpBadChecksum, tcp_bad_checksum)                           \
  X(TcpBadPort, tcp_bad_port)                                   \
  X(TcpBadFlags, tcp_bad_flags)                                 \
  X(TcpBadOption, tcp_bad_option)                               \
  X(TcpNotUnicast, tcp_not_unicast)                             \
  X(TcpNoConnection, tcp_no_connection)                         \
  X(TcpListenBadSegment, tcp_listen_bad_segment)                \
  X(TcpListenQueueFull, tcp_listen_queue_full)                  \
  X(TcpAcceptQueueFull, tcp_accept_queue_full)                  \
  X(TcpAcceptDeferred, tcp_accept_deferred)                     \
  X(TcpConnectionTableFull, tcp_connection_table_full)          \
  X(TcpHalfOpenBadSegment, tcp_half_open_bad_segment)           \
  X(TcpHalfOpenDuplicateSyn, tcp_half_open_duplicate_syn)       \
  X(TcpSynSentBadAck, tcp_syn_sent_bad_ack)                     \
  X(TcpSynSentBadReset, tcp_syn_sent_bad_reset)                 \
  X(TcpSynSentNoSyn, tcp_syn_sent_no_syn)                       \
  X(TcpPaws, tcp_paws)                                          \
  X(TcpMissingTimestamp, tcp_missing_timestamp)                 \
  X(TcpOutOfWindow, tcp_out_of_window)                          \
  X(TcpResetOutOfWindow, tcp_reset_out_of_window)               \
  X(TcpResetInexact, tcp_reset_inexact)                         \
  X(TcpSynInWindow, tcp_syn_in_window)                          \
  X(TcpNoAck, tcp_no_ack)                                       \
  X(TcpAckTooOld, tcp_ack_too_old)                              \
  X(TcpAckTooNew, tcp_ack_too_new)                              \
  X(TcpDuplicateData, tcp_duplicate_data)                       \
  X(TcpDataAfterFin, tcp_data_after_fin)                        \
  X(TcpDataAfterClose, tcp_data_after_close)                    \
  X(TcpReceiveQueueFull, tcp_receive_queue_full)                \
  X(TcpReassemblyFull, tcp_reassembly_full)                     \
  X(TcpTimeWait, tcp_time_wait)                                 \
  X(TcpChallengeAckRateLimited, tcp_challenge_ack_rate_limited) \
  X(TcpOutputNoMemory, tcp_output_no_memory)                    \
  X(TcpAborted, tcp_aborted)

namespace tapstack {

enum class DropReason : uint8_t {
#define X(enumerator, name) k##enumerator,
  TAPSTACK_DROP_REASONS(X)
#undef X
};

inline constexpr const char* kDropReasonNames[] = {
#define X(enumerator, name) "drop." #name,
    TAPSTACK_DROP_REASONS(X)
#undef X
};
inline constexpr size_t kDropReasons = sizeof kDropReasonNames / sizeof kDropReasonNames[0];
static_assert(kDropReasons <= 256, "DropReason is one byte");

// "drop." and the reason's name, a string literal.
constexpr const char* name(DropReason reason) {
  return kDropReasonNames[static_cast<size_t>(reason)];
}

}  // namespace tapstack
