// The verifier: what bpf_check_classic() of Linux accepts and refuses.
#include <algorithm>
#include <iterator>

#include "link/packet_filter.h"
#include "link/packet_filter_code.h"

namespace tapstack::link {
namespace {

using namespace filter_code;

bool is_load(uint16_t code) {
  const uint16_t from = mode_of(code);
  if (from == kAbsolute || from == kIndirect) return size_of(code) != 0x18;
  return size_of(code) == kWord && (from == kImmediate || from == kMemory || from == kLength);
}

bool is_load_x(uint16_t code) {
  const uint16_t from = mode_of(code);
  if (from == kHeaderLength) return size_of(code) == kByte;
  return size_of(code) == kWord && (from == kImmediate || from == kMemory || from == kLength);
}

// Whether there is such an instruction.
bool exists(uint16_t code) {
  if (code > 0xff) return false;
  const uint16_t rest = code & 0xf8;
  switch (class_of(code)) {
    case kLoad:
      return is_load(code);
    case kLoadX:
      return is_load_x(code);
    case kStore:
    case kStoreX:
      return rest == 0;
    case kAlu:
      return operation_of(code) <= kXor && rest != (kNegate | kX);
    case kJump:
      return rest == kAlways || (rest > kX && operation_of(code) <= kAnyBit);
    case kReturn:
      return rest == 0 || rest == kReturnA;
    case kMisc:
      return rest == kToX || rest == kToA;
  }
  return false;
}

bool is_memory_access(const FilterInstruction& i) {
  const Class kind = class_of(i.code);
  return kind == kStore || kind == kStoreX ||
         ((kind == kLoad || kind == kLoadX) && mode_of(i.code) == kMemory);
}

bool is_operand_good(const FilterInstruction& i) {
  if (class_of(i.code) == kAlu && (i.code & kX) == 0) {
    const uint16_t operation = operation_of(i.code);
    if (operation == kDivide || operation == kModulo) return i.k != 0;
    if (operation == kShiftLeft || operation == kShiftRight) return i.k < 32;
  }
  if (is_memory_access(i)) return i.k < kMemoryWords;
  const bool names_fact =
      class_of(i.code) == kLoad && mode_of(i.code) == kAbsolute && i.k >= kFacts;
  return !names_fact || (i.k - kFacts < kFactsEnd && i.k % 4 == 0);
}

// `left`: instructions behind this one.
bool is_jump_inside(const FilterInstruction& i, size_t left) {
  if (class_of(i.code) != kJump) return true;
  if (operation_of(i.code) == kAlways) return i.k < left;
  return i.if_true < left && i.if_false < left;
}

// Which words of memory were written on every way to an instruction. All ways go forward, so one
// pass finds it (check_load_and_stores of Linux).
class Written {
 public:
  Written() { std::fill(std::begin(at_), std::end(at_), kAll); }

  // False: it reads a word that was not.
  bool pass(FilterProgram program, size_t n) {
    const FilterInstruction& i = program[n];
    now_ &= at_[n];
    if (is_memory_access(i)) {
      const auto bit = static_cast<uint16_t>(1u << i.k);
      const Class kind = class_of(i.code);
      if (kind == kLoad || kind == kLoadX) return (now_ & bit) != 0;
      now_ |= bit;
    }
    if (class_of(i.code) == kJump) jump(i, n + 1);
    return true;
  }

 private:
  static constexpr uint16_t kAll = 0xffff;

  void jump(const FilterInstruction& i, size_t next) {
    if (operation_of(i.code) == kAlways) {
      at_[next + i.k] &= now_;
    } else {
      at_[next + i.if_true] &= now_;
      at_[next + i.if_false] &= now_;
    }
    now_ = kAll;
  }

  uint16_t at_[kFilterInstructionsMax];
  uint16_t now_ = 0;
};

}  // namespace

Status check_filter(FilterProgram program) {
  const size_t count = program.size();
  if (count == 0 || count > kFilterInstructionsMax) return Error::kInvalid;
  for (size_t n = 0; n < count; ++n) {
    const FilterInstruction& i = program[n];
    if (!exists(i.code) || !is_operand_good(i) || !is_jump_inside(i, count - n - 1)) {
      return Error::kInvalid;
    }
  }
  if (class_of(program.back().code) != kReturn) return Error::kInvalid;
  Written written;
  for (size_t n = 0; n < count; ++n) {
    if (!written.pass(program, n)) return Error::kInvalid;
  }
  return Status();
}

}  // namespace tapstack::link
