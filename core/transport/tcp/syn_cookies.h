// SYN cookies (RFC 4987 3.6): a SYN-ACK that keeps nothing here. Its sequence number says again,
// when the ACK returns it, that we sent it a short while ago and which MSS the peer had offered;
// the low bits of its timestamp keep window scale, SACK and ECN, as Linux does.
#pragma once

#include <cstdint>
#include <optional>

#include "transport/demux.h"
#include "transport/tcp/options.h"
#include "transport/tcp/seq.h"
#include "util/random.h"
#include "util/siphash.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

class SynCookies {
 public:
  // How long a cookie is good at most: the period in which it was made and the next.
  static constexpr Duration kPeriod = Duration::s(64);
  static constexpr Duration kLifetime = kPeriod * 2;

  // Draws the secrets; once, before anything else.
  void start(Random& random);
  // ISS for the answer to a SYN of sequence number `irs`.
  SeqNumber make(const Flow& flow, SeqNumber irs, uint16_t peer_mss_bytes, Instant now) const;
  // The MSS that a cookie stands for, rounded down to what three bits can tell; none when `iss` is
  // no cookie of ours, or too old.
  std::optional<uint16_t> check(const Flow& flow, SeqNumber irs, SeqNumber iss, Instant now) const;

 private:
  uint32_t base(const Flow& flow, SeqNumber irs) const;
  uint32_t proof(const Flow& flow, SeqNumber irs, uint32_t period) const;

  SecretKey base_key_;
  SecretKey proof_key_;
};

// What a cookie cannot keep is not agreed upon: without timestamps only the MSS is kept.
Negotiated keepable_in_cookie(const Negotiated& agreed);
// `now_value`, or the latest TSval before it, whose low bits say what was agreed.
uint32_t cookie_timestamp(uint32_t now_value, const Negotiated& agreed);
// What was agreed according to the TSecr of the ACK. `our_shift`: what our SYN-ACK offered.
Negotiated agreed_from_cookie(uint32_t echo_reply, uint8_t our_shift);

}  // namespace tapstack::transport::tcp
