// Programs of classic BPF: whatever the verifier accepts ends, stays within its packet and memory,
// and answers twice the same.
#include <cstdlib>
#include <span>
#include <vector>

#include "link/packet_filter.h"
#include "tests/fuzz/input.h"

using namespace tapstack;

// A byte that says how many instructions, the instructions, the packet.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  std::vector<link::FilterInstruction> program(input.u8());
  for (link::FilterInstruction& i : program) {
    i.code = input.u8();
    i.if_true = input.u8();
    i.if_false = input.u8();
    const uint8_t scale = input.u8();  // so that negative offsets are met
    i.k = input.u8() | (scale >= 0xf0 ? uint32_t{0xff000000} | uint32_t{scale} << 16 : 0);
    if (scale == 0xff) i.k |= 0xf000;
  }
  if (!link::check_filter(program).ok()) return 0;
  const std::span<const uint8_t> bytes = input.bytes(65'535);
  link::FilterSubject subject;
  subject.front = bytes;
  subject.begin = subject.network = bytes.size() < 14 ? 0 : 14;
  subject.has_link = true;
  subject.interface = 1;
  if (link::run_filter(program, subject) != link::run_filter(program, subject)) std::abort();
  return 0;
}
