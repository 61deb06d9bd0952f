#include "tests/sim/segment6.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace tapstack::sim {

Ip6Address SegmentHost::address_in(const Ip6Address& prefix) const {
  Ip6Address address = prefix;
  const uint8_t identifier[8] = {0, 0, 0, 0xff, 0xfe, 0, 0, number};  // the universal bit inverted
  std::copy_n(identifier, sizeof identifier, address.octets.begin() + 8);
  return address;
}

Ip6Address SegmentHost::link_local() const {
  return address_in(Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 0));
}

uint64_t SegmentHost::counter(std::string_view name) const {
  for (size_t n = 0;; ++n) {
    const auto found = api::counter_at(**this, n);
    if (!found.ok()) throw std::out_of_range(std::string(name));
    if (found->counter.name == name) return found->counter.value;
  }
}

SegmentHost& Segment6::add_host(uint8_t number) {
  StackSettings settings;
  settings.seed.fill(number);
  settings.now = now_;
  auto host = std::make_unique<SegmentHost>();
  host->stack = std::make_unique<MovableStack>(settings);
  host->number = number;
  api::InterfaceSettings ethernet;
  std::memcpy(ethernet.name, "ts0", 4);
  ethernet.mac = MacAddress{{2, 0, 0, 0, 0, number}};
  ethernet.ip6.mode = link::Ip6Mode::kAutoconfigured;
  host->device = api::add_interface(**host, now_, ethernet).value();
  hosts_.push_back(std::move(host));
  return *hosts_.back();
}

Router6& Segment6::add_router(uint8_t number) {
  routers_.push_back(std::make_unique<Router6>(number));
  return *routers_.back();
}

void Segment6::broadcast(const EthernetFrame& frame, const void* from) {
  for (const auto& host : hosts_) {
    if (host.get() != from) api::input_copy(**host, now_, host->device, frame, {});
  }
  for (const auto& router : routers_) {
    if (router.get() == from) continue;
    const EthernetFrame answer = router->input(frame);
    if (!answer.empty()) broadcast(answer, router.get());
  }
}

bool Segment6::take_frame(SegmentHost& host) {
  api::Frame frame;
  if (!api::next_frame(*host, now_, host.device, frame)) return false;
  EthernetFrame bytes;
  for (size_t i = 0; i < frame.spans_used; ++i) {
    bytes.insert(bytes.end(), frame.spans[i].begin(), frame.spans[i].end());
  }
  api::frame_done(*host, frame);
  ++host.frames_sent;
  host.longest_frame = std::max(host.longest_frame, bytes.size());
  broadcast(bytes, &host);
  return true;
}

void Segment6::settle() {
  bool is_busy = true;
  while (is_busy) {
    is_busy = false;
    for (const auto& host : hosts_) {
      if (api::next_deadline(**host) <= now_) api::poll(**host, now_);
      while (take_frame(*host)) is_busy = true;
    }
  }
}

void Segment6::run(Duration span) {
  const Instant end = now_ + span;
  while (true) {
    settle();
    Instant next = end;
    for (const auto& host : hosts_) next = std::min(next, api::next_deadline(**host));
    if (next > now_) {
      now_ = next;
      for (const auto& host : hosts_) host->stack->move();
    } else if (now_ == end) {
      return;
    }
  }
}

}  // namespace tapstack::sim
