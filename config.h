// Every capacity, timer and default of the core, in one constexpr value.
//
// A profile fills the value (host, embedded, tiny, sim); the build chooses it with
// -DTAPSTACK_PROFILE_<NAME>=1. An embedder changes single values without editing this file:
// compile with -DTAPSTACK_USER_CONFIG="\"my_config.h\"", where my_config.h defines
//
//   constexpr tapstack::Config tapstack_user_config(tapstack::Config c) {
//     c.tcp_connections = 12;
//     return c;
//   }
//
// Units stand last in a name; "cost" is the memory one more of it takes in a Stack.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tapstack {

struct Config {
  // --- Packet memory ---------------------------------------------------------------------------
  // Payload bytes of one block, a multiple of 64. 2048 holds an Ethernet frame of 1514 with room to
  // spare.
  size_t block_bytes = 2048;
  // Blocks shared by all sockets, both directions. Cost: block_bytes + 8 each.
  size_t blocks = 65536;
  // Blocks that queued data may never take: they keep ACKs, ARP and ICMP flowing when every
  // socket is full. At least one superframe's worth.
  size_t blocks_reserved = 256;
  // Slices: a slice is a counted view of part of a block; one that is shared (a segment in flight
  // and in the send queue) has two. Cost: 14 each, 16 above 65,533 of them.
  size_t slices = 131072;
  // Packets in flight inside the stack (queues, transmit, reassembly). Cost: packet_header_bytes +
  // 120 each.
  size_t packets = 16384;
  // Packets that queued datagrams may never take, as blocks_reserved.
  size_t packets_reserved = 64;
  // Bytes inside a packet for headers: Ethernet 14, IPv4 up to 60, TCP up to 60, rounded up.
  size_t packet_header_bytes = 144;
  // Largest frame a device hands over or takes in one piece (GSO superframe), bytes of IP packet.
  size_t superframe_bytes = 65535;

  // --- Counters (util/counters.h) ----------------------------------------------------------------
  // 64 bits a counter, or 32: those wrap within minutes at 10 Gbit/s. Cost: 2 KB, or 1.
  bool counters_64_bit = true;

  // --- Interfaces (link/) ----------------------------------------------------------------------
  size_t interfaces = 4;                  // loopback included. Cost: about 200 each.
  size_t addresses_per_interface = 8;     // IPv4 and IPv6 together.
  size_t interface_queue_packets = 1000;  // Linux's txqueuelen.
  uint32_t mtu_default_bytes = 1500;      // RFC 894.
  uint32_t loopback_mtu_bytes = 65535;    // largest IPv4 packet; Linux has 65536.

  // --- Neighbours: ARP and ND (RFC 826, RFC 1122 2.3.2, RFC 4861 10) ----------------------
  size_t neighbours = 512;                      // Cost: about 112 each.
  size_t neighbours_unresolved = 128;           // of these, asked for or failed (RFC 6583).
  size_t neighbour_queue_packets = 8;           // RFC 1122 2.3.2.2 asks for at least one.
  uint32_t neighbour_answer_ms = 100;           // so long an unanswered one keeps its place.
  uint32_t neighbour_retrans_ms = 1000;         // RFC 4861 RETRANS_TIMER; RFC 1122: <= 1 a second.
  uint32_t neighbour_probes_multicast_max = 3;  // RFC 4861 MAX_MULTICAST_SOLICIT.
  uint32_t neighbour_probes_unicast_max = 3;    // RFC 4861 MAX_UNICAST_SOLICIT.
  uint32_t neighbour_reachable_ms = 30'000;     // RFC 4861 REACHABLE_TIME.
  uint32_t neighbour_delay_probe_ms = 5'000;    // RFC 4861 DELAY_FIRST_PROBE_TIME.
  uint32_t neighbour_stale_ms = 600'000;        // unused this long: forgotten.
  uint32_t neighbour_failed_ms = 3'000;         // how long a failure is remembered.
  uint32_t neighbour_retrans_max_ms = 60'000;   // RFC 7048 3 MAX_RETRANS_TIMER.
  size_t dns_servers = 4;                       // told by routers (RFC 8106 5.3.1: at least 3).
  size_t dns_search_domains = 4;                // likewise. Cost: 72 each.

