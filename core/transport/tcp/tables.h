// Everything TCP remembers: pools, the hash tables that find things, and the lists of what waits.
#pragma once

#include <array>
#include <cstdint>

#include "config.h"
#include "mem/pool.h"
#include "transport/demux.h"
#include "transport/ports.h"
#include "transport/tcp/connection.h"
#include "transport/tcp/fast_open.h"
#include "transport/tcp/fast_open_cache.h"
#include "transport/tcp/fast_open_cookies.h"
#include "transport/tcp/isn.h"
#include "transport/tcp/listener.h"
#include "transport/tcp/syn_cookies.h"
#include "transport/tcp/time_wait.h"

namespace tapstack::transport::tcp {

// Numbers in the table of flows: connections first, then half-open ones, then TIME-WAIT records.
inline constexpr uint32_t kFirstHalfOpen = kConfig.tcp_connections;
inline constexpr uint32_t kFirstTimeWait = kFirstHalfOpen + kConfig.tcp_half_open;
inline constexpr uint32_t kFlows = kFirstTimeWait + kConfig.tcp_time_waits;

struct Tables {
  mem::Pool<Connection, kConfig.tcp_connections, struct ConnectionTag> connections;
  mem::Pool<Listener, kConfig.tcp_listeners, struct ListenerTag> listeners;
  mem::Pool<HalfOpen, kConfig.tcp_half_open, struct HalfOpenTag> half_opens;
  mem::Pool<TimeWait, kConfig.tcp_time_waits, struct TimeWaitTag> time_waits;
  SentPool sent;
  HeldPool held;
  SendMarkPool marks;

  TcpPorts ports;
  EcnMode ecn = EcnMode{kConfig.tcp_ecn};
  IsnGenerator isn;
  SynCookies cookies;
  FastOpenMode fast_open{kConfig.tcp_fast_open};
  FastOpenCookies fast_open_cookies;
  FastOpenCache fast_open_cache;
  Demux<kFlows> flows;
  Demux<kConfig.tcp_listeners> listening;  // by port

  // Connections with something to send, by interface number, so that one full device does
  // not hold up others.
  std::array<IndexList, kConfig.interfaces + 1> output;
  bool has_answer_due = false;  // output should come before more input: Tcp::has_answer_due()
  IndexList connection_events;  // with an owner, and events it has not taken
  IndexList listener_events;
  mem::Chain reserved;         // between reserve_send() and commit_send()
  IndexList time_wait_by_age;  // in the order in which they expire
};

// What a flow belongs to.
struct FlowOwner {
  mem::Index connection = mem::kNoIndex;
  mem::Index half_open = mem::kNoIndex;
  mem::Index time_wait = mem::kNoIndex;
  bool is_none() const {
    return connection == mem::kNoIndex && half_open == mem::kNoIndex && time_wait == mem::kNoIndex;
  }
};
FlowOwner find(const Tables& tables, const Flow& flow);
// The listener for a SYN of `flow` that came in on `interface`: one bound to the address before one
// that takes all of its family, and that before one that takes both; of several that share the port
// (SO_REUSEPORT) the flow's own. kNoIndex when nobody listens.
mem::Index find_listener(const Tables& tables, const Flow& flow, InterfaceId interface);

}  // namespace tapstack::transport::tcp
