// TCP Fast Open (RFC 7413), of one connection: data on the SYN. Cookies are in fast_open_cookies
// (server) and fast_open_cache (client); who lets a connection in by its SYN is fast_open_accept.
#pragma once

#include <cstdint>

#include "transport/tcp/ids.h"

namespace tapstack::transport::tcp {

// Bits of Linux's sysctl net.ipv4.tcp_fastopen.
struct FastOpenMode {
  static constexpr uint16_t kClient = 1;
  static constexpr uint16_t kServer = 2;
  static constexpr uint16_t kClientWithoutCookie = 4;
  static constexpr uint16_t kServerWithoutCookie = 0x200;
  uint16_t bits = 0;
  constexpr bool is_client() const { return (bits & kClient) != 0; }
  constexpr bool is_server() const { return (bits & kServer) != 0; }
  constexpr bool is_client_without_cookie() const { return (bits & kClientWithoutCookie) != 0; }
  constexpr bool is_server_without_cookie() const { return (bits & kServerWithoutCookie) != 0; }
};

struct FastOpen {
  // Client.
  bool is_wanted = false;       // the first SYN carries the cookie, or asks for one
  bool is_deferred = false;     // there is a cookie: the SYN waits for text to go with
  uint16_t syn_text_bytes = 0;  // that went with the SYN; still in the send queue as unsent
  bool is_text_acked = false;   // by the SYN-ACK: all of ours or, at a server, of the client's
  bool asked_experimentally = false;  // for a cookie, by the option of RFC 6994
  // Server: the listener that counts the connection until its handshake is complete.
  ListenerId counted_by;
};

}  // namespace tapstack::transport::tcp