  // --- IP (net/) -------------------------------------------------------------------------------
  bool ip6 = true;              // IPv6 beside IPv4 (RFC 8504).
  uint8_t ip_ttl_default = 64;  // RFC 1700.
  size_t routes = 32;  // given, advertised (half of them at most) and learnt. Cost: 64 each.
  // What an embedder says of a route beyond where it leads: metric, kind, source, MTU, protocol.
  // Cost: 32 each.
  bool route_details = true;
  size_t reassemblies = 64;                 // datagrams under reassembly. Cost: about 80 each.
  size_t reassembly_fragments_max = 64;     // fragments held of one datagram; more: dropped whole.
  size_t reassembly_blocks_max = 2048;      // blocks all reassemblies may hold together.
  uint32_t reassembly_timeout_ms = 30'000;  // Linux's 30 s; RFC 1122 3.3.2 suggests 60-120 s.
  uint32_t reassembly_timeout_ip6_ms = 60'000;  // RFC 8200 4.5.
  size_t path_mtus = 256;                       // cached destinations. Cost: 32 each.
  uint32_t path_mtu_age_ms = 600'000;           // RFC 1191 6.3: ten minutes.
  uint32_t path_mtu_min_bytes = 552;            // Linux's min_pmtu; RFC 791's floor is 68.
  uint32_t icmp_errors_per_second = 1000;       // token bucket for errors sent, RFC 1812 4.3.2.8.
  uint32_t icmp_errors_burst = 50;
  size_t identifications = 256;           // counters that destinations share by hash. Cost: 4 each.
  size_t ip6_extension_headers_max = 16;  // in one packet, RFC 8883 3.1; more: dropped.
  size_t ip6_options_bytes_max = 2048;    // of one options header: any length. RFC 8504 5.3.
  size_t ip6_options_max = 8;             // but for padding, RFC 8504 5.3.
  // Groups that somebody listens to, of all interfaces; each address of IPv6 has one. Cost: 48
  // each.
  size_t multicast_groups = 128;
  size_t multicast_memberships = 256;  // of sockets and of the stack itself. Cost: 28 each.
  size_t multicast_sources = 256;      // in the source filters of memberships. Cost: 124 each.

  // --- DHCP (app/) ------------------------------------------------------------------------------
  // RFC 2131 4.4.1 SHOULD: a client waits 1 to 10 s at random before it asks, so that hosts that
  // start together do not ask together. 0: programs wait for the address, and are started singly.
  uint32_t dhcp_start_delay_max_ms = 0;

  // --- Sockets ---------------------------------------------------------------------------------
  size_t sockets = 16384;        // Cost: about 160 each.
  size_t udp_endpoints = 4096;   // Cost: about 96 each.
  bool udp_lite = true;          // RFC 3828. Cost: 8 a datagram endpoint.
  size_t raw_endpoints = 256;    // ping and raw sockets. Cost: about 128 each.
  size_t packet_endpoints = 64;  // packet sockets. Cost: about 128 each; 0: none.
  // Filters of sockets (SO_ATTACH_FILTER) and their instructions, at most 4096 a filter. Cost: 16
  // and 8 each; 0: none. Packet sockets work without.
  size_t filters = 256;
  size_t filter_instructions = 65'536;
  uint32_t receive_buffer_default_bytes = 212'992;  // datagram sockets: net.core.rmem_default.
  uint32_t send_buffer_default_bytes = 212'992;
  uint32_t buffer_max_bytes = 8u << 20;  // what SO_RCVBUF and SO_SNDBUF may ask for.
  size_t error_queue_max = 16;           // ICMP errors kept per socket (IP_RECVERR).

