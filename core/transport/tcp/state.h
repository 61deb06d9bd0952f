// Questions about the states of RFC 9293 3.3.2. The transitions themselves have one writer:
// set_state() in lifecycle.cpp.
#pragma once

#include "transport/tcp/info.h"

namespace tapstack::transport::tcp {

using State = TcpState;

// The handshake is complete: sequence numbers of both sides are known and acknowledged.
constexpr bool is_synchronized(State s) {
  return s != State::kClosed && s != State::kListen && s != State::kSynSent &&
         s != State::kSynReceived;
}

// The peer may still send text that we deliver (RFC 9293 3.10.7.4, seventh step); in SYN-RECEIVED
// that of a SYN (RFC 7413).
constexpr bool can_receive_text(State s) {
  return s == State::kSynReceived || s == State::kEstablished || s == State::kFinWait1 ||
         s == State::kFinWait2;
}

// The peer's FIN has been received and acknowledged in order.
constexpr bool has_received_fin(State s) {
  return s == State::kCloseWait || s == State::kClosing || s == State::kLastAck ||
         s == State::kTimeWait;
}

// Data may (still) have to be transmitted or retransmitted: RFC 9293 3.10.2 and our FIN.
constexpr bool can_transmit_text(State s) {
  return s == State::kEstablished || s == State::kCloseWait || s == State::kFinWait1 ||
         s == State::kClosing || s == State::kLastAck;
}

// The user has closed the sending direction.
constexpr bool is_send_closed(State s) {
  return s == State::kFinWait1 || s == State::kFinWait2 || s == State::kClosing ||
         s == State::kLastAck || s == State::kTimeWait || s == State::kClosed;
}

}  // namespace tapstack::transport::tcp
