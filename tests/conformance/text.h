// Reading one line of a script: numbers, words, punctuation; errors say what was wanted and where.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tapstack::conformance {

// A line that does not say anything that the runner understands. The message is for the author.
class SyntaxError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool is_at_end();
  std::string_view rest();
  // Takes `text` if it comes next.
  bool take(std::string_view text);
  // Takes `word` if it comes next and ends there.
  bool take_word(std::string_view word);
  void expect(std::string_view text);
  // Letters, digits and underscores; empty when something else comes next.
  std::string_view word();
  // Everything up to white space or one of `stops`.
  std::string_view token(std::string_view stops = "");
  // Decimal or 0x... The range is checked: [0, max].
  uint32_t number(uint32_t max = UINT32_MAX);
  std::optional<uint32_t> number_or_any();  // `any` is none
  // The text between `open`, which comes next, and the `close` that belongs to it.
  std::string_view enclosed(char open, char close);
  [[noreturn]] void fail(const std::string& wanted);

 private:
  std::string_view rest_;
};

std::string_view trimmed(std::string_view text);
// At commas outside of brackets, braces, parentheses and quotation marks; parts are trimmed.
std::vector<std::string> split_arguments(std::string_view text);
std::vector<uint8_t> parse_hex(std::string_view text);
std::string hex_text(const std::vector<uint8_t>& bytes);

}  // namespace tapstack::conformance
