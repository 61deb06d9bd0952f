// Classic BPF: programs that say of each packet how much of it a socket wants (SO_ATTACH_FILTER).
// Instructions, what the verifier refuses and what a load answers are Linux's
// (Documentation/networking/filter.rst); the machine is that of McCanne and Jacobson (1993).
#pragma once

#include <cstdint>
#include <span>

#include "mem/packet_memory.h"
#include "util/random.h"
#include "util/result.h"

namespace tapstack::link {

// One instruction, laid out as struct sock_filter.
struct FilterInstruction {
  uint16_t code = 0;
  uint8_t if_true = 0;   // jumps: how many to skip
  uint8_t if_false = 0;  // likewise
  uint32_t k = 0;
  constexpr bool operator==(const FilterInstruction&) const = default;
};

using FilterProgram = std::span<const FilterInstruction>;

inline constexpr size_t kFilterInstructionsMax = 4096;  // BPF_MAXINSNS

// kInvalid: empty or too long, an instruction that there is none of, a jump out of the program (all
// go forward), a word of memory that there is none of or that was not written on every way there,
// a division by the constant 0, a shift by 32 or more, an end that is no return.
Status check_filter(FilterProgram program);

// What a filter sees of a packet: its bytes, and what the stack knows about it.
struct FilterSubject {
  // The bytes: those of `front`, then those of `packet` (may be null).
  mem::ConstBytes front;
  const mem::PacketMemory* memory = nullptr;
  const mem::Packet* packet = nullptr;
  uint32_t begin = 0;        // where offset 0 of the program is
  uint32_t network = 0;      // where the network header is, SKF_NET_OFF
  bool has_link = false;     // whether they begin with the link header, SKF_LL_OFF
  uint16_t protocol = 0;     // SKF_AD_PROTOCOL: the ethertype
  uint8_t packet_type = 0;   // SKF_AD_PKTTYPE
  uint32_t interface = 0;    // SKF_AD_IFINDEX; 0: unknown, the packet is not wanted
  uint16_t link_type = 0;    // SKF_AD_HATYPE
  Random* random = nullptr;  // SKF_AD_RANDOM; null: 0

  uint32_t size() const;  // of all of them
  uint32_t length() const { return size() - begin; }
  // Fills `to` from byte `at` on, counted from the first; false: they are not all there.
  bool copy_out(uint64_t at, mem::Bytes to) const;
};

// How many bytes of the packet are wanted, from `begin` on; 0: it is not. `program` must have
// passed check_filter(); ends after at most as many steps as it has instructions.
uint32_t run_filter(FilterProgram program, const FilterSubject& subject);

}  // namespace tapstack::link
