#include "transport/ports.h"

namespace tapstack::transport {
namespace {

bool may_overlap(const BindRequest& a, const BindRequest& b) {
  const bool same_interface =
      a.interface == b.interface || a.interface.value == 0 || b.interface.value == 0;
  return same_interface && a.protocol == b.protocol && a.local.port == b.local.port &&
         a.bound().overlaps(b.bound());
}

bool is_equal(const BindRequest& a, const BindRequest& b) {
  return a.local == b.local && a.interface == b.interface && a.reuse_address == b.reuse_address &&
         a.reuse_port == b.reuse_port && a.ip6_only == b.ip6_only;
}

}  // namespace

bool is_conflict(const Binding& a, const Binding& b) {
  if (!may_overlap(a.claim, b.claim)) return false;
  if (a.claim.reuse_port && b.claim.reuse_port) return false;
  const bool both_reuse = a.claim.reuse_address && b.claim.reuse_address;
  return !both_reuse || a.is_listening || b.is_listening;
}

template <class Limits>
void Ports<Limits>::start(Random& random) {
  offset_key_ = random.key();
  counter_key_ = random.key();
  for (uint32_t& counter : counters_) counter = random.next_u32();  // RFC 6056 3.3.4
}

template <class Limits>
bool Ports<Limits>::has_conflict(const Binding& claim, mem::Index except) const {
  for (mem::Index i = bucket(claim.claim.local.port); i != mem::kNoIndex;
       i = bindings_.at(i).next) {
    if (i != except && is_conflict(claim, bindings_.at(i))) return true;
  }
  return false;
}

template <class Limits>
bool Ports<Limits>::is_unused(Port port) const {
  for (mem::Index i = bucket(port); i != mem::kNoIndex; i = bindings_.at(i).next) {
    if (bindings_.at(i).claim.local.port == port) return false;
  }
  return true;
}

template <class Limits>
mem::Index Ports<Limits>::find_implicit(const BindRequest& claim) const {
  for (mem::Index i = bucket(claim.local.port); i != mem::kNoIndex; i = bindings_.at(i).next) {
    const Binding& b = bindings_.at(i);
    if (!b.is_explicit && is_equal(b.claim, claim)) return i;
  }
  return mem::kNoIndex;
}

template <class Limits>
bool Ports<Limits>::is_shareable(const BindRequest& claim) const {
  for (mem::Index i = bucket(claim.local.port); i != mem::kNoIndex; i = bindings_.at(i).next) {
    const Binding& b = bindings_.at(i);
    if (b.is_explicit && may_overlap(b.claim, claim)) return false;
  }
  return true;
}

template <class Limits>
Result<BindingId> Ports<Limits>::add(const BindRequest& claim, bool is_explicit) {
  const BindingId id = bindings_.allocate();
  if (id.is_null()) return Error::kNoBuffers;
  Binding& b = *bindings_.get(id);
  b.claim = claim;
  b.is_explicit = is_explicit;
  b.next = bucket(claim.local.port);
  bucket(claim.local.port) = id.index;
  return id;
}

template <class Limits>
Result<BindingId> Ports<Limits>::bind(const BindRequest& request, Random& random) {
  Binding claim;
  claim.claim = request;
  if (request.local.port.value != 0) {
    if (has_conflict(claim, mem::kNoIndex)) return Error::kAddressInUse;
    return add(request, true);
  }
  const uint32_t first = random.below(kRange);
  for (uint32_t n = 0; n < kRange; ++n) {
    claim.claim.local.port = ephemeral(first + n);
    if (is_unused(claim.claim.local.port)) return add(claim.claim, true);
  }
  return Error::kAddressInUse;
}

template <class Limits>
Result<BindingId> Ports<Limits>::join(const BindRequest& request) {
  const mem::Index shared = find_implicit(request);
  if (shared == mem::kNoIndex) return add(request, false);
  ++bindings_.at(shared).users;
  return bindings_.id_at(shared);
}

template <class Limits>
void Ports<Limits>::hold(BindingId id) {
  Binding* b = bindings_.get(id);
  TAPSTACK_ASSERT(b != nullptr);
  ++b->users;
}

template <class Limits>
void Ports<Limits>::release(BindingId id) {
  Binding* b = bindings_.get(id);
  TAPSTACK_ASSERT(b != nullptr && b->users > 0);
  if (--b->users > 0) return;
  mem::Index* link = &bucket(b->claim.local.port);
  while (*link != id.index) link = &bindings_.at(*link).next;
  *link = b->next;
  bindings_.release(id);
}

template <class Limits>
Status Ports<Limits>::start_listening(BindingId id) {
  Binding* b = bindings_.get(id);
  TAPSTACK_ASSERT(b != nullptr);
  if (has_conflict(*b, id.index)) return Error::kAddressInUse;
  b->is_listening = true;
  return {};
}

template <class Limits>
void Ports<Limits>::stop_listening(BindingId id) {
  Binding* b = bindings_.get(id);
  TAPSTACK_ASSERT(b != nullptr);
  b->is_listening = false;
}

template class Ports<TcpPortLimits>;
template class Ports<UdpPortLimits>;

}  // namespace tapstack::transport