  // --- Ports (RFC 6056, RFC 6335) ----------------------------------------------------------------
  uint16_t port_ephemeral_first = 32768;  // Linux's range.
  uint16_t port_ephemeral_last = 60999;

  // --- TCP (RFC 9293 and others as named) --------------------------------------------------------
  size_t tcp_connections = 8192;  // Cost: sizeof(tcp::Connection), see `make size`.
  size_t tcp_listeners = 512;
  size_t tcp_half_open = 4096;                  // compact SYN-RECEIVED records of all listeners.
  size_t tcp_time_waits = 16384;                // compact TIME-WAIT records. Cost: about 64 each.
  uint32_t tcp_backlog_max = 4096;              // net.core.somaxconn.
  uint32_t tcp_receive_buffer_bytes = 131'072;  // net.ipv4.tcp_rmem default.
  uint32_t tcp_receive_buffer_max_bytes = 6u << 20;  // net.ipv4.tcp_rmem max.
  uint32_t tcp_send_buffer_bytes = 262'144;
  uint32_t tcp_send_buffer_max_bytes = 4u << 20;  // net.ipv4.tcp_wmem max.
  // Ranges of text that came out of order, of all connections; each may have a quarter of them.
  // Cost: 56 each. Fewer than holes means that text behind them is thrown away.
  size_t tcp_reassembly_ranges = 8'192;
  // What is outstanding on all connections, in pieces (a transmission, cut by SACK). Cost: about
  // 100 each. Fewer than needed costs exactness of loss detection.
  size_t tcp_sent_records = 65'536;
  // Places in send queues that are marked (MSG_EOR, SO_TIMESTAMPING), of all connections. Cost: 32
  // each.
  size_t tcp_send_marks = 4096;
  uint32_t tcp_rto_initial_ms = 1'000;  // RFC 6298 2.1.
  uint32_t tcp_rto_min_ms = 200;        // Linux; RFC 6298 2.4 says 1 s (SHOULD). See tcp/rtt.h.
  uint32_t tcp_rto_max_ms = 120'000;    // RFC 6298 2.5: at least 60 s.
  uint32_t tcp_delayed_ack_ms = 40;     // RFC 9293 MUST-40: < 500 ms.
  // RFC 9293 3.8.3, MUST-23: at least three minutes. 247 s in all; Linux has 6, 127 s.
  uint32_t tcp_syn_retries = 7;
  uint32_t tcp_synack_retries = 5;
  uint32_t tcp_retries1 = 3;                // RFC 9293 3.8.3 R1, SHLD-10.
  uint32_t tcp_retries2 = 15;               // RFC 9293 3.8.3 R2, SHLD-11: >= 100 s.
  uint32_t tcp_orphan_timeout_ms = 60'000;  // FIN-WAIT-2 without a process.
  uint32_t tcp_msl_ms = 30'000;             // TIME-WAIT lasts two of these: Linux's 60 s.
  uint32_t tcp_keepalive_idle_s = 7'200;    // RFC 9293 MUST-28.
  uint32_t tcp_keepalive_interval_s = 75;
  uint32_t tcp_keepalive_probes = 9;
  uint32_t tcp_initial_window_segments = 10;  // RFC 6928.
  // Congestion control BBR. Cost: about 400 a connection and 40 for each of tcp_sent_records.
  bool tcp_bbr = true;
  uint32_t tcp_challenge_acks_per_second = 10;  // per connection, RFC 5961 7.
  uint8_t tcp_ecn = 2;  // RFC 3168, as Linux: 0 off, 1 ask for it, 2 agree when asked.
  // RFC 7413, as Linux: bit 0 a client may, bit 1 a listener that asks for it may. Linux has 1.
  uint8_t tcp_fast_open = 3;
  size_t tcp_fast_open_servers = 64;              // whose cookies a client keeps. Cost: 64 each.
  uint32_t tcp_fast_open_blocked_ms = 3'600'000;  // after a SYN with data was lost: Linux's hour.
  uint16_t tcp_mss_default_bytes = 536;           // RFC 9293 MUST-15.
  uint16_t tcp_mss_default_ip6_bytes = 1220;      // The same.
  uint16_t tcp_mss_min_bytes = 88;  // smallest MSS option honoured (Linux's min_snd_mss 48).
};

