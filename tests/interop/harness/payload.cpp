#include "tests/interop/harness/payload.h"

#include <algorithm>

namespace tapstack::peer {
namespace {

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) != 0 ? 0xedb88320u : 0);
    table[i] = c;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = make_table();

}  // namespace

void Crc32::add(std::span<const uint8_t> bytes) {
  for (const uint8_t byte : bytes) state_ = kTable[(state_ ^ byte) & 0xff] ^ (state_ >> 8);
}

Payload::Payload(const Options& options)
    : is_file_(!options.file.empty()), left_(options.bytes), state_(options.seed) {
  if (is_file_) file_.open(options.file, std::ios::binary);
}

size_t Payload::read(std::span<uint8_t> room) {
  if (is_file_) {
    file_.read(reinterpret_cast<char*>(room.data()), static_cast<std::streamsize>(room.size()));
    return static_cast<size_t>(file_.gcount());
  }
  const size_t bytes = std::min<uint64_t>(room.size(), left_);
  std::ranges::generate(room.first(bytes), [this] { return next_of_stream(); });
  left_ -= bytes;
  return bytes;
}

uint8_t Payload::next_of_stream() {
  if (word_bytes_ == 0) {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    word_ = z ^ (z >> 31);
    word_bytes_ = 8;
  }
  const auto byte = static_cast<uint8_t>(word_);
  word_ >>= 8;
  --word_bytes_;
  return byte;
}

}  // namespace tapstack::peer
