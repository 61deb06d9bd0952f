#include "tests/sequences/node.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace tapstack::sequences {
namespace {

constexpr MacAddress kMac{{0x00, 0x11, 0x22, 0x33, 0x44, 0x56}};
// Virtual time at the start: nothing may depend on the clock having begun with the stack.
constexpr Instant kEpoch = Instant::from_us(1'000'000'000);
constexpr uint8_t kIcmp6 = 58;
constexpr size_t kCurHopLimit = 14 + 40 + 4;

// A router advertisement of fe80::ff that tells Cur Hop Limit 0 and nothing else: Router Lifetime
// 0, no options. Its checksum is right for 0.
constexpr std::array<uint8_t, 70> kAdvertisement{
    0x33, 0x33, 0,    0,    0,    1,    0x02, 0, 0, 0, 0, 0xff, 0x86, 0xdd, 0x60, 0, 0, 0,
    0,    16,   58,   255,  0xfe, 0x80, 0,    0, 0, 0, 0, 0,    0,    0,    0,    0, 0, 0,
    0,    0xff, 0xff, 0x02, 0,    0,    0,    0, 0, 0, 0, 0,    0,    0,    0,    0, 0, 1,
    134,  0,    0x7b, 0x31, 0,    0,    0,    0, 0, 0, 0, 0,    0,    0,    0,    0};
constexpr size_t kChecksum = 14 + 40 + 2;

void require(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("setting the node up: ") + what);
}

}  // namespace

Node::Node(uint8_t hop_limit, uint8_t draw) : now_(kEpoch), hop_limit_(hop_limit), draw_(draw) {
  start();
}

void Node::reboot() { start(); }

void Node::start() {
  StackSettings settings;
  settings.seed.fill(draw_);
  settings.now = now_;
  stack_.emplace(settings);
  api::InterfaceSettings ethernet;
  std::memcpy(ethernet.name, "ts0", 4);
  ethernet.mac = kMac;
  // As the recorded node: three probes, without the nonce that RFC 7527 has added since, and
  // without the announcements of RFC 9131.
  ethernet.ip6 = {.mode = link::Ip6Mode::kAutoconfigured,
                  .dad_transmits = 3,
                  .has_dad_nonce = false,
                  .announces_addresses = false};
  const auto added = api::add_interface(**stack_, now_, ethernet);
  require(added.ok(), "add_interface");
  interface_ = *added;
  if (hop_limit_ != 0) advertise_hop_limit();
  collect();
}

void Node::advertise_hop_limit() {
  ByteString frame(kAdvertisement.begin(), kAdvertisement.end());
  frame[kCurHopLimit] = hop_limit_;
  // RFC 1624: one's complement arithmetic on what the checksum was without the hop limit.
  uint32_t sum = 0xffffu - (frame[kChecksum] * 256u + frame[kChecksum + 1]) + hop_limit_ * 256u;
  sum = 0xffff - (sum % 0x10000 + sum / 0x10000);
  frame[kChecksum] = static_cast<uint8_t>(sum / 256);
  frame[kChecksum + 1] = static_cast<uint8_t>(sum % 256);
  inject(frame);
}

void Node::collect() {
  stack_->move();
  api::Frame frame;
  while (api::next_frame(**stack_, now_, interface_, frame)) {
    ByteString bytes;
    for (size_t i = 0; i < frame.spans_used; ++i) {
      bytes.insert(bytes.end(), frame.spans[i].begin(), frame.spans[i].end());
    }
    api::frame_done(**stack_, frame);
    sent_.push_back({now_, std::move(bytes)});
  }
}

void Node::inject(const ByteString& frame) {
  api::input_copy(**stack_, now_, interface_, frame, {});
  collect();
}

Status Node::send_icmp6(const IpAddress& to, std::span<const uint8_t> message, uint8_t hop_limit) {
  const auto socket = api::open(**stack_, now_, Family::kIp6, SocketKind::kRaw, kIcmp6);
  if (!socket.ok()) return socket.error();
  DatagramInfo info;
  info.peer.address = to;
  info.interface = interface_;
  info.ttl = hop_limit;
  const ConstBytes part = message;
  const auto sent = api::send(**stack_, now_, *socket, {&part, 1}, info, {});
  collect();
  static_cast<void>(api::close(**stack_, now_, *socket));
  return sent.ok() ? Status{} : Status{sent.error()};
}

bool Node::run_timers(Instant t, bool stop_at_frame) {
  while (!(stop_at_frame && !sent_.empty())) {
    const Instant deadline = api::next_deadline(**stack_);
    if (deadline > t) return false;
    now_ = std::max(now_, deadline);
    api::poll(**stack_, now_);
    collect();
  }
  return true;
}

void Node::advance(Instant t) {
  run_timers(t, false);
  now_ = std::max(now_, t);
}

bool Node::advance_to_frame(Instant t) {
  if (run_timers(t, true)) return true;
  now_ = std::max(now_, t);
  return false;
}

}  // namespace tapstack::sequences
