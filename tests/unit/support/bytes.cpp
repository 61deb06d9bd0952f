#include "tests/unit/support/bytes.h"

#include <cctype>
#include <stdexcept>
#include <string>

namespace tapstack::test {

std::vector<uint8_t> hex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) digits += c;
  }
  if (digits.size() % 2 != 0) throw std::invalid_argument("odd number of digits");
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::vector<uint8_t> pattern(size_t n, size_t start) {
  std::vector<uint8_t> bytes(n);
  for (size_t i = 0; i < n; ++i) {
    const size_t position = start + i;
    bytes[i] = static_cast<uint8_t>(position * 167 + (position >> 8) * 13);
  }
  return bytes;
}

}  // namespace tapstack::test
