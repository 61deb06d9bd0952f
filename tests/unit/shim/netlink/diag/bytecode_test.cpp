#include "shim/netlink/diag/bytecode.h"

#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <random>
#include <vector>

namespace tapstack::shim::netlink::diag {
namespace {

using Program = std::vector<uint8_t>;

Program join(std::initializer_list<Program> parts) {
  Program all;
  for (const Program& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Program op(uint8_t code, uint8_t yes, uint16_t no) {
  const inet_diag_bc_op value{code, yes, no};
  Program bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// `yes` to what stands behind it, `no` by as much as is given.
Program port_is(uint8_t code, uint16_t port, uint16_t no) {
  return join({op(code, 8, no), op(0, 0, port)});
}

Program host_is(uint8_t code, uint8_t family, int port, const Program& prefix, uint8_t bits,
                uint16_t no) {
  inet_diag_hostcond condition{};
  condition.family = family;
  condition.prefix_len = bits;
  condition.port = port;
  Program bytes(sizeof condition);
  std::memcpy(bytes.data(), &condition, sizeof condition);
  const auto yes = static_cast<uint8_t>(4 + sizeof condition + prefix.size());
  return join({op(code, yes, no), bytes, prefix});
}

BytecodeSubject subject() {
  BytecodeSubject s;
  s.local = {Ip4Address::from(10, 10, 10, 2), Port{22}};
  s.remote = {Ip4Address::from(10, 10, 10, 1), Port{40'000}};
  return s;
}

// Verified, and what it says of the subject.
bool takes(const Program& program, const BytecodeSubject& s) {
  EXPECT_EQ(verify(program, true), 0);
  return matches(program, s);
}

TEST(Bytecode, AnEmptyOneIsRefusedByTheVerifierAndTakesAll) {
  EXPECT_EQ(verify({}, true), EINVAL);
  EXPECT_TRUE(matches({}, subject()));
}

TEST(Bytecode, PortsAreCompared) {
  // The last instruction's `no` leads behind the end, so that the socket is not taken.
  EXPECT_TRUE(takes(port_is(INET_DIAG_BC_S_EQ, 22, 12), subject()));
  EXPECT_FALSE(takes(port_is(INET_DIAG_BC_S_EQ, 23, 12), subject()));
  EXPECT_TRUE(takes(port_is(INET_DIAG_BC_S_GE, 22, 12), subject()));
  EXPECT_FALSE(takes(port_is(INET_DIAG_BC_S_GE, 23, 12), subject()));
  EXPECT_TRUE(takes(port_is(INET_DIAG_BC_D_LE, 40'000, 12), subject()));
  EXPECT_FALSE(takes(port_is(INET_DIAG_BC_D_LE, 39'999, 12), subject()));
  EXPECT_TRUE(takes(port_is(INET_DIAG_BC_D_EQ, 40'000, 12), subject()));
}

TEST(Bytecode, AndIsOneBehindTheOther) {
  const Program both =
      join({port_is(INET_DIAG_BC_S_EQ, 22, 20), port_is(INET_DIAG_BC_D_EQ, 1, 12)});
  EXPECT_FALSE(takes(both, subject()));
}

TEST(Bytecode, OrIsAJumpBehindTheFirst) {
  const Program either = join({port_is(INET_DIAG_BC_S_EQ, 22, 12), op(INET_DIAG_BC_JMP, 4, 12),
                               port_is(INET_DIAG_BC_D_EQ, 1, 12)});
  EXPECT_TRUE(takes(either, subject()));
  BytecodeSubject other = subject();
  other.local.port = Port{1};
  EXPECT_FALSE(takes(either, other));
  other.remote.port = Port{1};
  EXPECT_TRUE(takes(either, other));
}

TEST(Bytecode, PrefixesOfAddressesAreComparedByTheirBits) {
  const auto from = [](Program prefix, uint8_t bits) {
    return host_is(INET_DIAG_BC_D_COND, AF_INET, -1, prefix, bits, 20);
  };
  EXPECT_TRUE(takes(from({10, 10, 10, 1}, 32), subject()));
  EXPECT_FALSE(takes(from({10, 10, 10, 3}, 32), subject()));
  EXPECT_TRUE(takes(from({10, 10, 10, 3}, 29), subject()));
  EXPECT_FALSE(takes(from({10, 10, 10, 3}, 31), subject()));
  EXPECT_TRUE(takes(from({192, 0, 2, 1}, 0), subject()));
}

TEST(Bytecode, AConditionOfAHostMayNameAPort) {
  EXPECT_TRUE(takes(host_is(INET_DIAG_BC_S_COND, AF_UNSPEC, 22, {}, 0, 16), subject()));
  EXPECT_FALSE(takes(host_is(INET_DIAG_BC_S_COND, AF_UNSPEC, 23, {}, 0, 16), subject()));
}

TEST(Bytecode, AnIp4PrefixTakesMappedAddressesAndNoOtherIp6) {
  const Program four = host_is(INET_DIAG_BC_S_COND, AF_INET, -1, {10, 10, 0, 0}, 16, 20);
  BytecodeSubject s = subject();
  s.family = tapstack::Family::kIp6;
  EXPECT_TRUE(takes(four, s)) << "IPv4 on a socket of IPv6";
  s.local.address = Ip6Address::from(0xfd10, 0, 0, 0, 0, 0, 0x0a0a, 0x0a02);
  EXPECT_FALSE(takes(four, s));
  const Program six = host_is(INET_DIAG_BC_S_COND, AF_INET6, -1,
                              {0xfd, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 16, 32);
  EXPECT_TRUE(takes(six, s));
  EXPECT_FALSE(takes(six, subject())) << "a socket of IPv4";
}

TEST(Bytecode, ASocketBoundToNothingHasNoAddress) {
  BytecodeSubject s = subject();
  s.remote = {};
  EXPECT_TRUE(takes(host_is(INET_DIAG_BC_D_COND, AF_INET, -1, {0, 0, 0, 0}, 32, 20), s));
}

TEST(Bytecode, MarksAreForAdministratorsOnly) {
  const Program mark = join({op(INET_DIAG_BC_MARK_COND, 12, 16), {7, 0, 0, 0}, {15, 0, 0, 0}});
  EXPECT_EQ(verify(mark, false), EPERM);
  BytecodeSubject s = subject();
  s.mark = 0x17;
  EXPECT_TRUE(takes(mark, s));
  s.mark = 0x18;
  EXPECT_FALSE(takes(mark, s));
}

TEST(Bytecode, TheDeviceAndWhetherThePortWasAskedForCanBeAsked) {
  const Program device = join({op(INET_DIAG_BC_DEV_COND, 8, 12), {2, 0, 0, 0}});
  BytecodeSubject s = subject();
  EXPECT_FALSE(takes(device, s));
  s.interface = 2;
  EXPECT_TRUE(takes(device, s));
  EXPECT_TRUE(takes(op(INET_DIAG_BC_AUTO, 4, 8), s));
  s.is_port_asked_for = true;
  EXPECT_FALSE(takes(op(INET_DIAG_BC_AUTO, 4, 8), s));
}

TEST(Bytecode, WhatIsNotWholeOrNotKnownIsRefused) {
  EXPECT_EQ(verify(op(INET_DIAG_BC_S_EQ, 4, 8), true), EINVAL) << "no port behind it";
  EXPECT_EQ(verify(op(99, 4, 8), true), EINVAL);
  EXPECT_EQ(verify(Program{0, 4, 4}, true), EINVAL) << "three bytes";
  EXPECT_EQ(verify(host_is(INET_DIAG_BC_S_COND, AF_INET, -1, {10, 0, 0}, 8, 20), true), EINVAL);
  EXPECT_EQ(verify(host_is(INET_DIAG_BC_S_COND, AF_INET, -1, {10, 0, 0, 0}, 33, 20), true), EINVAL);
  EXPECT_EQ(verify(host_is(INET_DIAG_BC_S_COND, 77, -1, {}, 0, 16), true), EINVAL);
}

TEST(Bytecode, WaysThatDoNotLeadForwardToAnInstructionAreRefused) {
  EXPECT_EQ(verify(op(INET_DIAG_BC_JMP, 0, 4), true), EINVAL) << "stands still";
  EXPECT_EQ(verify(op(INET_DIAG_BC_JMP, 4, 0), true), EINVAL);
  EXPECT_EQ(verify(op(INET_DIAG_BC_JMP, 4, 6), true), EINVAL) << "no multiple of four";
  EXPECT_EQ(verify(op(INET_DIAG_BC_JMP, 4, 12), true), EINVAL) << "far behind the end";
  EXPECT_EQ(verify(op(INET_DIAG_BC_JMP, 8, 4), true), EINVAL) << "ends behind the end";
  // Into the operand of the second.
  EXPECT_EQ(verify(join({op(INET_DIAG_BC_JMP, 4, 8), port_is(INET_DIAG_BC_S_EQ, 1, 12)}), true),
            EINVAL);
}

TEST(Bytecode, WhateverPassesTheVerifierEndsAndReadsNothingBehindItself) {
  std::mt19937 random(1);
  int passed = 0;
  for (int round = 0; round < 200'000; ++round) {
    Program program(4 * (1 + random() % 12));
    for (size_t at = 0; at < program.size(); at += 4) {
      const auto step = [&] { return static_cast<uint8_t>(4 * (random() % 10)); };
      const Program one = op(static_cast<uint8_t>(random() % 14), step(), step());
      std::memcpy(program.data() + at, one.data(), one.size());
    }
    if (verify(program, round % 2 == 0) != 0) continue;
    ++passed;
    matches(program, subject());
  }
  EXPECT_GT(passed, 1000);
}

}  // namespace
}  // namespace tapstack::shim::netlink::diag
