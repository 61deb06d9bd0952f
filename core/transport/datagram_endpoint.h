// What the endpoints of UDP, ping and raw sockets have in common: who they are bound to, what is
// set about them, what waits in them, and choosing where a datagram of theirs goes.
#pragma once

#include <cstdint>
#include <span>

#include "link/context.h"
#include "link/filter_table.h"
#include "net/network.h"
#include "transport/address_match.h"
#include "transport/address_preferences.h"
#include "transport/corked_datagram.h"
#include "transport/coverage.h"
#include "transport/datagram.h"
#include "transport/datagram_queue.h"
#include "transport/error_queue.h"
#include "transport/mtu_discover.h"
#include "transport/ports.h"
#include "transport/sticky_options.h"
#include "util/address.h"
#include "util/result.h"

namespace tapstack::transport {

using EndpointId = mem::Handle<struct DatagramEndpointTag>;

// IPv6's own of what a socket of both families has for each.
struct Ip6Settings {
  uint8_t hop_limit = 0;                          // IPV6_UNICAST_HOPS; 0: kConfig.ip_ttl_default
  uint8_t multicast_hops = 1;                     // IPV6_MULTICAST_HOPS; RFC 3493 5.2
  uint8_t traffic_class = 0;                      // IPV6_TCLASS
  MtuDiscover mtu_discover = MtuDiscover::kWant;  // IPV6_MTU_DISCOVER
  bool only = false;                              // IPV6_V6ONLY: no IPv4
  bool receive_errors = false;                    // IPV6_RECVERR
  bool dont_fragment = false;                     // IPV6_DONTFRAG
  bool no_checksum_sent = false;                  // UDP_NO_CHECK6_TX; RFC 6935 5
  bool no_checksum_taken = false;                 // UDP_NO_CHECK6_RX
  bool multicast_loop = true;                     // IPV6_MULTICAST_LOOP
  bool multicast_all = true;                      // IPV6_MULTICAST_ALL
  bool auto_flow_label = true;                    // IPV6_AUTOFLOWLABEL; RFC 6437 3
  bool flow_info_send = false;                    // IPV6_FLOWINFO_SEND
  uint8_t min_hops = 0;                           // IPV6_MINHOPCOUNT; RFC 5082
  AddressPreferences preferences;                 // IPV6_ADDR_PREFERENCES; RFC 5014
  InterfaceId multicast_interface;                // IPV6_MULTICAST_IF; 0 as routed
  InterfaceId unicast_interface;                  // IPV6_UNICAST_IF; 0 as routed
  // IPV6_PKTINFO as an option: what names no interface leaves by this one, groups and others alike;
  // 0 as routed. By one that is not there nothing leaves: ENETUNREACH when it is sent, as on Linux.
  InterfaceId packet_interface;
  uint32_t mtu_bytes = 0;  // IPV6_MTU: at most; 0 as the path allows
};

struct DatagramSettings {
  uint8_t ttl = 0;  // 0: kConfig.ip_ttl_default
  uint8_t tos = 0;
  uint8_t multicast_ttl = 1;  // RFC 1112 6.1
  MtuDiscover mtu_discover = MtuDiscover::kWant;
  bool broadcast = false;       // may send to broadcast addresses
  bool receive_errors = false;  // ICMP errors go to the error queue (IP_RECVERR)
  bool multicast_loop = true;
  bool multicast_all = true;     // groups that other sockets joined too (IP_MULTICAST_ALL)
  bool header_included = false;  // raw: the program writes the IP header
  bool no_checksum = false;      // UDP: send checksum 0
  bool cork = false;             // UDP_CORK
  bool reuse_address = false;
  bool reuse_port = false;
  InterfaceId interface;            // SO_BINDTODEVICE; 0 any
  InterfaceId multicast_interface;  // where packets to groups leave; 0 as routed
  InterfaceId unicast_interface;    // IP_UNICAST_IF: where others leave; 0 as routed
  bool free_bind = false;           // IP_FREEBIND
  bool transparent = false;         // IP_TRANSPARENT
  uint8_t min_ttl = 0;              // IP_MINTTL; RFC 5082
  Coverage coverage;                // UDP-Lite
  uint32_t icmp_filter = 0;         // raw ICMP: bit n set: type n is not wanted
  Ip6Settings ip6;
  uint32_t receive_buffer_bytes = kConfig.receive_buffer_default_bytes;
  uint32_t send_buffer_bytes = kConfig.send_buffer_default_bytes;
};

struct DatagramEndpoint {
  EndpointId id;                 // its own
  Family family = Family::kIp4;  // of the socket: kIp6 may do IPv4, too
  Endpoint local;   // address: see bound(). Port: UDP's, or the identifier of ping; 0 not bound
  Endpoint remote;  // the peer, when is_connected
  uint8_t protocol = 0;
  bool is_connected = false;
  bool is_address_bound = false;  // local.address was asked for by bind, not chosen by connect
  bool is_port_bound = false;     // local.port likewise
  bool receive_shut = false;      // what arrives is dropped
  bool send_shut = false;         // nothing can be sent
  bool is_pending = false;        // in the list of endpoints with news for their socket
  DatagramSettings settings;
  DatagramQueue received;
  ErrorQueue errors;
  StickyOptions options;
  CorkedDatagram corked;                            // UDP
  [[no_unique_address]] link::SocketFilter filter;  // SO_ATTACH_FILTER
  Error pending_error = Error::kNone;               // SO_ERROR
  mem::Index owner = mem::kNoIndex;                 // opaque: the socket
  BindingId binding;                                // UDP and UDP-Lite: its claim on the port
  mem::Index pending_next = mem::kNoIndex;          // of EndpointTable
  uint32_t bucket = kNoBucket;                      // of EndpointTable: where it is filed

