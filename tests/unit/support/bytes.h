// Bytes for tests: from hexadecimal text, and patterns whose every byte tells its position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tapstack::test {

// hex("45 00 00 1c") is four bytes; white space is ignored.
std::vector<uint8_t> hex(std::string_view text);

// `n` bytes of a sequence that does not repeat within 64 KiB; `start` is the position of the first.
std::vector<uint8_t> pattern(size_t n, size_t start = 0);

}  // namespace tapstack::test
