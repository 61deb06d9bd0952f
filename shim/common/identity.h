// Who a descriptor is: the engine's end of a handle is bound to an abstract AF_UNIX name, which
// getpeername on the handle returns, in any process, after dup, exec and SCM_RIGHTS (0.2 us).
//
//   \0tapstack/<token, 32 hex digits>/<kind>/<slot, hex>/<generation, hex>[/<stand-in, hex>]
//
// The kind is s for TCP, d for datagrams; S and D for sockets of family AF_INET6; n for netlink;
// p for packet sockets. The last number is that of an end which stands in for one whose engine died
// (hooks/stand_in.h); several processes may have one for the same socket.
// The token is random per engine, so that nobody else can bind a name that looks like ours.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <optional>

#include "shim/common/protocol.h"

namespace tapstack::shim {

// Random name of one engine.
struct EngineToken {
  std::array<uint8_t, 16> bytes{};
  bool operator==(const EngineToken&) const = default;
  bool is_null() const { return *this == EngineToken{}; }
  static EngineToken random();  // from getrandom(2)
};

struct Identity {
  EngineToken token;
  SlotId slot;
  bool is_stream = false;
  bool is_ip6 = false;
  bool is_netlink = false;
  bool is_packet = false;
  uint32_t stand_in = 0;  // 0: the engine's own end
  bool operator==(const Identity&) const = default;
};

// For `stand_in`, never 0; from getrandom(2).
uint32_t random_stand_in();

// Fills `name`; returns the length for bind(2).
socklen_t format_name(const Identity& identity, sockaddr_un& name);
// Empty for a name that is not one of an engine's end.
std::optional<Identity> parse_name(const sockaddr_un& name, socklen_t length);

// What the peer of `fd` is. Empty when it is not an engine's end. Any thread, signal handlers too;
// one system call.
std::optional<Identity> identity_of(int fd);

// The engine whose handles identify() accepts. Set once the engine has started, by its client;
// before that the first engine found by an inherited handle is as good as any, so all are accepted.
void set_own_token(const EngineToken& token);

// True if `fd` is a handle of this process's engine: of which socket.
bool identify(int fd, Identity& identity);

// A descriptor of this process that is a handle of the socket, or -1. Looks at the low ones, where
// what was inherited is.
int find_handle(SlotId slot);

}  // namespace tapstack::shim
