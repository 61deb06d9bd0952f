// Answers of name servers for as long as they hold (RFC 1035 7.4; RFC 2308 5 for negative ones):
// whole messages, found again by their question.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "util/time.h"
#include "wire/dns.h"

namespace tapstack::app {

// Holds kEntries answers of at most kMessageBytes each, and about 280 bytes with each of them: the
// embedder's choice, as the cache is no part of a Stack.
template <size_t kEntries, size_t kMessageBytes = wire::kDnsDatagramBytes>
class DnsCache {
 public:
  // The message that answers `question`; empty: none that still holds. Valid until the next
  // store().
  std::span<const uint8_t> find(const wire::DnsQuestion& question, Instant now) const {
    for (const Entry& entry : entries_) {
      if (entry.until > now && entry.question == question) {
        return std::span(entry.message).first(entry.bytes);
      }
    }
    return {};
  }

  // Keeps `message` for `ttl_s` seconds in place of an older one, else of the one that ends first
  // or has ended. One that is too long, or of which nothing may be kept (0 s), is not.
  void store(const wire::DnsQuestion& question, std::span<const uint8_t> message, uint32_t ttl_s,
             Instant now) {
    if (ttl_s == 0 || message.size() > kMessageBytes) return;
    auto place = std::ranges::find_if(entries_, [&](const Entry& entry) {
      return entry.bytes != 0 && entry.question == question;
    });
    if (place == entries_.end()) place = std::ranges::min_element(entries_, {}, &Entry::until);
    place->question = question;
    place->until = now + Duration::s(ttl_s);
    place->bytes = static_cast<uint16_t>(message.size());
    std::ranges::copy(message, place->message.begin());
  }

 private:
  struct Entry {
    wire::DnsQuestion question;
    Instant until;       // before any other: free
    uint16_t bytes = 0;  // 0: free
    std::array<uint8_t, kMessageBytes> message;
  };

  std::array<Entry, kEntries> entries_{};
};

}  // namespace tapstack::app
