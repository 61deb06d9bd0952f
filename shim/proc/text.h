// Text on its way into a file, line by line: as procfs writes its own.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace tapstack::shim::proc {

class Text {
 public:
  explicit Text(int fd) : fd_(fd) {}
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  // As printf; what is longer than kPieceMax is cut. Allocates nothing.
  void add(const char* format, ...) __attribute__((format(printf, 2, 3)));
  void add(std::string_view text);
  // Ends a line as seq_pad() does: with spaces up to `width` characters, and a newline.
  void end_line(size_t width);
  // What is left goes out. False: the file did not take all.
  bool finish();

  static constexpr size_t kPieceMax = 512;

 private:
  void flush();

  int fd_;
  bool has_failed_ = false;
  size_t used_ = 0;
  size_t line_bytes_ = 0;  // since the last newline
  std::array<char, 4096> buffer_;
};

}  // namespace tapstack::shim::proc
