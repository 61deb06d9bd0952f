// What a client remembers of servers that it opens connections to with data (RFC 7413 4.1.3):
// cookies, and who did not answer such a SYN.
#pragma once

#include <array>
#include <cstdint>

#include "config.h"
#include "util/address.h"
#include "util/random.h"
#include "util/siphash.h"
#include "util/time.h"
#include "wire/tcp_options.h"

namespace tapstack::transport::tcp {

struct FastOpenServer {
  IpAddress address;
  wire::TcpFastOpenCookie cookie;  // none: is_request()
  uint16_t mss_bytes = 0;          // of its last SYN-ACK: what a SYN may carry
  // It does not answer the option of RFC 7413: the next SYN asks by that of RFC 6994, once.
  bool asks_experimentally = false;
  bool has_asked_experimentally = false;
  Instant used_at;
  Instant blocked_until;  // a box on the way drops SYNs with data or option
};

// Bounded: the one used longest ago of a few that share a place gives way.
class FastOpenCache {
 public:
  // Draws the secret of the hash; once, before anything else.
  void start(Random& random) { key_ = random.key(); }

  // Null when nothing is known.
  const FastOpenServer* find(const IpAddress& address) const;
  bool is_blocked(const IpAddress& address, Instant now) const;
  // Of any SYN-ACK that follows an attempt; before the other facts of it.
  void remember_mss(const IpAddress& address, uint16_t mss_bytes, Instant now);
  void remember_cookie(const IpAddress& address, const wire::TcpFastOpenCookie& cookie);
  // The server was asked for a cookie and gave none.
  void note_refusal(const IpAddress& address, bool was_asked_experimentally);
  // RFC 7413 4.1.3.1: no further attempts for tcp_fast_open_blocked_ms.
  void block(const IpAddress& address, Instant now);
  // Of no server anything is known.
  void forget() { servers_ = {}; }

 private:
  static constexpr size_t kWays = 4;
  static constexpr size_t kSets = (kConfig.tcp_fast_open_servers + kWays - 1) / kWays;

  size_t set_of(const IpAddress& address) const;
  FastOpenServer* known(const IpAddress& address);
  FastOpenServer& place_for(const IpAddress& address, Instant now);

  SecretKey key_;
  std::array<std::array<FastOpenServer, kWays>, kSets> servers_{};
};

}  // namespace tapstack::transport::tcp
