// Explicit Congestion Notification for one connection: RFC 9293 3.8.2, SHLD-8, RFC 3168 6.1. What
// the window does about it is Congestion's (on_ecn).
#pragma once

#include <cstdint>

#include "transport/tcp/ecn_mode.h"
#include "transport/tcp/seq.h"
#include "wire/ip4.h"
#include "wire/tcp.h"

namespace tapstack::transport::tcp {

// RFC 3168 6.1.1. Flags of a SYN that asks for ECN, and what both SYNs say about it.
inline constexpr wire::TcpFlags kEcnSetupSyn = wire::tcp_flag::kEce | wire::tcp_flag::kCwr;
constexpr bool is_ecn_setup_syn(wire::TcpFlags flags) { return flags.has(kEcnSetupSyn); }
constexpr bool is_ecn_setup_syn_ack(wire::TcpFlags flags) { return flags.ece() && !flags.cwr(); }

class Ecn {
 public:
  // Our SYN asks. One that is sent again does not (6.1.1.1): a box on the way may drop those.
  void on_asked() { has_asked_ = true; }
  bool has_asked() const { return has_asked_; }
  // The end of the handshake.
  void start(bool is_agreed) { is_on_ = is_agreed; }
  bool is_on() const { return is_on_; }

  // --- Receiver, 6.1.3 ---
  // Acceptable text arrived under `codepoint` of its IP header, with the sender's CWR or not. True
  // when it is to be acknowledged at once: the first mark, or a sender with a small window.
  bool on_text(wire::EcnCodepoint codepoint, bool has_cwr);
  // Segments that go out carry ECE: from a mark until the sender says CWR.
  bool must_echo() const { return must_echo_; }

  // --- Sender, 6.1.2 ---
  // The ACK of `una` carries ECE. True when the window is to be reduced: once for what was
  // outstanding (up to `nxt`) at the last reduction.
  bool on_echo(SeqNumber una, SeqNumber nxt);
  // The window was reduced because of a loss, which the receiver is told of too.
  void on_reduced(SeqNumber nxt);
  // New text goes out: whether with CWR, which the first after a reduction carries.
  bool take_cwr();

 private:
  SeqNumber reduced_for_;  // what was outstanding at the last reduction ends here
  bool has_asked_ = false;
  bool is_on_ = false;
  bool must_echo_ = false;
  bool has_reduced_ = false;
  bool is_cwr_due_ = false;
};

}  // namespace tapstack::transport::tcp
