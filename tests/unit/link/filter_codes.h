// Programs of classic BPF as tests write them.
#pragma once

#include <cstdint>
#include <vector>

#include "link/packet_filter.h"

namespace tapstack::link {

using Program = std::vector<FilterInstruction>;

// Codes as <linux/filter.h> names them.
inline constexpr uint16_t kLdW = 0x20, kLdH = 0x28, kLdB = 0x30, kLdIndW = 0x40, kLdIndB = 0x50,
                          kLdLen = 0x80, kLdImm = 0x00, kLdMem = 0x60, kLdxImm = 0x01,
                          kLdxMem = 0x61, kLdxMsh = 0xb1, kSt = 0x02, kStx = 0x03, kJa = 0x05,
                          kJeq = 0x15, kJgt = 0x25, kJge = 0x35, kJset = 0x45, kRetK = 0x06,
                          kRetA = 0x16, kTax = 0x07, kTxa = 0x87;

inline FilterInstruction op(uint16_t code, uint32_t k = 0, uint8_t jt = 0, uint8_t jf = 0) {
  return {code, jt, jf, k};
}

}  // namespace tapstack::link
