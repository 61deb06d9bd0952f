// What a program may set about a connection. A listener's settings are inherited by what it
// accepts.
#pragma once

#include <cstdint>

#include "config.h"
#include "link/filter_table.h"
#include "transport/address_preferences.h"
#include "transport/mtu_discover.h"
#include "transport/tcp/congestion_algorithm.h"

namespace tapstack::transport::tcp {

struct Settings {
  bool is_ip6_socket = false;       // the program's socket is AF_INET6, also when it does IPv4
  bool keep_alive = false;          // SO_KEEPALIVE; RFC 9293 MUST-24, MUST-25
  bool no_delay = false;            // TCP_NODELAY: Nagle off
  bool cork = false;                // TCP_CORK
  bool quick_acks_at_start = true;  // the first ACKs are not delayed, as on Linux
  bool quick_ack = true;            // TCP_QUICKACK: as a connection begins; see AckPolicy
  bool oob_inline = false;          // SO_OOBINLINE
  // IP_RECVERR: the program is told of soft errors at once, not only when they end a connection.
  bool receive_errors = false;
  uint32_t keepalive_idle_s = kConfig.tcp_keepalive_idle_s;          // [1, 32767]
  uint32_t keepalive_interval_s = kConfig.tcp_keepalive_interval_s;  // [1, 32767]
  uint32_t keepalive_probes = kConfig.tcp_keepalive_probes;          // [1, 127]
  int32_t linger_s = -1;              // SO_LINGER; -1 off; 0: close() resets
  uint32_t receive_buffer_bytes = 0;  // SO_RCVBUF; 0: grows by itself (autotuning)
  uint32_t send_buffer_bytes = 0;     // SO_SNDBUF; 0: grows by itself
  uint32_t receive_buffer_max_bytes = kConfig.tcp_receive_buffer_max_bytes;  // when it grows
  uint32_t send_buffer_max_bytes = kConfig.tcp_send_buffer_max_bytes;
  uint32_t send_buffer_start_bytes = kConfig.tcp_send_buffer_bytes;  // before it grows
  bool timestamps = true;                 // what a handshake offers and agrees to:
  bool sack = true;                       // net.ipv4.tcp_timestamps, tcp_sack,
  bool window_scaling = true;             // tcp_window_scaling
  bool restart_after_idle = true;         // RFC 5681 4.1; net.ipv4.tcp_slow_start_after_idle
  uint32_t burst_segments_min = 2;        // net.ipv4.tcp_min_tso_segs; [1, 64]
  int32_t linger2_s = 0;                  // TCP_LINGER2, [-1, 120]; 0: tcp_orphan_timeout_ms
  uint32_t not_sent_low_water_bytes = 0;  // TCP_NOTSENT_LOWAT; 0: the default
  uint32_t not_sent_low_water_default_bytes = 0;  // net.ipv4.tcp_notsent_lowat; 0: none
  uint32_t window_clamp_bytes = 0;                // TCP_WINDOW_CLAMP; 0: none
  uint8_t defer_accept_timeouts = 0;              // TCP_DEFER_ACCEPT in SYN-ACK time-outs; 0: off
  uint16_t fast_open_queue = 0;                   // TCP_FASTOPEN of a listener; 0: none
  bool fast_open_connect = false;                 // TCP_FASTOPEN_CONNECT
  bool fast_open_no_cookie = false;  // TCP_FASTOPEN_NO_COOKIE, of clients and listeners
  uint16_t max_segment_bytes = 0;    // TCP_MAXSEG; 0: from the path MTU
  uint32_t user_timeout_ms = 0;      // TCP_USER_TIMEOUT; 0: kConfig.tcp_retries2
  uint8_t syn_retries = 0;           // TCP_SYNCNT, of SYN or SYN-ACK; 0: kConfig
  CongestionAlgorithm congestion = kCongestionDefault;  // TCP_CONGESTION
  uint64_t max_pacing_bytes_per_s = UINT64_MAX;         // SO_MAX_PACING_RATE; all ones: none
  uint8_t ttl = 0;                                      // IP_TTL; 0: kConfig.ip_ttl_default
  uint8_t tos = 0;                                      // IP_TOS
  uint8_t ip6_hop_limit = 0;                      // IPV6_UNICAST_HOPS; 0: kConfig.ip_ttl_default
  uint8_t ip6_traffic_class = 0;                  // IPV6_TCLASS
  bool ip6_receive_errors = false;                // IPV6_RECVERR, as receive_errors
  MtuDiscover mtu_discover = MtuDiscover::kWant;  // IP_MTU_DISCOVER: whether DF is set
  MtuDiscover ip6_mtu_discover = MtuDiscover::kWant;  // kept to be read: no router fragments
  AddressPreferences ip6_preferences;                 // IPV6_ADDR_PREFERENCES; RFC 5014
  bool ip6_auto_flow_label = true;                    // IPV6_AUTOFLOWLABEL
  [[no_unique_address]] link::SocketFilter filter;    // SO_ATTACH_FILTER
  uint8_t min_ttl = 0;       // IP_MINTTL: segments with less are dropped; RFC 5082
  uint8_t ip6_min_hops = 0;  // IPV6_MINHOPCOUNT likewise
};

}  // namespace tapstack::transport::tcp
