#include "wire/domain_list.h"

#include <algorithm>
#include <array>
#include <optional>

namespace tapstack::wire {
namespace {

constexpr size_t kNameMax = 253;  // RFC 1035 2.3.4: 255 octets, as text
constexpr uint8_t kPointer = 0xc0;

struct Name {
  std::array<char, kNameMax> text;
  size_t length = 0;

  bool append(char c) {
    if (length == text.size()) return false;
    text[length++] = c;
    return true;
  }
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

bool append_label(Name& name, std::span<const uint8_t> label) {
  if (name.length != 0 && !name.append('.')) return false;
  return std::all_of(label.begin(), label.end(), [&](uint8_t octet) {
    const char c = static_cast<char>(octet);
    return is_name_character(c) && name.append(c);
  });
}

// Reads the name at `at`; returns where the next one begins.
std::optional<size_t> read_name(std::span<const uint8_t> list, size_t at, Name& name) {
  std::optional<size_t> end;
  size_t earliest = at;  // pointers go backwards, so they end
  while (at < list.size()) {
    const uint8_t octet = list[at];
    if (octet == 0) return end.value_or(at + 1);
    if ((octet & kPointer) == kPointer) {
      if (at + 1 >= list.size()) return std::nullopt;
      const size_t target = (octet & ~kPointer & 0xffu) * 256u + list[at + 1];
      if (target >= earliest) return std::nullopt;
      if (!end) end = at + 2;
      at = earliest = target;
      continue;
    }
    if (octet > 63 || at + 1 + octet > list.size()) return std::nullopt;
    if (!append_label(name, list.subspan(at + 1, octet))) return std::nullopt;
    at += 1u + octet;
  }
  return std::nullopt;
}

}  // namespace

size_t domain_list_text(std::span<const uint8_t> list, std::span<char> text) {
  size_t used = 0;
  size_t at = 0;
  while (at < list.size()) {
    Name name;
    const auto next = read_name(list, at, name);
    if (!next) break;
    at = *next;
    const size_t needed = name.length + (used != 0 ? 1 : 0);
    if (name.length == 0) continue;
    if (needed > text.size() - used) break;
    if (used != 0) text[used++] = ' ';
    std::copy_n(name.text.data(), name.length, text.data() + used);
    used += name.length;
  }
  return used;
}

}  // namespace tapstack::wire
