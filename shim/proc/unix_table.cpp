// /proc/net/unix: the kernel's own, less the pairs behind the stack's sockets. lsof looks there
// before it looks among TCP's and UDP's, so a socket must not be in both.
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "shim/common/sys.h"
#include "shim/hooks/ask.h"
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

// All of a file of the kernel's; an errno if it is not there.
int read_file(const char* path, std::string& all) {
  const auto fd =
      static_cast<int>(sys::call(SYS_openat, AT_FDCWD, sys::pointer(path), O_RDONLY | O_CLOEXEC));
  if (fd < 0) return -fd;
  char piece[4096];
  long got = 0;
  while ((got = sys::read(fd, piece, sizeof piece)) > 0)
    all.append(piece, static_cast<size_t>(got));
  sys::close(fd);
  return got < 0 ? static_cast<int>(-got) : 0;
}

}  // namespace

int write_unix(Text& text) {
  std::string all;
  if (const int error = read_file("/proc/net/unix", all); error != 0) return error;
  const std::vector<uint64_t> ours = pair_inodes();
  std::string_view rest = all;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = rest.substr(0, end);
    if (!std::ranges::binary_search(ours, inode_in(line))) text.add(line);
    rest.remove_prefix(end);
  }
  return 0;
}

}  // namespace tapstack::shim::proc
