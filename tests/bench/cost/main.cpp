// What a preloaded library adds to read() and write() on descriptors that are none of its sockets,
// and to open(), stat() and lseek() of files that do not tell of the network.
//
// Batches through the program's own function, which is the library's when one is preloaded, take
// turns with batches through the C library's: the difference of the fastest of each is the cost,
// whatever else the machine does. A socket is made first, so that the library is at work, and
// without a library the same program shows what the method itself costs.
//
// Prints first whether read and write are another library's, then a line for each kind of
// descriptor: its name, ns of libc's call, ns added.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

using Read = ssize_t (*)(int, void*, size_t);
using Write = ssize_t (*)(int, const void*, size_t);
using Open = int (*)(const char*, int, ...);
using Stat = int (*)(const char*, struct stat*);
using Seek = off_t (*)(int, off_t, int);

constexpr int kBatch = 200;
constexpr int kBatches = 4'000;

struct Calls {
  Read read;
  Write write;
  Open open;
  Stat stat;
  Seek seek;
};

// A pair of descriptors: what is written to one is read from the other.
struct Ends {
  int in = -1;
  int out = -1;
};

// Nanoseconds of a write and a read of one byte each, or of one of them on a descriptor alone.
double batch_ns(const Calls& calls, const Ends& ends) {
  char byte = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kBatch; ++i) {
    if (ends.out >= 0 && calls.write(ends.out, &byte, 1) != 1) std::abort();
    if (ends.in >= 0 && calls.read(ends.in, &byte, 1) < 0) std::abort();
  }
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
  const int calls_each = (ends.in >= 0 ? 1 : 0) + (ends.out >= 0 ? 1 : 0);
  return taken.count() / kBatch / calls_each;
}

void measure(const char* name, const Calls& own, const Calls& libc, const Ends& ends) {
  double own_ns = 1e9, libc_ns = 1e9;
  for (int i = 0; i < kBatches; ++i) {
    own_ns = std::min(own_ns, batch_ns(own, ends));
    libc_ns = std::min(libc_ns, batch_ns(libc, ends));
  }
  std::printf("%s %.2f %.2f\n", name, libc_ns, own_ns - libc_ns);
}

// Of `call`, which takes Calls.
template <class Call>
double call_ns(const Calls& calls, Call call) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kBatch; ++i) call(calls);
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
  return taken.count() / kBatch;
}

template <class Call>
void measure_call(const char* name, const Calls& own, const Calls& libc, Call call) {
  double own_ns = 1e9, libc_ns = 1e9;
  for (int i = 0; i < kBatches; ++i) {
    own_ns = std::min(own_ns, call_ns(own, call));
    libc_ns = std::min(libc_ns, call_ns(libc, call));
  }
  std::printf("%s %.2f %.2f\n", name, libc_ns, own_ns - libc_ns);
}

// Of a path where nothing is, which is the fastest that there is.
void open_absent(const Calls& calls) {
  if (calls.open("/absent", O_RDONLY) >= 0) std::abort();
}
void stat_absent(const Calls& calls) {
  struct stat status;
  if (calls.stat("absent", &status) == 0) std::abort();
}

Calls calls_of(void* library) {
  return {reinterpret_cast<Read>(::dlsym(library, "read")),
          reinterpret_cast<Write>(::dlsym(library, "write")),
          reinterpret_cast<Open>(::dlsym(library, "open")),
          reinterpret_cast<Stat>(::dlsym(library, "stat")),
          reinterpret_cast<Seek>(::dlsym(library, "lseek"))};
}

}  // namespace

int main() {
  void* const libc = ::dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
  if (libc == nullptr) return 1;
  const Calls theirs = calls_of(libc);
  // By way of pointers too, so that the compiler treats both alike.
  const Calls own = calls_of(RTLD_DEFAULT);
  // "hooked" or not, so that nobody compares libc with itself.
  std::printf("hooked %d %d\n", own.read != theirs.read, own.write != theirs.write);
  if (::socket(AF_INET, SOCK_DGRAM, 0) < 0) return 1;
  int pipe_ends[2], unix_ends[2];
  if (::pipe(pipe_ends) != 0 || ::socketpair(AF_UNIX, SOCK_STREAM, 0, unix_ends) != 0) return 1;
  const int null = ::open("/dev/null", O_RDWR);
  measure("file-read", own, theirs, {null, -1});
  measure("file-write", own, theirs, {-1, null});
  measure("pipe", own, theirs, {pipe_ends[0], pipe_ends[1]});
  measure("unix", own, theirs, {unix_ends[0], unix_ends[1]});
  measure_call("open", own, theirs, open_absent);
  measure_call("stat", own, theirs, stat_absent);
  measure_call("lseek", own, theirs, [null](const Calls& calls) { calls.seek(null, 0, SEEK_SET); });
  return 0;
}
