// Frames between spans and one buffer.
#pragma once

#include <algorithm>
#include <cstring>

#include "core/api/run.h"

namespace tapstack::tapif {

// Room for a superframe with its Ethernet header.
inline constexpr size_t kFrameBytesMax = 65535 + 14;

// Copies the spans, but at most `limit` bytes of them, to `out`; returns the bytes, which may be
// fewer when `out` is full.
template <class Span>
size_t gather_bytes(std::span<const Span> spans, size_t limit, Bytes out) {
  size_t total = 0;
  limit = std::min(limit, out.size());
  for (const Span& span : spans) {
    const size_t bytes = std::min(span.size(), limit - total);
    if (bytes == 0) continue;
    std::memcpy(out.data() + total, span.data(), bytes);
    total += bytes;
  }
  return total;
}

// Copies `bytes` over the spans; returns how many fitted.
inline size_t scatter_bytes(ConstBytes bytes, std::span<const Bytes> spans) {
  size_t total = 0;
  for (const Bytes& span : spans) {
    const size_t part = std::min(span.size(), bytes.size() - total);
    if (part == 0) continue;
    std::memcpy(span.data(), bytes.data() + total, part);
    total += part;
  }
  return total;
}

}  // namespace tapstack::tapif
