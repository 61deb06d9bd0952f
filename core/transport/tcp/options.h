// Options of a connection: what both SYNs agreed on, and what a segment therefore carries.
#pragma once

#include <cstdint>

#include "config.h"
#include "util/address.h"
#include "wire/tcp_options.h"

namespace tapstack::transport::tcp {

// Agreed in the handshake; an option holds only if both SYNs carried it.
struct Negotiated {
  uint16_t peer_mss_bytes = kConfig.tcp_mss_default_bytes;  // RFC 9293 MUST-15
  uint8_t send_shift = 0;     // of the peer's window field: Snd.Wind.Shift
  uint8_t receive_shift = 0;  // of ours: Rcv.Wind.Shift
  bool window_scaling = false;
  bool timestamps = false;
  bool sack = false;
  bool ecn = false;  // RFC 3168 6.1.1
};

// What our side offers, and agrees to when it is asked.
struct Offer {
  uint8_t shift = 0;  // of our windows
  bool window_scaling = true;
  bool timestamps = true;
  bool sack = true;
};

// `syn`: of the peer, over `family`. RFC 7323 2.2 and 2.3, RFC 2018 2.
Negotiated negotiate(const wire::TcpOptions& syn, const Offer& ours, Family family);

// What our SYN carries: all that is offered.
wire::TcpOptions syn_options(uint16_t mss_bytes, const Offer& ours, wire::TcpTimestamps timestamps);
// What our SYN-ACK carries: what the SYN offered.
wire::TcpOptions syn_ack_options(uint16_t mss_bytes, const Negotiated& agreed,
                                 wire::TcpTimestamps timestamps);
// Bytes that options take off each segment of text (RFC 6691): timestamps only; SACK blocks shorten
// the segments that carry them.
constexpr uint32_t fixed_option_bytes(const Negotiated& agreed) {
  return agreed.timestamps ? 12 : 0;
}

}  // namespace tapstack::transport::tcp
