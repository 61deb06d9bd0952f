// TIME-WAIT (RFC 9293 3.3.2) as a compact record: what it takes to answer old segments, and to tell
// them from a new connection between the same ends.
#pragma once

#include <cstdint>

#include "config.h"
#include "net/route.h"
#include "transport/demux.h"
#include "transport/ports.h"
#include "transport/tcp/index_list.h"
#include "transport/tcp/segment.h"
#include "transport/tcp/seq.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

struct TimeWait {
  Flow flow;
  BindingId binding;
  net::Route route;
  SeqNumber snd_nxt;
  SeqNumber rcv_nxt;
  uint16_t window = 0;  // as it goes into the field
  bool timestamps = false;
  bool is_ip6_socket = false;  // of the program that had the connection
  uint32_t timestamp_offset = 0;
  uint32_t timestamp_recent = 0;
  Instant expires_at;
  ListLink age_link;
};

// RFC 9293 3.6.1, MUST-13.
inline constexpr Duration kTimeWaitDuration = Duration::ms(2LL * kConfig.tcp_msl_ms);

// What a segment for a record asks for.
enum class TimeWaitAction : uint8_t {
  kIgnore,   // nothing to say
  kAck,      // not what was expected: tell what is
  kRestart,  // the peer's FIN again: acknowledge it, and two MSL begin anew
  kReopen,   // a new connection may take the place
};

// RFC 9293 3.10.7.4 for TIME-WAIT. RST is ignored (RFC 1337 3, fix (1)); a SYN reopens when its
// timestamp is later (SHLD-4, RFC 6191 2) or, without timestamps, its sequence number is (MAY-2,
// RFC 1122 4.2.2.13).
TimeWaitAction classify(const TimeWait& record, const Segment& segment);

// First sequence number for a connection that takes the record's place: above whatever it sent
// (RFC 1122 4.2.2.13), with room for what may still be in the network.
constexpr SeqNumber reopen_isn(const TimeWait& record) { return record.snd_nxt + 65'537; }

}  // namespace tapstack::transport::tcp
