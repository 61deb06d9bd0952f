// /proc/net/unix: the kernel's own, less the pairs behind the stack's sockets. lsof looks there
// before it looks among TCP's and UDP's, so a socket must not be in both.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "shim/hooks/ask.h"
#include "shim/proc/kernel_file.h"
#include "shim/proc/tables.h"

namespace tapstack::shim::proc {
namespace {

// Sorted; empty without an engine, and then there are none.
std::vector<uint64_t> pair_inodes() {
  std::vector<uint64_t> all;
  for (int64_t position = 0; position >= 0;) {
    Request request = ask::about(Op::kPairInodes, SlotId{});
    request.args[0] = position;
    Reply reply;
    if (ask::call(request, reply) != 0) break;
    const size_t count = reply.payload_bytes / sizeof(uint64_t), before = all.size();
    all.resize(before + count);
    std::memcpy(all.data() + before, reply.payload, count * sizeof(uint64_t));
    position = reply.value;
  }
  std::ranges::sort(all);
  return all;
}

// "Num: RefCount Protocol Flags Type St Inode Path": the seventh word; 0: it is no line of a
// socket.
uint64_t inode_in(std::string_view line) {
  constexpr int kWordsBefore = 6;
  for (int n = 0; n < kWordsBefore; ++n) {
    const size_t end = line.find(' ');
    if (end == line.npos) return 0;
    line.remove_prefix(end);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  }
  uint64_t inode = 0;
  std::from_chars(line.data(), line.data() + line.size(), inode);
  return inode;
}

}  // namespace

int write_unix(Text& text) {
  std::string all;
  if (const int error = read_kernel_file("/proc/self/net/unix", all); error != 0) return error;
  const std::vector<uint64_t> ours = pair_inodes();
  std::string_view rest = all;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (!std::ranges::binary_search(ours, inode_in(line))) text.add(line);
  }
  return 0;
}

}  // namespace tapstack::shim::proc