  static constexpr uint32_t kNoBucket = 0xffffffffu;

  BoundAddress bound() const { return {local.address, settings.ip6.only}; }
  // Whether it may have a packet from `from` to `to` that came in on `at`, as far as addresses say.
  bool takes(const IpAddress& to, const IpAddress& from, InterfaceId at) const {
    return bound().takes(to) && (!is_connected || remote.address == from) &&
           (settings.interface.value == 0 || settings.interface == at);
  }
  // The settings for datagrams of `address`'s family.
  bool receives_errors(const IpAddress& address) const {
    return address.is_ip6() ? settings.ip6.receive_errors : settings.receive_errors;
  }
  MtuDiscover mtu_discover(const IpAddress& address) const {
    return address.is_ip6() ? settings.ip6.mtu_discover : settings.mtu_discover;
  }
  // Whether it has what comes to groups that only other sockets joined.
  bool takes_all_groups(const IpAddress& group) const {
    return group.is_ip6() ? settings.ip6.multicast_all : settings.multicast_all;
  }
};

// Whether a packet came from near enough for its receiver (RFC 5082 3).
inline bool is_near_enough(const DatagramEndpoint& endpoint, const mem::PacketInfo& info) {
  const bool is_ip6 = info.source.is_ip6();
  return info.ttl >= (is_ip6 ? endpoint.settings.ip6.min_hops : endpoint.settings.min_ttl);
}

// Where a datagram goes and how.
struct Target {
  net::Route route;
  Endpoint to;
  net::SendParams params;
};

// Whether `endpoint` may be bound to `address`: kAddressFamilyNotSupported (none);
// kAddressNotAvailable unless it is any address, one of ours, a broadcast or a multicast one, or
// the program insists (IP_FREEBIND, IP_TRANSPARENT).
Status check_bind_address(const net::Network& network, const DatagramEndpoint& endpoint,
                          const IpAddress& address);

// Chooses route and parameters for `to` (its peer, or else the connected one).
// Errors: kDestinationRequired, kAccess (broadcast not allowed), kNetworkUnreachable (bound to an
// address of the other family), and those of Network::route().
Result<Target> choose_target(const Context& ctx, const net::Network& network,
                             const DatagramEndpoint& endpoint, const DatagramInfo& to);

// The same for a datagram that is to go now. Then in Linux's order (__ip_append_data,
// sock_alloc_send_pskb): kMessageTooLong if it `is_too_long`, told as by send(); a pending error,
// which is told once; kBrokenPipe after shutdown().
Result<Target> target_to_send_to(const Context& ctx, const net::Network& network,
                                 DatagramEndpoint& endpoint, const DatagramInfo& to,
                                 bool is_too_long);

// Fixes the peer of an endpoint without ports, and its own address unless that is bound. Errors of
// choose_target().
Status connect_address(const Context& ctx, const net::Network& network, DatagramEndpoint& endpoint,
                       const IpAddress& peer);
void disconnect_address(DatagramEndpoint& endpoint);

// Sends what choose_target() found a way for. A datagram that must not be fragmented and does not
// fit is kMessageTooLong and, with receive_errors, an entry in the error queue.
Status send(Context& ctx, net::Network& network, DatagramEndpoint& endpoint, mem::PacketPtr packet,
            const Target& target);

// Whether a send that ended so counts as one that did not fail: what is lost for want of room on
// the way out is told to those who want errors only, as on Linux (udp_send_skb, raw_sendmsg).
bool is_untold(const DatagramEndpoint& endpoint, const Target& target, const Status& sent);

// A packet whose payload is a copy of `parts`; kNoBuffers when memory is exhausted.
Result<mem::Index> packet_from(const Context& ctx, std::span<const mem::ConstBytes> parts);

size_t total_bytes(std::span<const mem::ConstBytes> parts);

// Puts a packet, of which the first `header_bytes` are headers, into the endpoint's queue. They are
// trimmed off, but for a packet with options, whose receiver may want to know of them. False: it
// was dropped, as DatagramQueue::push().
bool enqueue(const Context& ctx, DatagramEndpoint& endpoint, mem::PacketPtr packet,
             uint32_t header_bytes, DropReason when_full);

// Takes (or peeks at) the oldest datagram, cutting what does not fit. kWouldBlock when there is
// none. A pending error is returned first, once.
Result<size_t> receive(const Context& ctx, DatagramEndpoint& endpoint,
                       std::span<const mem::Bytes> parts, bool peek, DatagramInfo* info);

// The pending error, which is cleared.
Error take_error(DatagramEndpoint& endpoint);
// The oldest of the error queue; kWouldBlock when it is empty. The next one that a message brought
// becomes the pending error, so that a program reads one for each failed call, as Linux has it.
Result<QueuedError> take_queued_error(mem::PacketMemory& memory, DatagramEndpoint& endpoint);

// Tells the endpoint of an ICMP error about a datagram of its own. Hard errors (RFC 1122 4.1.3.3)
// reach connected endpoints; every error reaches those with receive_errors, as Linux does it.
// Returns whether there is news for the socket.
bool on_icmp_error(const Context& ctx, DatagramEndpoint& endpoint, const net::IcmpError& error,
                   uint8_t payload_offset, Port port);

}  // namespace tapstack::transport