namespace config_detail {

// For a microcontroller with some 100 KB to spare: a few connections, Ethernet frames only.
constexpr Config embedded() {
  Config c;
  c.block_bytes = 512;
  c.blocks = 96;
  c.blocks_reserved = 8;
  c.slices = 192;
  c.packets = 48;
  c.packets_reserved = 8;
  c.superframe_bytes = 1500;
  c.interfaces = 2;
  c.addresses_per_interface = 4;
  c.interface_queue_packets = 16;
  c.loopback_mtu_bytes = 1500;
  c.neighbours = 16;
  c.neighbours_unresolved = 4;
  c.neighbour_queue_packets = 3;
  c.routes = 6;
  c.route_details = false;
  c.reassemblies = 2;
  c.reassembly_fragments_max = 8;
  c.reassembly_blocks_max = 12;
  c.path_mtus = 8;
  c.icmp_errors_per_second = 50;
  c.icmp_errors_burst = 6;
  c.ip6_options_bytes_max = 256;
  c.identifications = 16;
  c.multicast_groups = 8;
  c.multicast_memberships = 8;
  c.multicast_sources = 4;
  c.sockets = 24;
  c.udp_endpoints = 8;
  c.udp_lite = false;
  c.raw_endpoints = 2;
  c.packet_endpoints = 0;
  c.filters = 0;
  c.filter_instructions = 0;
  c.receive_buffer_default_bytes = 4'096;
  c.send_buffer_default_bytes = 4'096;
  c.buffer_max_bytes = 16'384;
  c.error_queue_max = 2;
  c.tcp_connections = 10;
  c.tcp_listeners = 4;
  c.tcp_half_open = 8;
  c.tcp_time_waits = 16;
  c.tcp_backlog_max = 8;
  c.tcp_receive_buffer_bytes = 5'840;
  c.tcp_receive_buffer_max_bytes = 8'192;
  c.tcp_send_buffer_bytes = 5'840;
  c.tcp_send_buffer_max_bytes = 8'192;
  c.tcp_reassembly_ranges = 16;
  c.tcp_sent_records = 48;
  c.tcp_send_marks = 8;
  c.tcp_bbr = false;
  c.tcp_fast_open_servers = 4;
  return c;
}

// The smallest that still speaks TCP: some 20 KB.
constexpr Config tiny() {
  Config c = embedded();
  c.ip6 = false;
  c.counters_64_bit = false;
  c.block_bytes = 256;
  c.blocks = 40;
  c.blocks_reserved = 6;
  c.slices = 64;
  c.packets = 16;
  c.packets_reserved = 4;
  c.packet_header_bytes = 136;
  c.superframe_bytes = 576;
  c.mtu_default_bytes = 576;
  c.loopback_mtu_bytes = 576;
  c.neighbours = 4;
  c.neighbours_unresolved = 2;
  c.neighbour_queue_packets = 1;
  c.interface_queue_packets = 6;
  c.routes = 3;
  c.route_details = false;
  c.reassemblies = 1;
  c.reassembly_fragments_max = 4;
  c.reassembly_blocks_max = 6;
  c.path_mtus = 2;
  c.sockets = 8;
  c.udp_endpoints = 3;
  c.raw_endpoints = 1;
  c.multicast_groups = 2;
  c.multicast_memberships = 2;
  c.multicast_sources = 1;
  c.receive_buffer_default_bytes = 1'024;
  c.send_buffer_default_bytes = 1'024;
  c.buffer_max_bytes = 2'048;
  c.error_queue_max = 1;
  c.tcp_connections = 4;
  c.tcp_listeners = 2;
  c.tcp_half_open = 2;
  c.tcp_time_waits = 4;
  c.tcp_backlog_max = 2;
  c.tcp_receive_buffer_bytes = 2'144;
  c.tcp_receive_buffer_max_bytes = 2'144;
  c.tcp_send_buffer_bytes = 2'144;
  c.tcp_send_buffer_max_bytes = 2'144;
  c.tcp_reassembly_ranges = 8;
  c.tcp_sent_records = 12;
  c.tcp_send_marks = 4;
  return c;
}

// For simulation and unit tests: small enough that a whole Stack is copied thousands of times a
// second and that exhaustion is met often.
constexpr Config sim() {
  Config c;
  c.blocks = 768;
  c.blocks_reserved = 48;
  c.slices = 2048;
  c.packets = 512;
  c.packets_reserved = 16;
  c.interface_queue_packets = 64;
  c.neighbours = 8;
  c.neighbours_unresolved = 2;
  c.neighbour_queue_packets = 4;
  c.routes = 16;
  c.reassemblies = 4;
  c.reassembly_blocks_max = 128;
  c.path_mtus = 8;
  c.sockets = 64;
  c.udp_endpoints = 16;
  c.raw_endpoints = 8;
  c.packet_endpoints = 8;
  c.filters = 8;
  c.filter_instructions = 512;
  c.multicast_groups = 16;
  c.multicast_memberships = 16;
  c.multicast_sources = 8;
  c.receive_buffer_default_bytes = 65'536;
  c.send_buffer_default_bytes = 65'536;
  c.buffer_max_bytes = 262'144;
  c.tcp_connections = 32;
  c.tcp_sent_records = 2'048;
  c.tcp_reassembly_ranges = 512;
  c.tcp_send_marks = 64;
  c.tcp_listeners = 8;
  c.tcp_half_open = 16;
  c.tcp_time_waits = 16;
  c.tcp_backlog_max = 16;
  c.tcp_fast_open_servers = 16;
  c.tcp_receive_buffer_bytes = 65'536;
  c.tcp_receive_buffer_max_bytes = 262'144;
  c.tcp_send_buffer_bytes = 65'536;
  c.tcp_send_buffer_max_bytes = 262'144;
  return c;
}

constexpr Config profile() {
#if defined(TAPSTACK_PROFILE_EMBEDDED)
  return embedded();
#elif defined(TAPSTACK_PROFILE_TINY)
  return tiny();
#elif defined(TAPSTACK_PROFILE_SIM)
  return sim();
#else
  return Config{};
#endif
}

}  // namespace config_detail
}  // namespace tapstack

