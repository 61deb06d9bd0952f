// Filters as ss compiles them: whatever the verifier accepts ends, stays within the program and
// answers twice the same; what an ordinary user may run an administrator may.
#include <linux/inet_diag.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "shim/netlink/diag/bytecode.h"
#include "tests/fuzz/input.h"

using namespace tapstack;
using namespace tapstack::shim::netlink;

namespace {

// An instruction, its steps nearly right, and operands of any length behind it.
void add_instruction(fuzz::Input& input, std::vector<uint8_t>& program) {
  const auto operands = input.bytes(4 * (input.u8() % 8));
  inet_diag_bc_op op{};
  op.code = input.u8() % (INET_DIAG_BC_CGROUP_COND + 2);
  op.yes = static_cast<uint8_t>(sizeof op + operands.size());
  op.no = static_cast<uint16_t>(op.yes + 4 * (input.u8() % 16));
  if (input.u8() % 16 == 0) op.yes = input.u8();
  if (input.u8() % 16 == 0) op.no = input.u16();
  const auto* bytes = reinterpret_cast<const uint8_t*>(&op);
  program.insert(program.end(), bytes, bytes + sizeof op);
  program.insert(program.end(), operands.begin(), operands.end());
}

diag::BytecodeSubject subject_from(fuzz::Input& input) {
  diag::BytecodeSubject subject;
  const bool is_ip6 = input.u8() % 2 == 1;
  subject.family = is_ip6 ? tapstack::Family::kIp6 : tapstack::Family::kIp4;
  const IpAddress address = is_ip6 ? IpAddress(Ip6Address::all_nodes()) : Ip4Address::loopback();
  subject.local = {address, Port{input.u16()}};
  if (input.u8() % 2 == 1) subject.remote = {address, Port{input.u16()}};
  subject.interface = input.u8();
  subject.mark = input.u32();
  subject.is_port_asked_for = input.u8() % 2 == 1;
  return subject;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const diag::BytecodeSubject subject = subject_from(input);
  std::vector<uint8_t> program;
  if (input.u8() % 4 == 0) {
    const auto raw = input.bytes(4096);
    program.assign(raw.begin(), raw.end());
  }
  while (!input.is_empty() && program.size() < 4096) add_instruction(input, program);
  program.shrink_to_fit();  // so that a sanitizer sees its end
  const int as_admin = diag::verify(program, true), as_user = diag::verify(program, false);
  if (as_user == 0 && as_admin != 0) std::abort();
  if (as_admin != 0) return 0;
  if (diag::matches(program, subject) != diag::matches(program, subject)) std::abort();
  return 0;
}
