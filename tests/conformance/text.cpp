#include "tests/conformance/text.h"

#include <cctype>
#include <charconv>
#include <cstdio>

namespace tapstack::conformance {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view Cursor::rest() {
  while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  return rest_;
}

bool Cursor::is_at_end() { return rest().empty(); }

bool Cursor::take(std::string_view text) {
  if (!rest().starts_with(text)) return false;
  rest_.remove_prefix(text.size());
  return true;
}

bool Cursor::take_word(std::string_view word) {
  const std::string_view r = rest();
  if (!r.starts_with(word)) return false;
  if (r.size() > word.size() && is_word(r[word.size()])) return false;
  rest_.remove_prefix(word.size());
  return true;
}

void Cursor::expect(std::string_view text) {
  if (!take(text)) fail("'" + std::string(text) + "'");
}

std::string_view Cursor::word() {
  const std::string_view r = rest();
  size_t n = 0;
  while (n < r.size() && is_word(r[n])) ++n;
  rest_.remove_prefix(n);
  return r.substr(0, n);
}

std::string_view Cursor::token(std::string_view stops) {
  const std::string_view r = rest();
  size_t n = 0;
  while (n < r.size() && !is_space(r[n]) && stops.find(r[n]) == std::string_view::npos) ++n;
  rest_.remove_prefix(n);
  return r.substr(0, n);
}

uint32_t Cursor::number(uint32_t max) {
  std::string_view r = rest();
  const bool is_hex = r.starts_with("0x");
  if (is_hex) r.remove_prefix(2);
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(r.data(), r.data() + r.size(), value, is_hex ? 16 : 10);
  if (error != std::errc{}) fail("a number");
  if (value > max) fail("a number up to " + std::to_string(max));
  rest_ = r.substr(static_cast<size_t>(end - r.data()));
  return static_cast<uint32_t>(value);
}

std::optional<uint32_t> Cursor::number_or_any() {
  if (take_word("any")) return std::nullopt;
  return number();
}

std::string_view Cursor::enclosed(char open, char close) {
  if (rest().empty() || rest_.front() != open) fail(std::string("'") + open + "'");
  int depth = 0;
  for (size_t i = 0; i < rest_.size(); ++i) {
    if (rest_[i] == open) ++depth;
    if (rest_[i] == close && --depth == 0) {
      const std::string_view inside = rest_.substr(1, i - 1);
      rest_.remove_prefix(i + 1);
      return inside;
    }
  }
  fail(std::string("'") + close + "'");
}

void Cursor::fail(const std::string& wanted) {
  const std::string_view r = rest();
  throw SyntaxError("expected " + wanted + " at " +
                    (r.empty() ? "the end" : "'" + std::string(r) + "'"));
}

std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> parts;
  int depth = 0;
  bool is_quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (c != ',' || depth != 0) continue;
    parts.emplace_back(trimmed(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  if (!trimmed(text).empty()) parts.emplace_back(trimmed(text.substr(begin)));
  return parts;
}

std::vector<uint8_t> parse_hex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (!is_space(c)) digits += c;
  }
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < digits.size(); i += 2) {
    uint8_t value = 0;
    const char* begin = digits.data() + i;
    const char* limit = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(begin, std::min(begin + 2, limit), value, 16);
    if (error != std::errc{} || end != begin + 2) throw SyntaxError("not a row of hex bytes");
    bytes.push_back(value);
  }
  return bytes;
}

std::string hex_text(const std::vector<uint8_t>& bytes) {
  std::string text;
  for (const uint8_t b : bytes) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", b);
    text += two;
  }
  return text;
}

}  // namespace tapstack::conformance
