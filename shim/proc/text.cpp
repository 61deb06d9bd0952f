#include "shim/proc/text.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "shim/common/sys.h"

namespace tapstack::shim::proc {

void Text::add(const char* format, ...) {
  char piece[kPieceMax];
  va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(piece, sizeof piece, format, arguments);
  va_end(arguments);
  add(std::string_view(
      piece, std::min<size_t>(static_cast<size_t>(std::max(length, 0)), sizeof piece - 1)));
}

void Text::add(std::string_view text) {
  const size_t newline = text.rfind('\n');
  line_bytes_ = newline == text.npos ? line_bytes_ + text.size() : text.size() - newline - 1;
  while (!text.empty()) {
    if (used_ == buffer_.size()) flush();
    const size_t bytes = std::min(text.size(), buffer_.size() - used_);
    std::memcpy(buffer_.data() + used_, text.data(), bytes);
    used_ += bytes;
    text.remove_prefix(bytes);
  }
}

void Text::end_line(size_t width) {
  while (line_bytes_ < width) add(std::string_view(" "));
  add(std::string_view("\n"));
}

bool Text::finish() {
  flush();
  return !has_failed_;
}

void Text::flush() {
  size_t done = 0;
  while (done < used_ && !has_failed_) {
    const long written = sys::write(fd_, buffer_.data() + done, used_ - done);
    if (written <= 0) has_failed_ = true;
    if (written > 0) done += static_cast<size_t>(written);
  }
  used_ = 0;
}

}  // namespace tapstack::shim::proc
