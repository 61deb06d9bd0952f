#include "shim/trace/line.h"

#include <algorithm>
#include <charconv>

namespace tapstack::shim::trace {
namespace {

constexpr std::string_view kDots = "...";

}  // namespace

void Line::text(std::string_view text) {
  if (is_full_) return;
  const size_t room = text_.size() - kDots.size() - used_;
  is_full_ = text.size() > room;
  const std::string_view taken = text.substr(0, room);
  used_ += taken.copy(&text_[used_], taken.size());
  if (is_full_) used_ += kDots.copy(&text_[used_], kDots.size());
}

void Line::number(int64_t number) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  text({digits, static_cast<size_t>(end - digits)});
}

void Line::hexadecimal(uint64_t number) {
  constexpr int kBase = 16;
  char digits[24] = {'0', 'x'};
  const auto [end, error] = std::to_chars(digits + 2, digits + sizeof digits, number, kBase);
  text({digits, static_cast<size_t>(end - digits)});
}

void Line::pointer(const void* address) {
  if (address == nullptr) return text("NULL");
  hexadecimal(reinterpret_cast<uintptr_t>(address));
}

void Line::seconds(int64_t seconds, int64_t fraction, size_t digits) {
  std::array<char, 9> behind_point;
  for (size_t i = digits; i-- > 0; fraction /= 10) {
    behind_point[i] = static_cast<char>('0' + fraction % 10);
  }
  number(seconds);
  text(".");
  text({behind_point.data(), digits});
}

void Line::escaped(uint8_t byte, bool digit_follows) {
  switch (byte) {
    case '\n':
      return text("\\n");
    case '\r':
      return text("\\r");
    case '\t':
      return text("\\t");
    case '"':
      return text("\\\"");
    case '\\':
      return text("\\\\");
    default:
      break;
  }
  constexpr uint8_t kFirstPrintable = 0x20, kLastPrintable = 0x7e;
  if (byte >= kFirstPrintable && byte <= kLastPrintable) {
    const char printable = static_cast<char>(byte);
    return text({&printable, 1});
  }
  // In octal, with three digits where the next character would be taken for one.
  const char digits[] = {'\\', static_cast<char>('0' + (byte >> 6)),
                         static_cast<char>('0' + (byte >> 3 & 7)),
                         static_cast<char>('0' + (byte & 7))};
  const size_t skipped = digit_follows || byte >= 0100 ? 0 : byte >= 010 ? 1 : 2;
  text("\\");
  text({digits + 1 + skipped, sizeof digits - 1 - skipped});
}

void Line::quoted(std::span<const uint8_t> bytes, bool is_cut, size_t bytes_max) {
  const size_t shown = std::min(bytes.size(), bytes_max);
  text("\"");
  for (size_t i = 0; i < shown; ++i) {
    const bool digit_follows = i + 1 < shown && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';
    escaped(bytes[i], digit_follows);
  }
  text(is_cut || shown < bytes.size() ? "\"..." : "\"");
}

}  // namespace tapstack::shim::trace
