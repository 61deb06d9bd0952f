// The numbers of classic BPF (<linux/bpf_common.h>, <linux/filter.h>): what an instruction's code
// is made of, and the offsets that mean something else than a place in the packet.
#pragma once

#include <cstdint>

namespace tapstack::link::filter_code {

// Bits 0 to 2.
enum Class : uint16_t { kLoad, kLoadX, kStore, kStoreX, kAlu, kJump, kReturn, kMisc };
constexpr Class class_of(uint16_t code) { return static_cast<Class>(code & 7); }

// Loads: bits 3 and 4, how much; bits 5 to 7, from where.
inline constexpr uint16_t kWord = 0x00, kHalf = 0x08, kByte = 0x10;
inline constexpr uint16_t kImmediate = 0x00, kAbsolute = 0x20, kIndirect = 0x40, kMemory = 0x60,
                          kLength = 0x80, kHeaderLength = 0xa0;
constexpr uint16_t size_of(uint16_t code) { return code & 0x18; }
constexpr uint16_t mode_of(uint16_t code) { return code & 0xe0; }

// Arithmetic and jumps: bit 3, whether the operand is X rather than k; bits 4 to 7, what to do.
inline constexpr uint16_t kX = 0x08;
inline constexpr uint16_t kAdd = 0x00, kSubtract = 0x10, kMultiply = 0x20, kDivide = 0x30,
                          kOr = 0x40, kAnd = 0x50, kShiftLeft = 0x60, kShiftRight = 0x70,
                          kNegate = 0x80, kModulo = 0x90, kXor = 0xa0;
inline constexpr uint16_t kAlways = 0x00, kEqual = 0x10, kGreater = 0x20, kGreaterOrEqual = 0x30,
                          kAnyBit = 0x40;
constexpr uint16_t operation_of(uint16_t code) { return code & 0xf0; }

inline constexpr uint16_t kReturnA = 0x10;
inline constexpr uint16_t kToX = 0x00, kToA = 0x80;  // kMisc

inline constexpr uint32_t kMemoryWords = 16;

// Offsets of absolute loads from here on name facts rather than bytes (SKF_AD_OFF), ...
inline constexpr uint32_t kFacts = 0xfffff000;
enum class Fact : uint32_t {
  kProtocol = 0,
  kPacketType = 4,
  kInterface = 8,
  kAttribute = 12,
  kNestedAttribute = 16,
  kMark = 20,
  kQueue = 24,
  kLinkType = 28,
  kReceiveHash = 32,
  kProcessor = 36,
  kXorX = 40,
  kVlanTag = 44,
  kVlanTagPresent = 48,
  kPayloadOffset = 52,
  kRandom = 56,
  kVlanProtocol = 60,
};
inline constexpr uint32_t kFactsEnd = 64;
// ... others count from the network header (SKF_NET_OFF) or the link header (SKF_LL_OFF).
inline constexpr uint32_t kFromNetwork = 0xfff00000;
inline constexpr uint32_t kFromLink = 0xffe00000;

}  // namespace tapstack::link::filter_code
