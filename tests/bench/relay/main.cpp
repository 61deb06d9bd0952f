// A wire between two network namespaces with the impairments of tapif on it: whoever sends over it,
// the kernel or a stack behind the kernel's forwarding, meets the same losses.
//
//   tap_relay NETNS IMPAIRMENT
//
// Makes a TAP device w0 (10.30.0.1/24) in its own namespace and w1 (10.30.0.2/24) in NETNS (a path
// such as /proc/PID/ns/net), prints "ready", and relays until it is killed. IMPAIRMENT as
// TAPSTACK_IMPAIR has it; "out" is from w0 to w1. Superframes are cut to packets of 1500 bytes.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <time.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "tapif/impaired_device.h"
#include "tapif/tap.h"

namespace tapstack::tapif {
namespace {

constexpr size_t kFrameBytes = 65'535 + 18;
constexpr int kFramesATurn = 64;

Instant now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return Instant::from_us(t.tv_sec * 1'000'000LL + t.tv_nsec / 1000);
}

std::unique_ptr<Device> open_end(const char* name, uint8_t number) {
  TapSettings settings;
  settings.name = name;
  settings.host_addresses = {Prefix{Ip4Address::from(10, 30, 0, number), 24}};
  Opened opened = open_tap(settings);
  if (!opened) std::fprintf(stderr, "tap_relay: %s\n", opened.failure.message.c_str());
  return std::move(opened.device);
}

bool enter(const char* netns) {
  const int fd = open(netns, O_RDONLY | O_CLOEXEC);
  if (fd >= 0 && setns(fd, CLONE_NEWNET) == 0) return true;
  std::perror(netns);
  return false;
}

// Moves what `from` has now, so much at a time that the other direction gets its turn. Returns
// whether there may be more; what `to` cannot take is lost, as on a wire.
bool move_frames(Device& from, Device& to, std::vector<uint8_t>& frame) {
  for (int i = 0; i < kFramesATurn; ++i) {
    const Bytes whole(frame);
    api::Offload offload;
    const int n = from.read(now(), {&whole, 1}, offload);
    if (n <= 0) return false;
    const ConstBytes part = ConstBytes(frame).first(static_cast<size_t>(n));
    to.write(now(), {&part, 1}, offload);
  }
  return true;
}

void wait_for_either(const Device& a, const Device& b) {
  pollfd fds[] = {{a.fd(), POLLIN, 0}, {b.fd(), POLLIN, 0}};
  const Instant at = b.next_deadline();
  if (at.is_never()) {
    ppoll(fds, 2, nullptr, nullptr);
    return;
  }
  const int64_t left_us = std::max<int64_t>((at - now()).us(), 0);
  const timespec timeout{left_us / 1'000'000, left_us % 1'000'000 * 1000};
  ppoll(fds, 2, &timeout, nullptr);
}

int relay(const char* netns, const Impairment& impairment) {
  std::unique_ptr<Device> near = open_end("w0", 1);
  if (!near || !enter(netns)) return 1;
  std::unique_ptr<Device> far = open_end("w1", 2);
  if (!far) return 1;
  far = impair(std::move(far), impairment);
  std::puts("ready");
  std::fflush(stdout);
  std::vector<uint8_t> frame(kFrameBytes);
  for (;;) {
    const bool more_out = move_frames(*near, *far, frame);
    const bool more_in = move_frames(*far, *near, frame);
    if (!more_out && !more_in) wait_for_either(*near, *far);
  }
}

}  // namespace
}  // namespace tapstack::tapif

int main(int argc, char** argv) {
  tapstack::tapif::Impairment impairment;
  if (argc != 3) {
    std::fprintf(stderr, "usage: tap_relay NETNS IMPAIRMENT\n");
    return 2;
  }
  if (const auto failure = tapstack::tapif::parse_impairment(argv[2], impairment)) {
    std::fprintf(stderr, "tap_relay: %s\n", failure.message.c_str());
    return 2;
  }
  return tapstack::tapif::relay(argv[1], impairment);
}
