#include "net/path_mtu_cache.h"

#include <algorithm>

namespace tapstack::net {
namespace {

// RFC 1191 table 7-1, downwards.
constexpr uint32_t kPlateaus[] = {65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};

}  // namespace

uint32_t plateau_below(uint32_t bytes) {
  for (uint32_t plateau : kPlateaus) {
    if (plateau < bytes) return plateau;
  }
  return kPlateaus[std::size(kPlateaus) - 1];
}

uint32_t reported_path_mtu(uint32_t next_hop_mtu_bytes, uint32_t packet_bytes) {
  const uint32_t mtu = next_hop_mtu_bytes != 0 ? next_hop_mtu_bytes : plateau_below(packet_bytes);
  return mtu >= packet_bytes ? 0 : std::max(mtu, kConfig.path_mtu_min_bytes);
}

PathMtuCache::PathMtuCache(const SecretKey& hash_key) : hash_key_(hash_key) {
  buckets_.fill(mem::kNoIndex);
}

uint32_t PathMtuCache::lookup(const IpAddress& destination, uint32_t interface_mtu_bytes,
                              Instant now) const {
  if (entries_.used() == 0) return interface_mtu_bytes;
  const mem::Index index = find(destination);
  if (index == mem::kNoIndex) return interface_mtu_bytes;
  const Entry& entry = entries_.at(index);
  // RFC 1191 6.3: an estimate that has not been lowered for a while is given up, all at once, since
  // the interface's MTU is the only higher one that is known.
  if (now >= entry.expires_at) return interface_mtu_bytes;
  return std::min(entry.mtu_bytes, interface_mtu_bytes);
}

uint32_t PathMtuCache::lower(const IpAddress& destination, uint32_t mtu_bytes, Instant now) {
  mem::Index index = find(destination);
  // RFC 1191 3: "a host MUST never increase its estimate in response to a Datagram Too Big
  // message".
  if (index != mem::kNoIndex && now < entries_.at(index).expires_at &&
      mtu_bytes >= entries_.at(index).mtu_bytes) {
    return entries_.at(index).mtu_bytes;
  }
  if (index == mem::kNoIndex) index = add(destination);
  Entry& entry = entries_.at(index);
  entry.mtu_bytes = mtu_bytes;
  entry.expires_at = now + Duration::ms(kConfig.path_mtu_age_ms);
  return mtu_bytes;
}

void PathMtuCache::clear() {
  while (oldest_ != mem::kNoIndex) remove_oldest();
}

size_t PathMtuCache::bucket(const IpAddress& destination) const {
  return static_cast<size_t>(siphash(hash_key_, destination)) & (kBuckets - 1);
}

mem::Index PathMtuCache::find(const IpAddress& destination) const {
  mem::Index i = buckets_[bucket(destination)];
  while (i != mem::kNoIndex && entries_.at(i).destination != destination) i = entries_.at(i).next;
  return i;
}

void PathMtuCache::remove_oldest() {
  const mem::Index index = oldest_;
  const Entry& entry = entries_.at(index);
  mem::Index* link = &buckets_[bucket(entry.destination)];
  while (*link != index) link = &entries_.at(*link).next;
  *link = entry.next;
  oldest_ = entry.newer;
  if (oldest_ == mem::kNoIndex) newest_ = mem::kNoIndex;
  entries_.release_at(index);
}

mem::Index PathMtuCache::add(const IpAddress& destination) {
  if (entries_.used() == entries_.capacity()) remove_oldest();
  const mem::Index index = entries_.allocate().index;
  Entry& entry = entries_.at(index);
  mem::Index& head = buckets_[bucket(destination)];
  entry.destination = destination;
  entry.next = head;
  head = index;
  if (newest_ != mem::kNoIndex) entries_.at(newest_).newer = index;
  newest_ = index;
  if (oldest_ == mem::kNoIndex) oldest_ = index;
  return index;
}

}  // namespace tapstack::net
