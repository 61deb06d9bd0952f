// What a stream costs over IPv4 and over IPv6, in the same run: two stacks on one Ethernet in
// memory, one thread, virtual time. The figures to compare are ns_per_packet of the two families
// (all packets of both directions, both stacks) and bytes_per_second.
//
//   build/tests/bench_families --benchmark_enable_random_interleaving --benchmark_repetitions=9
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "core/api/create.h"
#include "core/api/interfaces.h"
#include "core/api/run.h"
#include "core/api/sockets.h"

namespace tapstack::bench {
namespace {

constexpr size_t kStreamBytes = 16u << 20;
constexpr size_t kChunkBytes = 64u << 10;
constexpr Duration kDelay = Duration::us(20);
constexpr Port kPort{80};

void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "bench_families: %s failed\n", what);
  std::abort();
}

// One stack with its memory; its device hands frames to whoever asks.
class End {
 public:
  End(uint8_t number, Family family, bool has_offloads, Instant now) : family_(family) {
    const size_t alignment = std::max<size_t>(api::stack_alignment(), 64);
    const size_t bytes = (api::stack_bytes() + alignment - 1) / alignment * alignment;
    memory_.reset(std::aligned_alloc(alignment, bytes));
    const std::array<uint8_t, api::kSeedBytes> seed{number};
    stack_ = &api::create(memory_.get(), seed);
    api::InterfaceSettings settings;
    std::strcpy(settings.name, "ts0");
    settings.mac.octets = {2, 0, 0, 0, 0, number};
    settings.can_checksum = settings.can_segment = has_offloads;
    settings.ip6.dad_transmits = 0;
    device_ = *api::add_interface(stack(), now, settings);
    const uint8_t bits = family == Family::kIp6 ? 64 : 24;
    require(api::add_address(stack(), now, device_, {address(number), bits}).ok(), "add_address");
  }

  Stack& stack() { return *stack_; }
  IpAddress address(uint8_t number) const {
    if (family_ == Family::kIp4) return Ip4Address::from(10, 0, 0, number);
    return Ip6Address::from(0xfd00, 0, 0, 0, 0, 0, 0, number);
  }
  SocketId open(Instant now) { return *api::open(stack(), now, family_, SocketKind::kTcp, 0); }

  // Hands all that is to be sent to `to`; the number of packets.
  size_t send_to(End& to, Instant now) {
    size_t packets = 0;
    api::Frame frame;
    while (api::next_frame(stack(), now, device_, frame)) {
      const uint32_t segment = frame.offload.segment_bytes;
      packets += segment == 0 ? 1 : (frame.bytes + segment - 1) / segment;
      bytes_.clear();
      for (const ConstBytes& span : std::span(frame.spans, frame.spans_used)) {
        bytes_.insert(bytes_.end(), span.begin(), span.end());
      }
      api::frame_done(stack(), frame);
      api::input_copy(to.stack(), now, to.device_, bytes_, frame.offload);
    }
    return packets;
  }

 private:
  struct Freer {
    void operator()(void* memory) const { std::free(memory); }
  };
  Family family_;
  std::unique_ptr<void, Freer> memory_;
  Stack* stack_ = nullptr;
  InterfaceId device_;
  std::vector<uint8_t> bytes_;
};

// A client that writes and a server that reads.
class Stream {
 public:
  Stream(Family family, bool has_offloads)
      : client_(1, family, has_offloads, now_), server_(2, family, has_offloads, now_) {
    const SocketId listener = server_.open(now_);
    const Endpoint here{IpAddress::any(family), kPort};
    require(api::bind(server_.stack(), now_, listener, here).ok(), "bind");
    require(api::listen(server_.stack(), now_, listener, 1).ok(), "listen");
    writer_ = client_.open(now_);
    api::connect(client_.stack(), now_, writer_, {server_.address(2), kPort}).ignore();
    for (int n = 0; n < 20; ++n) turn();
    const auto accepted = api::accept(server_.stack(), now_, listener);
    require(accepted.ok(), "accept");
    reader_ = accepted->id;
  }

  // Carries `bytes` from end to end; the number of packets that it took.
  size_t carry(size_t bytes) {
    size_t packets = 0;
    size_t written = 0;
    size_t read = 0;
    while (read < bytes) {
      const ConstBytes part = ConstBytes(chunk_).first(std::min(kChunkBytes, bytes - written));
      const auto sent = api::send(client_.stack(), now_, writer_, {&part, 1}, {}, {});
      if (sent.ok()) written += *sent;
      packets += turn();
      const Bytes room(chunk_);
      const auto got = api::receive(server_.stack(), now_, reader_, {&room, 1}, {}, nullptr);
      if (got.ok()) read += *got;
    }
    return packets;
  }

 private:
  size_t turn() {
    now_ = now_ + kDelay;
    api::poll(client_.stack(), now_);
    api::poll(server_.stack(), now_);
    return client_.send_to(server_, now_) + server_.send_to(client_, now_);
  }

  Instant now_ = Instant::from_us(1'000'000);
  End client_;
  End server_;
  SocketId writer_;
  SocketId reader_;
  std::vector<uint8_t> chunk_ = std::vector<uint8_t>(kChunkBytes);
};

void carry(benchmark::State& state, Family family, bool has_offloads) {
  Stream stream(family, has_offloads);
  stream.carry(kStreamBytes);  // the window grows
  size_t packets = 0;
  for (auto _ : state) packets += stream.carry(kStreamBytes);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(kStreamBytes));
  state.counters["ns_per_packet"] =
      benchmark::Counter(static_cast<double>(packets) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["packets"] =
      static_cast<double>(packets) / static_cast<double>(state.iterations());
}

BENCHMARK_CAPTURE(carry, ip4, Family::kIp4, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(carry, ip6, Family::kIp6, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(carry, ip4_offloads, Family::kIp4, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(carry, ip6_offloads, Family::kIp6, true)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tapstack::bench

BENCHMARK_MAIN();
