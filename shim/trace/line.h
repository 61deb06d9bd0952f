// One line of the trace under construction. Allocates nothing, uses no locale and no stdio: hooks
// may be called in signal handlers.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace tapstack::shim::trace {

class Line {
 public:
  static constexpr size_t kBytesMax = 1000;
  static constexpr size_t kQuotedBytesMax = 32;  // of data, as strace shows

  // What does not fit is left out, and the line ends with "...".
  void text(std::string_view text);
  void number(int64_t number);
  void hexadecimal(uint64_t number);  // with 0x
  // An address in the program's memory; "NULL" for none.
  void pointer(const void* address);
  // "1.500000": seconds, and a fraction in units of which 10^`digits` (9 at most) make one.
  void seconds(int64_t seconds, int64_t fraction, size_t digits);
  // Like a string of C: "GET / HTTP/1.1\r\n", of `bytes_max` bytes at most; three dots behind it
  // when some are left out, now or (`is_cut`) before.
  void quoted(std::span<const uint8_t> bytes, bool is_cut, size_t bytes_max = kQuotedBytesMax);

  std::string_view view() const { return {text_.data(), used_}; }

 private:
  void escaped(uint8_t byte, bool digit_follows);

  std::array<char, kBytesMax> text_;
  size_t used_ = 0;
  bool is_full_ = false;
};

}  // namespace tapstack::shim::trace
