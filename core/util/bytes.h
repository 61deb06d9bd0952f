// Loading and storing numbers of a given byte order at any address. Packet formats are the business
// of wire/; this is the tool it uses, and the place where the processor's own order is known.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace tapstack {

constexpr uint16_t load_be16(const uint8_t* p) {
  return static_cast<uint16_t>((uint32_t{p[0]} << 8) | p[1]);
}
constexpr uint32_t load_be32(const uint8_t* p) {
  return (uint32_t{p[0]} << 24) | (uint32_t{p[1]} << 16) | (uint32_t{p[2]} << 8) | p[3];
}
constexpr void store_be16(uint8_t* p, uint16_t v) {
  p[0] = static_cast<uint8_t>(v >> 8);
  p[1] = static_cast<uint8_t>(v);
}
constexpr void store_be32(uint8_t* p, uint32_t v) {
  p[0] = static_cast<uint8_t>(v >> 24);
  p[1] = static_cast<uint8_t>(v >> 16);
  p[2] = static_cast<uint8_t>(v >> 8);
  p[3] = static_cast<uint8_t>(v);
}

constexpr uint32_t load_le32(const uint8_t* p) {
  return (uint32_t{p[3]} << 24) | (uint32_t{p[2]} << 16) | (uint32_t{p[1]} << 8) | p[0];
}
constexpr uint64_t load_le64(const uint8_t* p) {
  return (uint64_t{load_le32(p + 4)} << 32) | load_le32(p);
}
constexpr void store_le32(uint8_t* p, uint32_t v) {
  p[0] = static_cast<uint8_t>(v);
  p[1] = static_cast<uint8_t>(v >> 8);
  p[2] = static_cast<uint8_t>(v >> 16);
  p[3] = static_cast<uint8_t>(v >> 24);
}
constexpr void store_le64(uint8_t* p, uint64_t v) {
  store_le32(p, static_cast<uint32_t>(v));
  store_le32(p + 4, static_cast<uint32_t>(v >> 32));
}

constexpr uint16_t swap16(uint16_t v) {
  return static_cast<uint16_t>((uint32_t{v} << 8) | (uint32_t{v} >> 8));
}

// In the processor's own order: the fastest load there is, for code that does not care.
template <class T>
inline T load_native(const uint8_t* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

// What a 16-bit word read with load_native means as a big-endian one, and the other way round.
constexpr uint16_t native_from_be16(uint16_t v) {
  return std::endian::native == std::endian::big ? v : swap16(v);
}

}  // namespace tapstack
