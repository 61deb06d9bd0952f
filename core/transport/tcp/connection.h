// One connection: a composition of its parts, without behaviour of its own. Each part has one
// writer and knows nothing of the others; the files input_*, output, timeouts and user_* tell them
// facts.
#pragma once

#include <cstdint>

#include "net/route.h"
#include "transport/demux.h"
#include "transport/ports.h"
#include "transport/tcp/ack_policy.h"
#include "transport/tcp/black_hole.h"
#include "transport/tcp/buffer_tuning.h"
#include "transport/tcp/challenge_limit.h"
#include "transport/tcp/congestion.h"
#include "transport/tcp/deadlines.h"
#include "transport/tcp/delivery_rate.h"
#include "transport/tcp/duplicate_acks.h"
#include "transport/tcp/duplicate_report.h"
#include "transport/tcp/ecn.h"
#include "transport/tcp/fast_open.h"
#include "transport/tcp/frto.h"
#include "transport/tcp/ids.h"
#include "transport/tcp/index_list.h"
#include "transport/tcp/options.h"
#include "transport/tcp/pacing.h"
#include "transport/tcp/prr.h"
#include "transport/tcp/rack.h"
#include "transport/tcp/reassembly.h"
#include "transport/tcp/receiver.h"
#include "transport/tcp/recovery.h"
#include "transport/tcp/rtt.h"
#include "transport/tcp/send_buffers.h"
#include "transport/tcp/send_clock.h"
#include "transport/tcp/send_marks.h"
#include "transport/tcp/sender.h"
#include "transport/tcp/sent_log.h"
#include "transport/tcp/settings.h"
#include "transport/tcp/state.h"
#include "transport/tcp/tail_loss_probe.h"
#include "transport/tcp/timestamps.h"
#include "transport/tcp/undo.h"

namespace tapstack::transport::tcp {

// The handshake's round trip under measurement (RFC 6298 3): of a SYN that was sent once only.
struct RoundTripProbe {
  Instant sent_at;
  bool is_running = false;
};

// How long the peer has been silent towards us.
struct Silence {
  uint8_t retransmits = 0;       // of the same data since progress (RFC 9293 3.8.3)
  uint8_t window_probes = 0;     // unanswered
  uint8_t persist_backoff = 0;   // exponent; lasts until the window opens
  uint8_t keepalive_probes = 0;  // unanswered
  Instant stalled_since;         // no progress although something is outstanding
  Instant last_received_at;
  Instant next_hop_confirmed_at;  // told the network that it can be reached
};

// What output has been asked for besides what the queues say.
struct OutputRequests {
  bool syn = false;         // SYN or SYN-ACK, first or again
  bool reset = false;       // RST, after which the connection is gone
  bool first_lost = false;  // one segment whatever the pipe holds (RFC 6675 5 (4.3))
  bool loss_probe = false;  // RFC 8985 7.3
  bool probe = false;       // window probe, or what was held back too long
  bool push = false;        // what is queued, although more would follow
  bool keepalive = false;
};

struct ConnectionFigures {
  uint32_t segments_in = 0, segments_out = 0, retransmits = 0;
  uint32_t reordering = kDupThresh;  // the most segments that one was overtaken by
  uint32_t reordered = 0;            // ACKs that told of something overtaken
  uint32_t text_segments_in = 0, text_segments_out = 0;
  uint32_t out_of_order_in = 0;  // segments
  uint32_t dsacks_in = 0;        // ACKs that reported a duplicate (RFC 2883)
  uint64_t retransmitted_bytes = 0;
  Instant last_text_sent_at, last_text_received_at, last_ack_received_at;
};

struct Connection {
  // Who it is.
  Flow flow;
  InterfaceId bound;  // SO_BINDTODEVICE
  BindingId binding;  // holds the local port
  Owner owner;
  ListenerId listener;  // accepted from, while nobody has taken it
  net::Route route;
  Settings settings;
  State state = State::kClosed;
  bool in_demux = false;
  bool is_orphan = false;  // the program has closed it: nobody will read or ask
  bool was_established = false;
  bool receive_shut = false;        // shutdown_receive()
  bool more = false;                // more will follow soon: until the next ACK
  bool last_pushes = true;          // the last SEND was not one with MSG_MORE
  bool was_cwnd_limited = false;    // cwnd is what held output back last time
  bool send_blocked = false;        // the program was told that there is no room
  Error error = Error::kNone;       // pending for the program
  Error soft_error = Error::kNone;  // the reason if it times out (RFC 1122 4.2.3.9)

  // Sending.
  uint16_t send_mss_bytes = kConfig.tcp_mss_default_bytes;  // text and options of a segment
  BlackHole black_hole;
  Sender snd;
  SendBuffers send_buffers;
  SendMarks marks;
  SendClock send_clock;
  SentLog sent;
  DuplicateAcks duplicates;  // without SACK
  Rack rack;
  TailLossProbe probe_of_tail;
  Recovery recovery;
  Frto frto;
  Undo undo;
  Prr prr;
  Congestion congestion;
  DeliveryRate rate;
  Pacer pacer;
  Rtt rtt;
  RoundTripProbe syn_probe;
  SeqNumber small_end;  // end of the last segment sent that was not full (Nagle)
  OutputRequests wanted;
  Silence silence;

  // Receiving.
  uint16_t advertised_mss_bytes = kConfig.tcp_mss_default_bytes;
  Receiver rcv;
  Reassembly out_of_order;
  DuplicateReport dsack;
  SeqNumber fin_at;  // of a FIN that came out of order
  bool has_fin_at = false;
  AckPolicy acks;
  ReceiveTuning tuning;

  // Both.
  Negotiated agreed;
  Ecn ecn;
  FastOpen fast_open;
  Timestamps timestamps;
  Deadlines deadlines;
  ChallengeLimit challenges;
  ConnectionFigures figures;
  Events events;
  ListLink output_link;
  ListLink event_link;
  ListLink accept_link;
  InterfaceId output_list;  // whose list output_link is in
};

// RFC 7413 4.2.2: was let in by its SYN, and the handshake goes on while text flows.
inline bool is_let_in(const Connection& c) {
  return c.state == State::kSynReceived && c.was_established;
}

// Text bytes of a full segment.
inline uint32_t text_mss(const Connection& c) {
  return c.send_mss_bytes - fixed_option_bytes(c.agreed);
}

}  // namespace tapstack::transport::tcp
