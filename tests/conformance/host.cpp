#include "tests/conformance/host.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace tapstack::conformance {
namespace {

constexpr int kRubbish = 0xdb;
constexpr int kTimersAtOnceMax = 10'000;

void require(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("setting the stack up: ") + what);
}

IpAddress address(Ip ip) { return Ip4Address{ip}; }

}  // namespace

Host::Host(const Options& options) : arp_by_hand_(options.arp_by_hand) {
  const size_t alignment = std::max<size_t>(api::stack_alignment(), 64);
  const size_t bytes = (api::stack_bytes() + alignment - 1) / alignment * alignment;
  for (auto& place : memory_) {
    place.reset(std::aligned_alloc(alignment, bytes));
    std::memset(place.get(), kRubbish, api::stack_bytes());
  }
  std::array<uint8_t, api::kSeedBytes> seed{};
  seed.fill(options.seed);
  stack_ = &api::create(memory_[place_].get(), seed);
  configure(options);
}

void Host::configure(const Options& options) {
  api::InterfaceSettings settings;
  std::memcpy(settings.name, "ts0", 4);
  settings.mac.octets = kLocalMac;
  settings.mtu_bytes = options.mtu_bytes;
  const auto added = api::add_interface(stack(), now_, settings);
  require(added.ok(), "add_interface");
  interface_ = *added;
  require(api::add_address(stack(), now_, interface_, {address(kLocalIp), 24}).ok(), "add_address");
  require(api::add_route(stack(), {address(0), 0}, address(kPeerIp), interface_).ok(), "add_route");
  if (options.ecn) api::set_ecn_mode(stack(), *options.ecn);
  // As packetdrill's scripts have it; the cookie for 10.10.10.1 at 10.10.10.2 is 421b606d1d67e09c.
  api::set_fast_open_key(stack(), {0xb2b2b2b2a1a1a1a1, 0xd4d4d4d4c3c3c3c3});
  collect();
  if (!arp_by_hand_) sent_.clear();
}

void Host::move() {
  const size_t to = 1 - place_;
  std::memcpy(memory_[to].get(), memory_[place_].get(), api::stack_bytes());
  std::memset(memory_[place_].get(), kRubbish, api::stack_bytes());
  place_ = to;
  stack_ = static_cast<Stack*>(memory_[place_].get());
}

void Host::collect() {
  api::Frame frame;
  while (api::next_frame(stack(), now_, interface_, frame)) {
    ByteString bytes;
    for (size_t i = 0; i < frame.spans_used; ++i) {
      bytes.insert(bytes.end(), frame.spans[i].begin(), frame.spans[i].end());
    }
    if (bytes.size() != frame.bytes) problem_ = "a frame's spans do not add up to its length";
    api::frame_done(stack(), frame);
    const bool is_arp = bytes.size() > 13 && bytes[12] == 8 && bytes[13] == 6;
    if (is_arp && !arp_by_hand_) {
      answer_arp(bytes);
    } else {
      sent_.push_back({now_, std::move(bytes)});
    }
  }
}

// The peer has every address on the link.
void Host::answer_arp(const ByteString& frame) {
  const Packet asked = decode(frame);
  const Arp* request = std::get_if<Arp>(&asked.body);
  if (request == nullptr || request->operation != 1 || request->target == request->sender) return;
  Packet reply;
  Arp answer;
  answer.operation = 2;
  answer.sender = request->target;
  answer.target = request->sender;
  reply.body = answer;
  inject(encode(reply, 0));
}

void Host::inject(const ByteString& frame) {
  api::input_copy(stack(), now_, interface_, frame, {});
  collect();
}

bool Host::run_timers_until_frame(Instant t, bool stop_at_frame) {
  Instant last = now_;
  int again = 0;
  while (!(stop_at_frame && !sent_.empty())) {
    const Instant deadline = api::next_deadline(stack());
    if (deadline > t) return false;
    now_ = std::max(now_, deadline);
    again = now_ == last ? again + 1 : 0;
    last = now_;
    if (again > kTimersAtOnceMax) {
      problem_ = "next_deadline() stays in the past: an embedder would spin";
      return false;
    }
    api::poll(stack(), now_);
    collect();
  }
  return true;
}

void Host::advance(Instant t) {
  run_timers_until_frame(t, false);
  now_ = std::max(now_, t);
}

bool Host::advance_to_frame(Instant t) {
  if (run_timers_until_frame(t, true)) return true;
  now_ = std::max(now_, t);
  return false;
}

}  // namespace tapstack::conformance
