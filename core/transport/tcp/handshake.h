// What both kinds of open share: taking over what the peer's SYN said.
#pragma once

#include "transport/tcp/connection.h"

namespace tapstack::transport::tcp {

// The peer's SYN, from the segment or from what a half-open record kept of it.
struct PeerSyn {
  SeqNumber seq;  // IRS
  Negotiated agreed;
  uint16_t wnd = 0;        // never scaled in a SYN (RFC 7323 2.2)
  uint32_t timestamp = 0;  // TSval, if agreed.timestamps
};

// Size of the receive buffer that the settings ask for at the start.
uint32_t receive_limit(const Settings& settings);
// What our SYN offers; the shift is for the largest that the buffer can become.
Offer offer_of(const Settings& settings);
// `bytes`, but no more than TCP_WINDOW_CLAMP allows.
uint32_t clamped_window(const Settings& settings, uint32_t bytes);

// RCV.NXT, IRS, options, MSS, congestion window: everything that the two SYNs decide. snd must have
// been started.
void on_peer_syn(Connection& c, const PeerSyn& syn, Instant now, uint32_t timestamp_offset,
                 bool handshake_retransmitted);

}  // namespace tapstack::transport::tcp
