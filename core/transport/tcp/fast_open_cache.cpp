#include "transport/tcp/fast_open_cache.h"

#include <algorithm>

namespace tapstack::transport::tcp {

size_t FastOpenCache::set_of(const IpAddress& address) const {
  return siphash(key_, address) % kSets;
}

const FastOpenServer* FastOpenCache::find(const IpAddress& address) const {
  for (const FastOpenServer& server : servers_[set_of(address)]) {
    if (server.address == address) return &server;
  }
  return nullptr;
}

bool FastOpenCache::is_blocked(const IpAddress& address, Instant now) const {
  const FastOpenServer* server = find(address);
  return server != nullptr && now < server->blocked_until;
}

FastOpenServer& FastOpenCache::place_for(const IpAddress& address, Instant now) {
  auto& set = servers_[set_of(address)];
  auto place = std::find_if(set.begin(), set.end(),
                            [&](const FastOpenServer& s) { return s.address == address; });
  if (place == set.end()) {
    place = std::min_element(set.begin(), set.end(),
                             [](const auto& a, const auto& b) { return a.used_at < b.used_at; });
    *place = FastOpenServer{};
    place->address = address;
  }
  place->used_at = now;
  return *place;
}

FastOpenServer* FastOpenCache::known(const IpAddress& address) {
  return const_cast<FastOpenServer*>(find(address));
}

void FastOpenCache::remember_mss(const IpAddress& address, uint16_t mss_bytes, Instant now) {
  place_for(address, now).mss_bytes = mss_bytes;
}

void FastOpenCache::remember_cookie(const IpAddress& address,
                                    const wire::TcpFastOpenCookie& cookie) {
  if (FastOpenServer* server = known(address)) server->cookie = cookie;
}

void FastOpenCache::note_refusal(const IpAddress& address, bool was_asked_experimentally) {
  FastOpenServer* server = known(address);
  if (server == nullptr || !server->cookie.is_request()) return;
  server->has_asked_experimentally |= was_asked_experimentally;
  server->asks_experimentally = !server->has_asked_experimentally;
}

void FastOpenCache::block(const IpAddress& address, Instant now) {
  FastOpenServer& server = place_for(address, now);
  server.cookie = wire::TcpFastOpenCookie{};
  server.blocked_until = now + Duration::ms(kConfig.tcp_fast_open_blocked_ms);
}

}  // namespace tapstack::transport::tcp