#if defined(TAPSTACK_USER_CONFIG)
#include TAPSTACK_USER_CONFIG
namespace tapstack {
inline constexpr Config kConfig = tapstack_user_config(config_detail::profile());
}
#else
namespace tapstack {
inline constexpr Config kConfig = config_detail::profile();
}
#endif

namespace tapstack {

// Relations between the values: a configuration that breaks one would stall or overflow at run
// time.

// Packet memory.
static_assert(kConfig.block_bytes % 64 == 0 && kConfig.block_bytes >= 64, "blocks are cache lines");
static_assert(kConfig.block_bytes <= 65'535, "offsets in a block have 16 bits");
static_assert(kConfig.packet_header_bytes >= 14 + 60 + 60, "headers of a TCP segment must fit");
static_assert(kConfig.blocks_reserved < kConfig.blocks);
static_assert(kConfig.blocks_reserved * kConfig.block_bytes >= kConfig.superframe_bytes + 14,
              "the reserve must be able to receive one frame");
static_assert(kConfig.slices >= kConfig.blocks + kConfig.blocks_reserved,
              "each block needs one slice, and those in flight another");
static_assert(kConfig.packets_reserved < kConfig.packets);

// Interfaces and neighbours.
static_assert(kConfig.interfaces >= 2 && kConfig.interfaces <= 255, "loopback and one device");
static_assert(kConfig.superframe_bytes <= 65'535, "RFC 791: Total Length has 16 bits");
static_assert(kConfig.mtu_default_bytes <= kConfig.superframe_bytes);
static_assert(kConfig.loopback_mtu_bytes <= kConfig.superframe_bytes);
static_assert(kConfig.mtu_default_bytes >= 68, "RFC 791: every host forwards 68 bytes");
static_assert(kConfig.neighbours_unresolved >= 1 &&
                  kConfig.neighbours_unresolved < kConfig.neighbours,
              "RFC 6583: room for those that answer, whoever does not");
static_assert(kConfig.neighbour_queue_packets >= 1, "RFC 1122 2.3.2.2");
static_assert(kConfig.neighbour_retrans_ms >= 1'000, "RFC 1122 2.3.2.1: one ARP request a second");

// IP.
static_assert(kConfig.ip_ttl_default >= 1);
static_assert(kConfig.path_mtu_min_bytes >= 68, "RFC 791");
static_assert(kConfig.reassembly_fragments_max >= 2);
static_assert(kConfig.reassembly_blocks_max <= kConfig.blocks - kConfig.blocks_reserved);

// Sockets and ports.
static_assert(kConfig.sockets >= kConfig.tcp_listeners + kConfig.raw_endpoints);
static_assert(kConfig.packet_endpoints <= 0x7fff, "a frame has 15 bits for who injected it");
static_assert((kConfig.filters == 0) == (kConfig.filter_instructions == 0));
static_assert(kConfig.error_queue_max >= 1);
static_assert(kConfig.receive_buffer_default_bytes <= kConfig.buffer_max_bytes);
static_assert(kConfig.send_buffer_default_bytes <= kConfig.buffer_max_bytes);
static_assert(kConfig.port_ephemeral_first >= 1024 &&
              kConfig.port_ephemeral_first < kConfig.port_ephemeral_last);

// TCP.
static_assert(kConfig.tcp_half_open >= 1 && kConfig.tcp_time_waits >= 1);
static_assert(kConfig.tcp_receive_buffer_bytes <= kConfig.tcp_receive_buffer_max_bytes);
static_assert(kConfig.tcp_send_buffer_bytes <= kConfig.tcp_send_buffer_max_bytes);
static_assert(kConfig.tcp_receive_buffer_max_bytes <= (65'535u << 14),
              "RFC 7323 2.3: the largest window");
static_assert(kConfig.tcp_receive_buffer_max_bytes <=
                  (kConfig.blocks - kConfig.blocks_reserved) * kConfig.block_bytes,
              "a window must not promise more than there is");
static_assert(kConfig.tcp_receive_buffer_bytes >= 2u * kConfig.tcp_mss_default_bytes,
              "less than two segments and delayed ACKs stall the sender");
static_assert(kConfig.tcp_reassembly_ranges >= 1);
static_assert(kConfig.tcp_sent_records >= kConfig.tcp_connections, "one for each, to send at all");
static_assert(kConfig.tcp_rto_min_ms > kConfig.tcp_delayed_ack_ms,
              "a delayed ACK must not fire the sender's timer");
static_assert(kConfig.tcp_delayed_ack_ms < 500, "RFC 9293 MUST-40");
static_assert(kConfig.tcp_rto_min_ms <= kConfig.tcp_rto_initial_ms &&
              kConfig.tcp_rto_initial_ms <= kConfig.tcp_rto_max_ms);
static_assert(kConfig.tcp_ecn <= 2);
static_assert(kConfig.tcp_fast_open <= 3 && kConfig.tcp_fast_open_servers >= 1);
static_assert(kConfig.tcp_rto_max_ms >= 60'000, "RFC 6298 2.5");
static_assert(kConfig.tcp_retries1 >= 3, "RFC 9293 3.8.3: R1 SHOULD be at least 3");
static_assert(kConfig.tcp_retries1 < kConfig.tcp_retries2, "RFC 9293 3.8.3");
static_assert(kConfig.tcp_keepalive_idle_s >= 7'200, "RFC 9293 MUST-28");

}  // namespace tapstack
