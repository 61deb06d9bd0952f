#include "shim/netlink/diag/bytecode.h"

#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "shim/common/address.h"

namespace tapstack::shim::netlink::diag {
namespace {

using Op = inet_diag_bc_op;

template <class T>
T read_at(ConstBytes program, size_t at) {
  T value;
  std::memcpy(&value, program.data() + at, sizeof value);
  return value;
}

// Bytes of the address in a condition of `family`; none: not known.
bool address_bytes(uint8_t family, size_t& bytes) {
  bytes = family == AF_INET ? sizeof(in_addr) : family == AF_INET6 ? sizeof(in6_addr) : 0;
  return family == AF_UNSPEC || bytes > 0;
}

bool is_whole_host(ConstBytes rest, size_t& bytes) {
  constexpr size_t kFixed = sizeof(Op) + sizeof(inet_diag_hostcond);
  if (rest.size() < kFixed) return false;
  const auto condition = read_at<inet_diag_hostcond>(rest, sizeof(Op));
  size_t address = 0;
  if (!address_bytes(condition.family, address)) return false;
  bytes = kFixed + address;
  return rest.size() >= bytes && condition.prefix_len <= 8 * address;
}

bool has_operand(ConstBytes rest, size_t operand, size_t& bytes) {
  bytes = sizeof(Op) + operand;
  return rest.size() >= bytes;
}

// Of the instruction in front, its length at least. 0, EINVAL, EPERM.
int check_instruction(ConstBytes rest, bool is_admin, size_t& bytes) {
  bytes = sizeof(Op);
  switch (rest[0]) {
    case INET_DIAG_BC_NOP:
    case INET_DIAG_BC_JMP:
    case INET_DIAG_BC_AUTO:
      return 0;
    case INET_DIAG_BC_S_COND:
    case INET_DIAG_BC_D_COND:
      return is_whole_host(rest, bytes) ? 0 : EINVAL;
    case INET_DIAG_BC_S_GE:
    case INET_DIAG_BC_S_LE:
    case INET_DIAG_BC_S_EQ:
    case INET_DIAG_BC_D_GE:
    case INET_DIAG_BC_D_LE:
    case INET_DIAG_BC_D_EQ:
      return has_operand(rest, sizeof(Op), bytes) ? 0 : EINVAL;
    case INET_DIAG_BC_DEV_COND:
      return has_operand(rest, sizeof(uint32_t), bytes) ? 0 : EINVAL;
    case INET_DIAG_BC_MARK_COND:
      if (!is_admin) return EPERM;
      return has_operand(rest, sizeof(inet_diag_markcond), bytes) ? 0 : EINVAL;
    case INET_DIAG_BC_CGROUP_COND:
      return has_operand(rest, sizeof(uint64_t), bytes) ? 0 : EINVAL;
    default:
      return EINVAL;
  }
}

// A step of `bytes` leads forward, behind the instruction, by a multiple of four.
bool is_step(size_t step, size_t instruction_bytes, size_t left) {
  return step >= instruction_bytes && step <= left + sizeof(Op) && step % sizeof(Op) == 0;
}

// Whether an instruction on the way of `yes` begins at `target`.
bool is_on_way(ConstBytes program, size_t target) {
  size_t at = 0;
  while (at < target) at += read_at<Op>(program, at).yes;  // verified up to there, or ends
  return at == target;
}

// The steps of `yes` alone: they make the order in which instructions stand.
int verify_way(ConstBytes program, bool is_admin) {
  size_t at = 0;
  while (at < program.size()) {
    const ConstBytes rest = program.subspan(at);
    if (rest.size() < sizeof(Op)) return EINVAL;
    size_t bytes = 0;
    if (const int error = check_instruction(rest, is_admin, bytes); error != 0) return error;
    const Op op = read_at<Op>(rest, 0);
    if (!is_step(op.yes, bytes, rest.size())) return EINVAL;
    if (op.code != INET_DIAG_BC_NOP && !is_step(op.no, bytes, rest.size())) return EINVAL;
    at += op.yes;
  }
  return at == program.size() ? 0 : EINVAL;
}

bool is_in_prefix(const void* address, const void* prefix, unsigned bits) {
  const unsigned bytes = bits / 8, rest = bits % 8;
  if (std::memcmp(address, prefix, bytes) != 0) return false;
  if (rest == 0) return true;
  const auto* a = static_cast<const uint8_t*>(address) + bytes;
  const auto* b = static_cast<const uint8_t*>(prefix) + bytes;
  return ((*a ^ *b) & (0xff00 >> rest) & 0xff) == 0;
}

// Of `end`, of a socket of `family`, against what stands behind the instruction at `at`.
bool is_host(ConstBytes program, size_t at, tapstack::Family family, const Endpoint& end) {
  const auto condition = read_at<inet_diag_hostcond>(program, at + sizeof(Op));
  const uint8_t* const prefix = program.data() + at + sizeof(Op) + sizeof(inet_diag_hostcond);
  if (condition.port != -1 && condition.port != end.port.value) return false;
  const bool is_ip4 = family == tapstack::Family::kIp4;
  const bool has_address = end.address.family() != tapstack::Family::kNone;
  const uint32_t address4 = has_address && end.address.is_ip4() ? network_order(end.address) : 0;
  const in6_addr address6 = has_address && !is_ip4 ? in6_from(end.address) : in6_addr{};
  if (condition.family == AF_INET) {
    const bool is_mapped = !is_ip4 && IN6_IS_ADDR_V4MAPPED(&address6);
    return (is_ip4 || is_mapped) && is_in_prefix(&address4, prefix, condition.prefix_len);
  }
  if (condition.family == AF_INET6) {
    return !is_ip4 && is_in_prefix(&address6, prefix, condition.prefix_len);
  }
  return true;
}

bool holds(ConstBytes program, size_t at, const BytecodeSubject& s) {
  const Op op = read_at<Op>(program, at);
  // Behind a comparison of ports stands the port.
  const auto port = [&] { return read_at<Op>(program, at + sizeof(Op)).no; };
  switch (op.code) {
    case INET_DIAG_BC_S_GE:
      return s.local.port.value >= port();
    case INET_DIAG_BC_S_LE:
      return s.local.port.value <= port();
    case INET_DIAG_BC_S_EQ:
      return s.local.port.value == port();
    case INET_DIAG_BC_D_GE:
      return s.remote.port.value >= port();
    case INET_DIAG_BC_D_LE:
      return s.remote.port.value <= port();
    case INET_DIAG_BC_D_EQ:
      return s.remote.port.value == port();
    case INET_DIAG_BC_AUTO:
      return !s.is_port_asked_for;
    case INET_DIAG_BC_S_COND:
      return is_host(program, at, s.family, s.local);
    case INET_DIAG_BC_D_COND:
      return is_host(program, at, s.family, s.remote);
    case INET_DIAG_BC_DEV_COND:
      return read_at<uint32_t>(program, at + sizeof(Op)) == s.interface;
    case INET_DIAG_BC_MARK_COND: {
      const auto condition = read_at<inet_diag_markcond>(program, at + sizeof(Op));
      return (s.mark & condition.mask) == condition.mark;
    }
    case INET_DIAG_BC_NOP:
      return true;
    default:  // INET_DIAG_BC_JMP; INET_DIAG_BC_CGROUP_COND: no socket here is known to be in one
      return false;
  }
}

}  // namespace

int verify(ConstBytes program, bool is_admin) {
  if (program.size() < sizeof(Op)) return EINVAL;
  if (const int error = verify_way(program, is_admin); error != 0) return error;
  for (size_t at = 0; at < program.size();) {
    const Op op = read_at<Op>(program, at);
    const size_t target = at + op.no;
    const bool jumps = op.code != INET_DIAG_BC_NOP && target < program.size();
    if (jumps && !is_on_way(program, target)) return EINVAL;
    at += op.yes;
  }
  return 0;
}

bool matches(ConstBytes program, const BytecodeSubject& subject) {
  size_t at = 0;
  while (at < program.size()) {
    const Op op = read_at<Op>(program, at);
    at += holds(program, at, subject) ? op.yes : op.no;
  }
  return at == program.size();
}

}  // namespace tapstack::shim::netlink::diag
