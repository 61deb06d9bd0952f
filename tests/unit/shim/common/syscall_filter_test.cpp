#include "shim/common/syscall_filter.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <cstddef>
#include <vector>

namespace tapstack::shim {
namespace {

constexpr auto kNumber = static_cast<uint32_t>(offsetof(seccomp_data, nr));
constexpr auto kFirstArgument = static_cast<uint32_t>(offsetof(seccomp_data, args));

sock_filter load(uint32_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
sock_filter skip_unless(uint32_t value) { return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1); }
sock_filter answer(uint32_t action) { return BPF_STMT(BPF_RET | BPF_K, action); }

TEST(SyscallFilter, LetsThroughWhatItAllowsOnly) {
  const std::vector<sock_filter> filter = {
      load(kNumber),          skip_unless(SYS_read),   answer(SECCOMP_RET_ALLOW),
      skip_unless(SYS_write), answer(SECCOMP_RET_LOG), answer(SECCOMP_RET_KILL_PROCESS)};
  EXPECT_TRUE(lets_through(filter, SYS_read));
  EXPECT_TRUE(lets_through(filter, SYS_write));
  EXPECT_FALSE(lets_through(filter, SYS_sendto));
}

TEST(SyscallFilter, ACallThatFailsWithAnErrorIsNotLetThrough) {
  const std::vector<sock_filter> filter = {answer(SECCOMP_RET_ERRNO | 1)};
  EXPECT_FALSE(lets_through(filter, SYS_read));
}

TEST(SyscallFilter, ArgumentsAreZeroAndTheArchitectureIsThisOne) {
  const std::vector<sock_filter> filter = {load(kFirstArgument),
                                           skip_unless(0),
                                           load(offsetof(seccomp_data, arch)),
                                           skip_unless(AUDIT_ARCH_X86_64),
                                           answer(SECCOMP_RET_ALLOW),
                                           answer(SECCOMP_RET_KILL)};
#if defined(__x86_64__)
  EXPECT_TRUE(lets_through(filter, SYS_read));
#else
  EXPECT_FALSE(lets_through(filter, SYS_read));
#endif
}

TEST(SyscallFilter, CalculatesKeepsInMemoryAndCompares) {
  // ((nr + 5) * 2) stored, reloaded into X, compared by JGE with itself, then shifted and masked.
  const std::vector<sock_filter> filter = {
      load(kNumber),
      BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 5),
      BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 2),
      BPF_STMT(BPF_ST, 3),
      BPF_STMT(BPF_LDX | BPF_W | BPF_MEM, 3),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_X, 0, 0, 2),
      BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 1),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 12, 1, 0),
      answer(SECCOMP_RET_KILL),
      answer(SECCOMP_RET_ALLOW),
  };
  EXPECT_TRUE(lets_through(filter, 7));
  EXPECT_FALSE(lets_through(filter, 8));
}

TEST(SyscallFilter, WhatTheKernelWouldRefuseLetsNothingThrough) {
  EXPECT_FALSE(lets_through({}, SYS_read));
  const std::vector<sock_filter> runs_off = {load(kNumber)};
  EXPECT_FALSE(lets_through(runs_off, SYS_read));
  const std::vector<sock_filter> reads_beyond = {load(sizeof(seccomp_data)),
                                                 answer(SECCOMP_RET_ALLOW)};
  EXPECT_FALSE(lets_through(reads_beyond, SYS_read));
  const std::vector<sock_filter> no_such_cell = {BPF_STMT(BPF_ST, BPF_MEMWORDS),
                                                 answer(SECCOMP_RET_ALLOW)};
  EXPECT_FALSE(lets_through(no_such_cell, SYS_read));
}

}  // namespace
}  // namespace tapstack::shim
