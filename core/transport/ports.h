// Who uses which local port: one table per protocol, shared rules.
//
// A *binding* is a claim on (address, interface, port). Explicit ones come from bind(2); a
// connection that chose its port, or that was accepted from a listener, has an implicit one, and so
// has its TIME-WAIT. Several users may hold one binding; it disappears with the last.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "config.h"
#include "mem/pool.h"
#include "transport/address_match.h"
#include "util/address.h"
#include "util/random.h"
#include "util/result.h"
#include "util/siphash.h"

namespace tapstack::transport {

using BindingId = mem::Handle<struct BindingTag>;

struct BindRequest {
  Endpoint local;              // address: see BoundAddress; port 0: choose one
  InterfaceId interface;       // SO_BINDTODEVICE: 0 any
  bool reuse_address = false;  // SO_REUSEADDR
  bool reuse_port = false;     // SO_REUSEPORT
  bool ip6_only = false;       // IPV6_V6ONLY
  uint8_t protocol = 0;        // where two protocols share a table: ports of one each

  BoundAddress bound() const { return {local.address, ip6_only}; }
};

struct Binding {
  BindRequest claim;          // with the port chosen
  bool is_explicit = false;   // made by bind()
  bool is_listening = false;  // a TCP socket listens: SO_REUSEADDR does not help against it
  uint32_t users = 1;
  mem::Index next = mem::kNoIndex;  // in the list of the port's bucket
};

// The ends of a connection whose local port is to be chosen.
struct PortChoice {
  IpAddress local;
  Endpoint remote;
  InterfaceId interface;
};

// Whether two claims on one port exclude each other, as Linux decides it (inet_csk_bind_conflict
// and its UDP twin): same or overlapping address and interface, and not both shareable.
bool is_conflict(const Binding& a, const Binding& b);

struct TcpPortLimits {
  static constexpr size_t kBindings =
      kConfig.sockets + kConfig.tcp_connections + kConfig.tcp_time_waits;
};
struct UdpPortLimits {
  static constexpr size_t kBindings = kConfig.udp_endpoints;
};

template <class Limits>
class Ports {
 public:
  Ports() { buckets_.fill(mem::kNoIndex); }
  // Draws the secrets; once, before anything else.
  void start(Random& random);

  // bind(2). Port 0 chooses one that nobody uses, at random (RFC 6056 3.3.2).
  // kAddressInUse: conflict, or no port left; kNoBuffers: table full.
  Result<BindingId> bind(const BindRequest& request, Random& random);
  // An implicit binding of what a listener accepted; equal ones are shared. Never a conflict.
  // kNoBuffers: table full.
  Result<BindingId> join(const BindRequest& request);
  // The port of an outgoing connection: RFC 6056 3.3.4, double hash. A port that connections chose
  // is shared by those to different remote ends: `is_free(Port)` tells whether the ends are not in
  // use. Explicit bindings are not shared. kAddressNotAvailable: none left; kNoBuffers: table full.
  template <class IsFree>
  Result<BindingId> choose(const PortChoice& choice, Random& random, IsFree&& is_free);

  // One user more, one less. Stale ids are programmer errors.
  void hold(BindingId id);
  void release(BindingId id);
  // listen(2) on an explicit binding: kAddressInUse when SO_REUSEADDR alone made the bind possible
  // and another socket listens there.
  Status start_listening(BindingId id);
  void stop_listening(BindingId id);

  const Binding* get(BindingId id) const { return bindings_.get(id); }
  // Live bindings, for statistics and tests.
  size_t used() const { return bindings_.used(); }

 private:
  static constexpr size_t kBuckets = Limits::kBindings > 16384 ? 16384
                                                               : std::bit_ceil(Limits::kBindings);
  static constexpr size_t kCounters = kConfig.tcp_connections > 1000 ? 256 : 16;  // RFC 6056 TABLE
  static constexpr uint32_t kRange =
      uint32_t{kConfig.port_ephemeral_last} - kConfig.port_ephemeral_first + 1;

  static Port ephemeral(uint32_t n) {
    return {static_cast<uint16_t>(kConfig.port_ephemeral_first + n % kRange)};
  }
  mem::Index& bucket(Port port) { return buckets_[port.value % kBuckets]; }
  mem::Index bucket(Port port) const { return buckets_[port.value % kBuckets]; }
  bool has_conflict(const Binding& claim, mem::Index except) const;
  bool is_unused(Port port) const;
  // The implicit binding that equals `claim`; kNoIndex when there is none.
  mem::Index find_implicit(const BindRequest& claim) const;
  // Whether an outgoing connection may take `port`: nobody bound it explicitly.
  bool is_shareable(const BindRequest& claim) const;
  Result<BindingId> add(const BindRequest& claim, bool is_explicit);

  mem::Pool<Binding, Limits::kBindings, struct BindingTag> bindings_;
  std::array<mem::Index, kBuckets> buckets_;
  std::array<uint32_t, kCounters> counters_{};
  SecretKey offset_key_;
  SecretKey counter_key_;
};

template <class Limits>
template <class IsFree>
Result<BindingId> Ports<Limits>::choose(const PortChoice& choice, Random& random,
                                        IsFree&& is_free) {
  const auto offset = static_cast<uint32_t>(
      siphash(offset_key_, choice.local, choice.remote, choice.interface.value));
  uint32_t& counter = counters_[siphash(counter_key_, choice.local, choice.remote, 0) % kCounters];
  for (uint32_t tries = 0; tries < kRange; ++tries) {
    // A random step, as RFC 6056 3.3.5, hides how many connections others make; after a few misses
    // single steps make sure that every port is tried.
    counter += tries < 16 ? 1 + random.below(8) : 1;
    const Port port = ephemeral(offset + counter);
    const BindRequest claim{{choice.local, port}, choice.interface};
    if (is_shareable(claim) && is_free(port)) return join(claim);
  }
  return Error::kAddressNotAvailable;
}

using TcpPorts = Ports<TcpPortLimits>;
using UdpPorts = Ports<UdpPortLimits>;

}  // namespace tapstack::transport
