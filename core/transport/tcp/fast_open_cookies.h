// The server's side of TCP Fast Open cookies (RFC 7413 4.1.2): a cookie proves that the client has
// received something at its address before. Nothing is kept here.
#pragma once

#include "util/address.h"
#include "util/random.h"
#include "util/siphash.h"
#include "wire/tcp_options.h"

namespace tapstack::transport::tcp {

class FastOpenCookies {
 public:
  // Draws the secret; once, before anything else.
  void start(Random& random) { key_ = random.key(); }
  // The secret as it is to be, for servers that share one address (RFC 7413 4.1.2).
  void set_key(const SecretKey& key) { key_ = key; }

  // For `client`, which talks to `server`: bit for bit what Linux makes of the same secret.
  wire::TcpFastOpenCookie make(const IpAddress& client, const IpAddress& server) const;
  bool check(const IpAddress& client, const IpAddress& server,
             const wire::TcpFastOpenCookie& cookie) const;

 private:
  SecretKey key_;
};

}  // namespace tapstack::transport::tcp
