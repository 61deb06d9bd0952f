#include "shim/common/syscall_filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

namespace tapstack::shim {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t kArchitecture = 0;  // filters that look at it take the call for a foreign one
#endif

// The machine of classic BPF as far as seccomp_check_filter() (kernel/seccomp.c) lets programs use
// it: loads are of words of seccomp_data.
class Machine {
 public:
  Machine(std::span<const sock_filter> program, const seccomp_data& data)
      : program_(program), data_(data) {}

  // What the program returns; nothing if it runs off its end or holds what is no instruction.
  std::optional<uint32_t> run() {
    while (at_ < program_.size()) {
      const sock_filter& now = program_[at_++];
      if (BPF_CLASS(now.code) == BPF_RET) return BPF_RVAL(now.code) == BPF_A ? a_ : now.k;
      if (!step(now)) return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  bool step(const sock_filter& now) {
    switch (BPF_CLASS(now.code)) {
      case BPF_LD:
        return load(now, a_);
      case BPF_LDX:
        return load(now, x_);
      case BPF_ST:
        return store(now.k, a_);
      case BPF_STX:
        return store(now.k, x_);
      case BPF_ALU:
        return calculate(now);
      case BPF_JMP:
        jump(now);
        return true;
      default:
        (BPF_MISCOP(now.code) == BPF_TAX ? x_ : a_) = BPF_MISCOP(now.code) == BPF_TAX ? a_ : x_;
        return true;
    }
  }

  bool load(const sock_filter& now, uint32_t& to) {
    switch (BPF_MODE(now.code)) {
      case BPF_IMM:
        to = now.k;
        return true;
      case BPF_LEN:
        to = sizeof data_;
        return true;
      case BPF_MEM:
        if (now.k >= memory_.size()) return false;
        to = memory_[now.k];
        return true;
      case BPF_ABS:
        if (now.k > sizeof data_ - sizeof to) return false;
        std::memcpy(&to, reinterpret_cast<const char*>(&data_) + now.k, sizeof to);
        return true;
      default:
        return false;
    }
  }

  bool store(uint32_t cell, uint32_t value) {
    if (cell >= memory_.size()) return false;
    memory_[cell] = value;
    return true;
  }

  bool calculate(const sock_filter& now) {
    const uint32_t operand = BPF_SRC(now.code) == BPF_X ? x_ : now.k;
    constexpr uint32_t kBits = 31;
    switch (BPF_OP(now.code)) {
      case BPF_ADD:
        a_ += operand;
        return true;
      case BPF_SUB:
        a_ -= operand;
        return true;
      case BPF_MUL:
        a_ *= operand;
        return true;
      case BPF_DIV:
        a_ = operand == 0 ? 0 : a_ / operand;
        return operand != 0;
      case BPF_OR:
        a_ |= operand;
        return true;
      case BPF_AND:
        a_ &= operand;
        return true;
      case BPF_XOR:
        a_ ^= operand;
        return true;
      case BPF_LSH:
        a_ <<= operand & kBits;
        return true;
      case BPF_RSH:
        a_ >>= operand & kBits;
        return true;
      case BPF_NEG:
        a_ = 0 - a_;
        return true;
      default:
        return false;
    }
  }

  void jump(const sock_filter& now) {
    if (BPF_OP(now.code) == BPF_JA) {
      at_ += now.k;
      return;
    }
    const uint32_t operand = BPF_SRC(now.code) == BPF_X ? x_ : now.k;
    bool holds = false;
    switch (BPF_OP(now.code)) {
      case BPF_JEQ:
        holds = a_ == operand;
        break;
      case BPF_JGT:
        holds = a_ > operand;
        break;
      case BPF_JGE:
        holds = a_ >= operand;
        break;
      case BPF_JSET:
        holds = (a_ & operand) != 0;
        break;
      default:
        break;
    }
    at_ += holds ? now.jt : now.jf;
  }

  std::span<const sock_filter> program_;
  const seccomp_data& data_;
  std::array<uint32_t, BPF_MEMWORDS> memory_{};
  size_t at_ = 0;
  uint32_t a_ = 0, x_ = 0;
};

}  // namespace

bool lets_through(std::span<const sock_filter> filter, int number) {
  seccomp_data data{};
  data.nr = number;
  data.arch = kArchitecture;
  const std::optional<uint32_t> verdict = Machine(filter, data).run();
  if (!verdict) return false;
  const uint32_t action = *verdict & SECCOMP_RET_ACTION_FULL;
  return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG ||
         action == SECCOMP_RET_USER_NOTIF || action == SECCOMP_RET_TRACE;
}

}  // namespace tapstack::shim
