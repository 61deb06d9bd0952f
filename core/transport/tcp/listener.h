// Passive opens: listening sockets, half-open connections and the queue of what can be accepted.
#pragma once

#include <cstdint>

#include "net/route.h"
#include "transport/demux.h"
#include "transport/ports.h"
#include "transport/tcp/challenge_limit.h"
#include "transport/tcp/ids.h"
#include "transport/tcp/index_list.h"
#include "transport/tcp/options.h"
#include "transport/tcp/seq.h"
#include "transport/tcp/settings.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

struct Listener {
  Endpoint local;         // address: see BoundAddress
  InterfaceId interface;  // 0 any
  bool ip6_only = false;  // IPV6_V6ONLY
  BindingId binding;
  Owner owner;
  Settings settings;
  uint32_t backlog = 1;
  IndexList acceptable;  // connections, through Connection::accept_link
  uint32_t half_open = 0;
  uint32_t fast_open_pending = 0;  // let in by their SYN, handshake not complete
  bool has_sent_cookies = false;
  Instant cookie_sent_at;  // the last SYN cookie
  Events events;
  ListLink event_link;
};

// As Linux counts it: a backlog of n lets n + 1 connections wait.
inline bool is_accept_queue_full(const Listener& l) { return l.acceptable.count > l.backlog; }

// As many may be half open, too (Linux's inet_csk_reqsk_queue_is_full); SYN cookies serve the rest.
inline bool is_syn_queue_full(const Listener& l) { return l.half_open > l.backlog; }

// A connection in SYN-RECEIVED that came from a listener: what must be remembered of its SYN. It
// becomes a Connection when the handshake is complete, so that a flood of SYNs costs these only.
struct HalfOpen {
  Flow flow;
  ListenerId listener;
  net::Route route;
  SeqNumber iss;
  SeqNumber irs;
  Negotiated agreed;
  uint16_t advertised_mss_bytes = 0;
  uint16_t window = 0;  // of the SYN: not scaled
  uint32_t timestamp_offset = 0;
  uint32_t timestamp_recent = 0;
  uint8_t timeouts = 0;                 // of the SYN-ACK
  uint8_t retransmits = 0;              // of it; fewer while a deferred connection waits for text
  bool gives_cookie = false;            // the SYN-ACK brings a Fast Open cookie (RFC 7413 4.2.1)
  bool is_cookie_experimental = false;  // in the option that it was asked for with (RFC 6994)
  bool is_fast_open = false;  // let in by its SYN: the SYN-ACK is the connection's to send
  bool is_acked = false;      // the handshake is complete, but the listener wants text first
  Instant sent_at;            // the SYN-ACK, first time
  ChallengeLimit challenges;
};

}  // namespace tapstack::transport::tcp
