#include "tests/conformance/host.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "core/util/bytes.h"
#include "tests/conformance/family.h"

namespace tapstack::conformance {
namespace {

constexpr int kRubbish = 0xdb;
constexpr int kTimersAtOnceMax = 10'000;
constexpr uint8_t kIcmp6 = 58, kNeighbourSolicitation = 135, kNeighbourAdvertisement = 136;
constexpr size_t kIcmp6At = 14 + 40;  // behind Ethernet and IPv6
constexpr size_t kAdvertisementBytes = kIcmp6At + 32;

// Neighbour discovery and multicast listener discovery, which no script is about: the types from
// 130 on (RFC 4861, RFC 2710, RFC 3810), with a hop-by-hop header or without.
bool is_discovery(const ByteString& frame) {
  if (frame.size() <= kIcmp6At || frame[12] != 0x86 || frame[13] != 0xdd) return false;
  if (frame[14 + 6] == 0) return true;  // only MLD goes out with one
  return frame[14 + 6] == kIcmp6 && frame[kIcmp6At] >= 130;
}

constexpr uint8_t prefix_bits(Family family) { return family == Family::kIp6 ? 64 : 24; }

void require(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("setting the stack up: ") + what);
}

}  // namespace

Host::Host(const Options& options) : family_(options.family), arp_by_hand_(options.arp_by_hand) {
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
  settings.mtu_bytes = options.mtu_bytes + (family_ == Family::kIp6 ? kMoreHeaderBytes : 0);
  settings.ip6.dad_transmits = 0;  // the address is there at once
  const auto added = api::add_interface(stack(), now_, settings);
  require(added.ok(), "add_interface");
  interface_ = *added;
  const Prefix own{address_of(kLocalIp, family_), prefix_bits(family_)};
  require(api::add_address(stack(), now_, interface_, own).ok(), "add_address");
  const IpAddress gateway = address_of(kPeerIp, family_);
  require(api::add_route(stack(), {IpAddress::any(family_), 0}, gateway, interface_).ok(),
          "add_route");
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
    } else if (is_discovery(bytes) && !arp_by_hand_) {
      answer_solicitation(bytes);
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

// The same for IPv6: RFC 4861 4.3, 4.4.
void Host::answer_solicitation(const ByteString& frame) {
  if (frame[kIcmp6At] != kNeighbourSolicitation) return;
  ByteString reply(kAdvertisementBytes);
  std::copy_n(kLocalMac.begin(), 6, reply.begin());
  std::copy_n(kPeerMac.begin(), 6, reply.begin() + 6);
  store_be16(reply.data() + 12, 0x86dd);
  uint8_t* ip = reply.data() + 14;
  ip[0] = 0x60;
  store_be16(ip + 4, kAdvertisementBytes - 54);
  ip[6] = kIcmp6;
  ip[7] = 255;
  std::copy_n(frame.data() + kIcmp6At + 8, 16, ip + 8);  // from the target
  std::copy_n(frame.data() + 14 + 8, 16, ip + 24);       // to who asks
  uint8_t* message = reply.data() + kIcmp6At;
  message[0] = kNeighbourAdvertisement;
  message[4] = 0x60;  // solicited, override
  std::copy_n(frame.data() + kIcmp6At + 8, 16, message + 8);
  message[24] = 2;  // target link-layer address
  message[25] = 1;
  std::copy_n(kPeerMac.begin(), 6, message + 26);
  const ByteString summed(reply.begin() + 14 + 8, reply.end());
  store_be16(message + 2,
             static_cast<uint16_t>(~ones_sum(summed, kIcmp6 + kAdvertisementBytes - 54)));
  inject(reply);
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
