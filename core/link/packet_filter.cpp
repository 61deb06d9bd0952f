#include "link/packet_filter.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "link/filter_payload.h"
#include "link/packet_filter_code.h"
#include "util/bytes.h"

namespace tapstack::link {
namespace {

using namespace filter_code;

// One run of a program. An operation that cannot be done ends it with 0, as on Linux.
class Machine {
 public:
  Machine(FilterProgram program, const FilterSubject& subject)
      : program_(program), subject_(subject) {}

  uint32_t run() {
    for (size_t n = 0; n < program_.size(); ++n) {
      const FilterInstruction& i = program_[n];
      const Class kind = class_of(i.code);
      if (kind == kReturn) return (i.code & kReturnA) != 0 ? a_ : i.k;
      if (kind == kJump) {
        n += distance(i);
      } else if (!step(kind, i)) {
        return 0;
      }
    }
    return 0;
  }

 private:
  // False: the packet has no such bytes, or a division by zero.
  bool step(Class kind, const FilterInstruction& i) {
    switch (kind) {
      case kLoad:
        return load(i);
      case kLoadX:
        return load_x(i);
      case kStore:
        words_[i.k] = a_;
        return true;
      case kStoreX:
        words_[i.k] = x_;
        return true;
      case kAlu:
        return compute(i);
      default:
        ((i.code & kToA) != 0 ? a_ : x_) = (i.code & kToA) != 0 ? x_ : a_;
        return true;
    }
  }

  bool load(const FilterInstruction& i) {
    switch (mode_of(i.code)) {
      case kAbsolute:
        return i.k >= kFacts ? load_fact(i.k - kFacts) : fetch(i.code, i.k, a_);
      case kIndirect:
        return fetch(i.code, x_ + i.k, a_);
      case kMemory:
        a_ = words_[i.k];
        return true;
      case kLength:
        a_ = subject_.length();
        return true;
      default:
        a_ = i.k;
        return true;
    }
  }

  bool load_x(const FilterInstruction& i) {
    switch (mode_of(i.code)) {
      case kHeaderLength: {
        uint32_t octet = 0;
        if (!fetch(kByte, i.k, octet)) return false;
        x_ = (octet & 0xf) * 4;
        return true;
      }
      case kMemory:
        x_ = words_[i.k];
        return true;
      case kLength:
        x_ = subject_.length();
        return true;
      default:
        x_ = i.k;
        return true;
    }
  }

  // Offsets above the largest signed one count from a header.
  std::optional<uint64_t> place_of(uint32_t offset) const {
    if (offset <= INT32_MAX) return uint64_t{subject_.begin} + offset;
    if (offset >= kFromNetwork) return uint64_t{subject_.network} + (offset - kFromNetwork);
    if (offset >= kFromLink && subject_.has_link) return uint64_t{offset - kFromLink};
    return std::nullopt;
  }

  bool fetch(uint16_t code, uint32_t offset, uint32_t& to) const {
    const std::optional<uint64_t> at = place_of(offset);
    if (!at) return false;
    uint8_t bytes[4];
    const uint16_t size = size_of(code);
    const size_t count = size == kByte ? 1 : size == kHalf ? 2 : 4;
    if (!subject_.copy_out(*at, {bytes, count})) return false;
    to = size == kByte ? bytes[0] : size == kHalf ? load_be16(bytes) : load_be32(bytes);
    return true;
  }

  // What this stack has none of (marks, queues, hashes, VLAN tags beside the frame, netlink
  // attributes) is 0.
  bool load_fact(uint32_t which) {
    switch (static_cast<Fact>(which)) {
      case Fact::kProtocol:
        a_ = subject_.protocol;
        return true;
      case Fact::kPacketType:
        a_ = subject_.packet_type;
        return true;
      case Fact::kInterface:
        a_ = subject_.interface;
        return subject_.interface != 0;
      case Fact::kLinkType:
        a_ = subject_.link_type;
        return subject_.interface != 0;
      case Fact::kXorX:
        a_ ^= x_;
        return true;
      case Fact::kPayloadOffset:
        a_ = payload_offset(subject_);
        return true;
      case Fact::kRandom:
        a_ = subject_.random != nullptr ? subject_.random->next_u32() : 0;
        return true;
      default:
        a_ = 0;
        return true;
    }
  }

  bool compute(const FilterInstruction& i) {
    const uint32_t operand = (i.code & kX) != 0 ? x_ : i.k;
    switch (operation_of(i.code)) {
      case kDivide:
      case kModulo:
        if (operand == 0) return false;
        a_ = operation_of(i.code) == kDivide ? a_ / operand : a_ % operand;
        return true;
      case kNegate:
        a_ = 0 - a_;
        return true;
      case kShiftLeft:
        a_ <<= operand & 31;
        return true;
      case kShiftRight:
        a_ >>= operand & 31;
        return true;
      default:
        combine(operation_of(i.code), operand);
        return true;
    }
  }

  void combine(uint16_t operation, uint32_t operand) {
    switch (operation) {
      case kAdd:
        a_ += operand;
        return;
      case kSubtract:
        a_ -= operand;
        return;
      case kMultiply:
        a_ *= operand;
        return;
      case kOr:
        a_ |= operand;
        return;
      case kAnd:
        a_ &= operand;
        return;
      default:
        a_ ^= operand;
        return;
    }
  }

  uint32_t distance(const FilterInstruction& i) const {
    const uint32_t operand = (i.code & kX) != 0 ? x_ : i.k;
    switch (operation_of(i.code)) {
      case kAlways:
        return i.k;
      case kEqual:
        return a_ == operand ? i.if_true : i.if_false;
      case kGreater:
        return a_ > operand ? i.if_true : i.if_false;
      case kGreaterOrEqual:
        return a_ >= operand ? i.if_true : i.if_false;
      default:
        return (a_ & operand) != 0 ? i.if_true : i.if_false;
    }
  }

  FilterProgram program_;
  const FilterSubject& subject_;
  uint32_t a_ = 0, x_ = 0;
  uint32_t words_[kMemoryWords] = {};
};

}  // namespace

uint32_t FilterSubject::size() const {
  return static_cast<uint32_t>(front.size()) + (packet != nullptr ? packet->size() : 0);
}

bool FilterSubject::copy_out(uint64_t at, mem::Bytes to) const {
  if (at + to.size() > size()) return false;
  if (at < front.size()) {
    const size_t count = std::min<size_t>(to.size(), front.size() - static_cast<size_t>(at));
    std::memcpy(to.data(), front.data() + at, count);
    to = to.subspan(count);
    at += count;
  }
  if (!to.empty()) memory->copy_out(*packet, static_cast<uint32_t>(at - front.size()), to);
  return true;
}

uint32_t run_filter(FilterProgram program, const FilterSubject& subject) {
  return Machine(program, subject).run();
}

}  // namespace tapstack::link
