// Sequence numbers: 32 bits, modulo 2^32 (RFC 9293 3.4). There is no `<`: what is earlier depends
// on the half of the space one looks at, so the questions are before() and after().
#pragma once

#include <cstdint>

namespace tapstack::transport::tcp {

class SeqNumber {
 public:
  constexpr SeqNumber() = default;
  constexpr explicit SeqNumber(uint32_t value) : value_(value) {}
  constexpr uint32_t value() const { return value_; }
  constexpr bool operator==(const SeqNumber&) const = default;

  constexpr SeqNumber operator+(uint32_t bytes) const { return SeqNumber(value_ + bytes); }
  constexpr SeqNumber operator-(uint32_t bytes) const { return SeqNumber(value_ - bytes); }
  // Signed distance from `o` to this; right while the two are less than 2^31 apart.
  constexpr int32_t operator-(SeqNumber o) const { return static_cast<int32_t>(value_ - o.value_); }

  constexpr bool before(SeqNumber o) const { return *this - o < 0; }
  constexpr bool after(SeqNumber o) const { return *this - o > 0; }
  constexpr bool at_or_before(SeqNumber o) const { return *this - o <= 0; }
  constexpr bool at_or_after(SeqNumber o) const { return *this - o >= 0; }
  // In [begin, begin + size), size up to 2^32 - 1.
  constexpr bool in_window(SeqNumber begin, uint32_t size) const {
    return value_ - begin.value_ < size;
  }
  // Bytes from `begin` up to this; `begin` must not be after it.
  constexpr uint32_t since(SeqNumber begin) const { return value_ - begin.value_; }

 private:
  uint32_t value_ = 0;
};

constexpr SeqNumber later(SeqNumber a, SeqNumber b) { return a.after(b) ? a : b; }
constexpr SeqNumber earlier(SeqNumber a, SeqNumber b) { return a.before(b) ? a : b; }

// Segments of at most `segment_bytes` that `bytes` of text are cut into.
constexpr uint32_t segments_of(uint32_t bytes, uint32_t segment_bytes) {
  return (bytes + segment_bytes - 1) / segment_bytes;
}

// Sequence space [begin, end).
struct SeqRange {
  SeqNumber begin;
  SeqNumber end;
  constexpr bool operator==(const SeqRange&) const = default;
  constexpr uint32_t length() const { return end.since(begin); }
  constexpr bool is_empty() const { return begin == end; }
  constexpr bool contains(SeqNumber s) const { return s.in_window(begin, length()); }
  constexpr bool covers(const SeqRange& o) const {
    return o.begin.at_or_after(begin) && o.end.at_or_before(end);
  }
  // They overlap or one begins where the other ends.
  constexpr bool touches(const SeqRange& o) const {
    return begin.at_or_before(o.end) && o.begin.at_or_before(end);
  }
};

}  // namespace tapstack::transport::tcp
