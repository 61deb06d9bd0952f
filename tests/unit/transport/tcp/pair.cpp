#include "pair.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "wire/ip4.h"
#include "wire/pseudo_header.h"

namespace tapstack::transport::tcp {
namespace {

constexpr size_t kEthernetBytes = 14;

std::vector<uint8_t> bytes_of(Host& h, const mem::Packet& packet) {
  std::vector<uint8_t> bytes(packet.size());
  h.memory.copy_out(packet, 0, bytes);
  return bytes;
}

bool parse_seen(const std::vector<uint8_t>& frame, Seen& out) {
  if (frame.size() < kEthernetBytes + 20 || frame[12] != 0x08 || frame[13] != 0x00) return false;
  const std::span<const uint8_t> ip(frame.data() + kEthernetBytes, frame.size() - kEthernetBytes);
  if (ip[9] != 6) return false;
  const size_t header = size_t{ip[0] & 15u} * 4;
  const size_t total = ip[2] * 256u + ip[3];
  const auto view = wire::TcpView::parse(ip.subspan(header));
  if (!view) return false;
  out.flags = view->flags();
  out.seq = SeqNumber(view->sequence_number());
  out.ack = SeqNumber(view->acknowledgment_number());
  out.wnd = view->window();
  out.urgent = view->urgent_pointer();
  out.text = static_cast<uint32_t>(total - header - view->header_bytes());
  out.source = view->source();
  out.destination = view->destination();
  out.options = wire::TcpOptions::parse(view->options());
  return true;
}

}  // namespace

Host::Host(uint8_t number, bool can_segment)
    : random([&] {
        std::array<uint8_t, Random::kSeedBytes> seed{};
        seed[0] = number;
        return Random(Random::Seed(seed));
      }()),
      network(random.key()),
      address(Ip4Address::from(10, 0, 0, number)) {
  tcp.start(random);
  Context ctx = at(Instant::from_us(1'000'000'000));
  link::InterfaceSettings s;
  s.name[0] = 't';
  s.mac = {{2, 0, 0, 0, 0, number}};
  s.can_segment = s.can_checksum = can_segment;
  device = *net::add_interface(ctx, network, s);
  (void)net::add_address(ctx, network, device, {address, 24});
}

bool Host::drain(Instant now, const std::function<void(mem::PacketPtr)>& frame) {
  Context ctx = at(now);
  bool any = false;
  for (;;) {
    mem::PacketPtr p = network.next_frame(ctx, device);
    if (!p && tcp.output_one(ctx, network, device)) p = network.next_frame(ctx, device);
    if (p) {
      any = true;
      frame(std::move(p));
      continue;
    }
    mem::PacketPtr local = network.next_frame(ctx, link::kLoopback);
    if (!local && tcp.output_one(ctx, network, link::kLoopback)) {
      local = network.next_frame(ctx, link::kLoopback);
    }
    if (!local) return any;
    any = true;
    net::Delivery d = network.input(ctx, link::kLoopback, std::move(local));
    if (d) tcp.input(ctx, network, std::move(d.packet));
  }
}

Pair::Pair(const Options& options)
    : host_a(std::make_unique<Host>(1, options.can_segment)),
      host_b(std::make_unique<Host>(2, options.can_segment)),
      a(*host_a),
      b(*host_b),
      delay(options.delay),
      is_a_batched(options.is_a_batched) {
  for (Host* h : {&a, &b}) {
    link::InterfaceSettings s = h->network.interface(h->device)->settings;
    s.mtu_bytes = options.mtu_bytes;
    Context c = h->at(now);
    (void)net::change_interface(c, h->network, h->device, s);
  }
  run(Duration::ms(10));
}

void Pair::put_on_link(bool from_a, Host& from, mem::PacketPtr frame) {
  Flying f{!from_a, bytes_of(from, *frame), frame->info.offload};
  Seen seen;
  Instant at = now + delay;
  if (parse_seen(f.bytes, seen)) {
    seen.at = now;
    seen.from_a = from_a;
    trace.push_back(seen);
    if (drop && drop(seen)) return;
    if (extra_delay) at = at + extra_delay(seen);
  }
  flying_.emplace(at, std::move(f));
}

void Pair::arrive(const Flying& f) {
  Host& to = f.to_a ? a : b;
  Context c = to.at(now);
  mem::PacketPtr p = to.memory.new_packet(mem::Priority::kControl);
  if (!p || !to.memory.append_copy(p->chain, f.bytes, mem::Priority::kControl)) return;
  p->info.offload = f.offload;
  p->info.received_at = now;
  net::Delivery d = to.network.input(c, to.device, std::move(p));
  if (d && d.protocol == 6) to.tcp.input(c, to.network, std::move(d.packet));
  net::IcmpError e;
  while (to.network.take_error(c, e)) {
    if (e.protocol == 6) to.tcp.on_icmp_error(c, to.network, e);
  }
}

// Everything that is due now.
void Pair::step() {
  for (Host* h : {&a, &b}) {
    timer::TimerId id;
    while (h->timers.pop_due(now, id)) {
      Context c = h->at(now);
      const auto kind = timer::kind_of(id);
      if (kind <= timer::TimerKind::kTcpTimeWait) {
        h->tcp.on_timer(c, h->network, kind, timer::index_of(id));
      } else {
        h->network.on_timer(c, kind, timer::index_of(id));
        net::IcmpError e;
        while (h->network.take_error(c, e)) h->tcp.on_icmp_error(c, h->network, e);
      }
    }
  }
  while (!flying_.empty() && flying_.begin()->first <= now) {
    const Flying f = std::move(flying_.begin()->second);
    flying_.erase(flying_.begin());
    arrive(f);
    if (is_a_batched && f.to_a && !a.tcp.has_answer_due()) continue;
    a.drain(now, [&](mem::PacketPtr p) { put_on_link(true, a, std::move(p)); });
    b.drain(now, [&](mem::PacketPtr p) { put_on_link(false, b, std::move(p)); });
  }
  a.drain(now, [&](mem::PacketPtr p) { put_on_link(true, a, std::move(p)); });
  b.drain(now, [&](mem::PacketPtr p) { put_on_link(false, b, std::move(p)); });
}

void Pair::run(Duration d) {
  const Instant end = now + d;
  int steps_at_one_instant = 0;
  for (;;) {
    step();
    Instant next = std::min(a.timers.next_deadline(), b.timers.next_deadline());
    if (!flying_.empty()) next = std::min(next, flying_.begin()->first);
    if (next > end) break;
    steps_at_one_instant = next <= now ? steps_at_one_instant + 1 : 0;
    ASSERT_LT(steps_at_one_instant, 1000) << "time stands still";
    now = std::max(now, next);
  }
  now = end;
}

ListenerId Pair::listen(Host& h, uint16_t port, uint32_t backlog, const Settings& s) {
  Context c = ctx(h);
  const auto binding = bind(h.tcp, c, {{h.address, {port}}, {}, true, false});
  EXPECT_TRUE(binding.ok());
  ListenRequest r;
  r.local = {IpAddress(h.address), {port}};
  r.binding = *binding;
  r.backlog = backlog;
  r.owner = {1};
  r.settings = s;
  const auto id = tcp::listen(h.tcp, r);
  EXPECT_TRUE(id.ok());
  unbind(h.tcp, *binding);
  return *id;
}

ConnectionId Pair::connect(Host& from, const Host& to, uint16_t port, const Settings& s,
                           uint16_t local_port) {
  Context c = ctx(from);
  OpenRequest r;
  r.remote = {IpAddress(to.address), {port}};
  r.owner = {2};
  r.settings = s;
  if (local_port != 0) {
    const auto binding = bind(from.tcp, c, {{from.address, {local_port}}, {}, true, false});
    EXPECT_TRUE(binding.ok());
    r.binding = *binding;
  }
  const auto id = tcp::connect(from.tcp, c, from.network, r);
  EXPECT_TRUE(id.ok());
  if (local_port != 0) unbind(from.tcp, r.binding);
  return id.ok() ? *id : ConnectionId{};
}

ConnectionId Pair::accept(Host& h, ListenerId l) {
  const auto id = tcp::accept(h.tcp, l, {3});
  return id.ok() ? *id : ConnectionId{};
}

Pair::Ends Pair::establish(const Settings& sa, const Settings& sb) {
  Ends e;
  e.listener = listen(b, 80, 8, sb);
  e.a = connect(a, b, 80, sa);
  run(delay * 6 + Duration::ms(1));
  e.b = accept(b, e.listener);
  EXPECT_EQ(state(a, e.a), State::kEstablished);
  EXPECT_EQ(state(b, e.b), State::kEstablished);
  return e;
}

size_t Pair::send(Host& h, ConnectionId c, const std::string& bytes, const SendFlags& f) {
  Context x = ctx(h);
  const mem::ConstBytes part(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  const auto n = tcp::send(h.tcp, x, c, {&part, 1}, f);
  return n.ok() ? *n : 0;
}

std::string Pair::receive(Host& h, ConnectionId c, size_t most) {
  Context x = ctx(h);
  std::string out(most, '\0');
  const mem::Bytes part(reinterpret_cast<uint8_t*>(out.data()), most);
  const auto n = tcp::receive(h.tcp, x, c, {&part, 1}, {});
  out.resize(n.ok() ? *n : 0);
  return out;
}

State Pair::state(Host& h, ConnectionId c) {
  const auto s = status(h.tcp, c);
  return s.ok() ? s->state : State::kClosed;
}

Events Pair::events(Host& h, ConnectionId c) {
  Events all;
  for (ConnectionEvents e; h.tcp.next_event(e);) {
    if (e.id == c) all.bits = static_cast<uint16_t>(all.bits | e.events.bits);
  }
  return all;
}

std::string Pair::transfer(Host& from, ConnectionId c, Host& to, ConnectionId d,
                           const std::string& bytes, Duration limit) {
  std::string got;
  size_t sent = 0;
  const Instant end = now + limit;
  while (got.size() < bytes.size() && now < end) {
    if (sent < bytes.size()) sent += send(from, c, bytes.substr(sent, 1 << 16));
    run(Duration::ms(1));
    got += receive(to, d);
  }
  return got;
}

void Pair::inject(Host& to, const Flow& flow, const wire::TcpHeader& header,
                  const wire::TcpOptions& options, const std::string& text) {
  Context c = ctx(to);
  wire::TcpHeader h = header;
  const size_t option_bytes = options.size_bytes();
  h.source = flow.remote.port;
  h.destination = flow.local.port;
  h.header_bytes = static_cast<uint8_t>(20 + option_bytes);
  std::vector<uint8_t> bytes(20 + 20 + option_bytes + text.size());
  wire::emit(std::span(bytes).subspan(20), h);
  wire::emit(std::span(bytes).subspan(40), options);
  std::copy(text.begin(), text.end(), bytes.begin() + 40 + static_cast<ptrdiff_t>(option_bytes));
  mem::PacketPtr p = to.memory.new_packet(mem::Priority::kControl);
  ASSERT_TRUE(to.memory.append_copy(p->chain, bytes, mem::Priority::kControl));
  p->info.source = flow.remote.address;
  p->info.destination = flow.local.address;
  p->info.interface = to.device;
  p->info.ip_header_bytes = 20;
  p->info.offload.checksum = mem::ChecksumState::kVerified;
  to.tcp.input(c, to.network, std::move(p));
  run(delay * 3);  // an answer may have to resolve its neighbour first
}

size_t Pair::count(bool from_a, wire::TcpFlags flags) const {
  return static_cast<size_t>(std::count_if(trace.begin(), trace.end(), [&](const Seen& s) {
    return s.from_a == from_a && s.has(flags);
  }));
}

std::string pattern(size_t bytes) {
  std::string s(bytes, '\0');
  uint32_t x = 12345;
  for (char& c : s) {
    x = x * 1664525 + 1013904223;
    c = static_cast<char>(x >> 24);
  }
  return s;
}

}  // namespace tapstack::transport::tcp
