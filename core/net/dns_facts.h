// DNS servers and search domains that routers advertise (RFC 8106), for whoever resolves names.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "config.h"
#include "util/address.h"
#include "util/time.h"

namespace tapstack::net {

// A domain as RFC 1035 3.1 encodes it, without compression: labels, each after its length, and a 0.
struct DnsDomain {
  static constexpr size_t kBytesMax = 64;  // RFC 1035 allows 255; longer ones are passed over
  std::array<uint8_t, kBytesMax> bytes{};
  uint8_t size = 0;
  bool operator==(const DnsDomain&) const = default;
};

class DnsFacts {
 public:
  // A router on `interface` says that `server` (`domain`) may be used until `valid_until`; not
  // after `now`: no longer. When there is no room, the one that expires first gives way (RFC 8106
  // 6.1).
  void on_server(InterfaceId interface, const IpAddress& server, Instant valid_until, Instant now);
  void on_domain(InterfaceId interface, const DnsDomain& domain, Instant valid_until, Instant now);
  void flush(InterfaceId interface);

  // The n-th valid at `now`, n from 0; nullptr past the last.
  const IpAddress* server(size_t n, Instant now) const { return nth(servers_, n, now); }
  const DnsDomain* domain(size_t n, Instant now) const { return nth(domains_, n, now); }

 private:
  template <class T>
  struct Entry {
    T value{};
    InterfaceId interface;
    Instant valid_until = Instant::from_us(INT64_MIN);  // free
  };
  template <class T, size_t N>
  using Entries = std::array<Entry<T>, N>;

  template <class T, size_t N>
  static void note(Entries<T, N>& entries, const Entry<T>& said, Instant now) {
    const auto same = std::find_if(entries.begin(), entries.end(), [&](const Entry<T>& e) {
      return e.interface == said.interface && e.value == said.value;
    });
    if (same != entries.end()) {
      same->valid_until = said.valid_until;
      return;
    }
    if (said.valid_until <= now) return;
    *std::min_element(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return a.valid_until < b.valid_until;
    }) = said;
  }
  template <class T, size_t N>
  static const T* nth(const Entries<T, N>& entries, size_t n, Instant now) {
    for (const Entry<T>& entry : entries) {
      if (entry.valid_until > now && n-- == 0) return &entry.value;
    }
    return nullptr;
  }
  template <class T, size_t N>
  static void forget(Entries<T, N>& entries, InterfaceId interface) {
    for (Entry<T>& entry : entries) {
      if (entry.interface == interface) entry = {};
    }
  }

  Entries<IpAddress, kConfig.ip6 ? kConfig.dns_servers : 1> servers_{};
  Entries<DnsDomain, kConfig.ip6 ? kConfig.dns_search_domains : 1> domains_{};
};

}  // namespace tapstack::net
