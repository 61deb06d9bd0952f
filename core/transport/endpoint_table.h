// The endpoints of one datagram protocol: a pool, a hash index of those that are bound, and a list
// of those that have news for their socket. Nothing on the path of a packet walks all of them.
#pragma once

#include <cstdint>

#include "link/context.h"
#include "mem/pool.h"
#include "transport/datagram_endpoint.h"
#include "transport/demux.h"
#include "util/result.h"

namespace tapstack::transport {

// Trivially copyable; construction touches the buckets only.
template <size_t kCapacity>
class EndpointTable {
 public:
  // Draws the hash key; once, before anything else.
  void start(Random& random) { demux_.start(random.key()); }

  // kNoBuffers when the pool is exhausted.
  Result<EndpointId> open(Family family, uint8_t protocol, mem::Index owner) {
    const EndpointId id = pool_.allocate();
    if (id.is_null()) return Error::kNoBuffers;
    DatagramEndpoint& endpoint = pool_.at(id.index);
    endpoint.id = id;
    endpoint.family = family;
    endpoint.local.address = IpAddress::any(family);
    endpoint.protocol = protocol;
    endpoint.owner = owner;
    return id;
  }

  // Throws away what waits in it. The id is stale afterwards.
  void close(const Context& ctx, EndpointId id) {
    DatagramEndpoint& endpoint = pool_.at(id.index);
    unfile(endpoint);
    forget_news(id.index);
    endpoint.received.clear(ctx.memory);
    endpoint.errors.clear(ctx.memory);
    endpoint.options.clear(ctx.memory);
    endpoint.corked.clear(ctx.memory);
    pool_.release(id);
  }

  DatagramEndpoint* find(EndpointId id) { return pool_.get(id); }
  const DatagramEndpoint* find(EndpointId id) const { return pool_.get(id); }
  size_t used() const { return pool_.used(); }

  // Under which the endpoint is to be found by its port alone, or by both ends.
  uint32_t hash(Port port) const { return demux_.hash(port); }
  uint32_t hash(const Flow& flow) const { return demux_.hash(flow); }

  uint32_t group_hash(const Flow& flow) const { return demux_.group_hash(flow); }

  // Puts the endpoint where visit(hash) meets it, instead of where it was.
  void file(DatagramEndpoint& endpoint, uint32_t hash) {
    unfile(endpoint);
    endpoint.bucket = hash;
    demux_.insert(hash, endpoint.id.index);
  }
  void unfile(DatagramEndpoint& endpoint) {
    if (endpoint.bucket == DatagramEndpoint::kNoBucket) return;
    demux_.remove(endpoint.bucket, endpoint.id.index);
    endpoint.bucket = DatagramEndpoint::kNoBucket;
  }

  // Calls visit(DatagramEndpoint&) for all that are filed under `hash`, the same or a colliding
  // one: the caller compares what it was made of.
  template <class Visit>
  void visit(uint32_t hash, Visit&& visit) {
    demux_.find(hash, [&](uint32_t number) {
      visit(pool_.at(number));
      return false;
    });
  }

  // Something about the endpoint changed that its socket wants to know.
  void add_news(DatagramEndpoint& endpoint) {
    if (endpoint.is_pending) return;
    endpoint.is_pending = true;
    endpoint.pending_next = news_;
    news_ = endpoint.id.index;
  }
  // The owner of an endpoint with news; false when there is none.
  bool take_news(mem::Index& owner) {
    if (news_ == mem::kNoIndex) return false;
    DatagramEndpoint& endpoint = pool_.at(news_);
    news_ = endpoint.pending_next;
    endpoint.is_pending = false;
    owner = endpoint.owner;
    return true;
  }

 private:
  void forget_news(mem::Index index) {
    if (!pool_.at(index).is_pending) return;
    mem::Index* link = &news_;
    while (*link != index) link = &pool_.at(*link).pending_next;
    *link = pool_.at(index).pending_next;
  }

  mem::Pool<DatagramEndpoint, kCapacity, DatagramEndpointTag> pool_;
  Demux<kCapacity> demux_;
  mem::Index news_ = mem::kNoIndex;
};

}  // namespace tapstack::transport
